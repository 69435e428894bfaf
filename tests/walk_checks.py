"""What must hold after the walks: what was written is what was agreed to, and nothing that Kollega says or keeps gives a person away."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.bot.card_schema import faults
from tests.house import House, buttons, elements
from tests.walk import Walk
from tests.walk_steps import CPR

CPR_DIGITS = re.compile(CPR.replace("-", r"[-\s]?"))
LEVELS = {"kun dig": "3", "flere kolleger": "2", "hele afdelingen eller flere": "1"}
HASTE = {"du kan ikke arbejde imens": "1", "du kan arbejde, men det er besværligt": "2", "det haster ikke": "3"}


def held_state(var: Path) -> int:
    """The length of the longest state that the dialogs keep of a conversation."""
    with closing(sqlite3.connect(var / "kollega.sqlite")) as database:
        rows = database.execute("SELECT body FROM conversation").fetchall()
    return max(len(json.loads(body)["state"]) for (body,) in rows)


def files_with(var: Path, cpr: str) -> list[str]:
    """Names of the files that hold that number, in any spelling."""
    kept = [path for path in var.rglob("*") if path.is_file()]
    assert kept
    day, number = (part.encode() for part in cpr.split("-"))
    return [path.name for path in kept if re.search(day + rb"[-\s]?" + number, path.read_bytes())]


def said(house: House, since: int) -> list[dict[str, Any]]:
    """What the bot has said in the chats after that one in the journal: new messages and redrawn ones."""
    return [line for line in journal(house, since) if line["system"] == "teams" and "/v3/conversations/" in line["path"]]


def written(house: House, since: int) -> list[dict[str, Any]]:
    """The writes in the systems after that one in the journal, the chat and sign-in left out."""
    return [line for line in journal(house, since) if line["system"] != "teams" and "oauth" not in line["path"] and line["status"] < 400]


def journal(house: House, since: int) -> list[dict[str, Any]]:
    table = house.control.journal_table
    return [table[str(number)] for number in range(since + 1, house.control.received + 1) if str(number) in table]


def check_said(walks: list[Walk], lines: list[dict[str, Any]]) -> None:
    """Nothing of it holds a CPR number; every card is valid; one that stands in the place of another asks for nothing any more."""
    for line in lines:
        walk = next(one for one in walks if one.person.conversation in unquote(line["path"]))
        assert not CPR_DIGITS.search(json.dumps(line["body"])), walk.story("a CPR number was said", line)
        cards = [one["content"] for one in line["body"].get("attachments", [])]
        for card in cards:
            assert faults(card) == [], walk.story("a card that is none", card)
        assert line["method"] == "POST" or not any(map(asks, cards)), walk.story("a redrawn card asks", line)
    for walk in walks:
        for answer in walk.answers:
            assert not CPR_DIGITS.search(json.dumps(answer)), walk.story("a CPR number was answered", answer)
            if answer["type"] == "application/vnd.microsoft.card.adaptive":
                assert faults(answer["value"]) == [], walk.story("a card that is none", answer)
                assert not asks(answer["value"]), walk.story("the card that answers a press asks", answer)


def asks(card: dict[str, Any]) -> bool:
    """Whether it has anything to fill in, or a button that does something."""
    return any(one["type"].startswith("Input.") or one["type"] == "Action.Execute" for one in elements(card))


def facts(message: dict[str, Any]) -> dict[str, str]:
    """A summary's lines."""
    return {fact["title"]: fact["value"] for one in elements(message["card"]) if one.get("type") == "FactSet" for fact in one["facts"]}


def flat(text: str) -> str:
    return " ".join(text.replace("\\", "").split()).lower()


def compare(walks: list[Walk], writes: list[dict[str, Any]]) -> None:
    """What was written is what the summaries showed that somebody said yes to, and nothing else."""
    incidents = [one["body"] for one in writes if one["system"] == "servicenow" and "/table/incident" in one["path"]]
    documents = [one["body"] for one in writes if one["path"].endswith("/CreateDocument")]
    cases = [one["body"] for one in writes if one["path"].endswith("/CreateCase")]
    marks = [one for one in writes if one["system"] == "graph" and one["method"] == "PATCH"]
    assert len(incidents) + len(documents) + len(cases) + len(marks) == len(writes), writes
    agreed = [(walk, summary) for walk in walks for summary in walk.agreed]
    filings = [facts(summary) for _, summary in agreed if "Ja, journalisér" in buttons(summary)]
    asked = [(walk, summary) for walk, summary in agreed if "Ja, journalisér" not in buttons(summary)]
    for walk, summary in asked:
        fitting = next((one for one in incidents if is_incident(walk, summary, one)), None)
        assert fitting is not None, walk.story("agreed to and not written", facts(summary), incidents)
        incidents.remove(fitting)
    assert incidents == [], [walk.story("written and not agreed to", incidents) for walk in walks]
    check_filings(filings, cases, documents)


def is_incident(walk: Walk, summary: dict[str, Any], incident: dict[str, Any]) -> bool:
    """Whether that incident is what the summary showed."""
    shown, text = facts(summary), flat(incident["description"])
    if "Ja, send" in buttons(summary):
        right = incident["short_description"].startswith(f"Kontakt {walk.name}")
        expected = [shown.get("Det handler om", ""), shown.get("Ring på", "")]
    else:
        right = flat(incident["short_description"]) == flat(shown["Titel"])
        right &= incident["impact"] == LEVELS[shown["Hvem rammer det"]] and incident["urgency"] == HASTE[shown["Hvor meget haster det"]]
        contact = shown.get("Kontakt", "").partition(" (")[0]
        expected = [shown.get("Beskrivelse", shown["Titel"]), shown.get("Sted", ""), shown.get("Telefon", ""), contact]
        expected += [] if "cmdb_ci" in incident else [shown.get("Udstyr", "")]
    return right and all(flat(one) in text or "(forkortet)" in one for one in expected)


def check_filings(filings: list[dict[str, str]], cases: list[dict[str, Any]], documents: list[dict[str, Any]]) -> None:
    """New cases as they were shown; documents only of mails that were shown, on cases that were. A mail that is there is not filed again."""
    detail = (filings, cases, documents)
    new = [one for one in filings if one["Sag"] == "Ny sag"]
    assert len(cases) == len(new), detail
    for wish in new:
        told = [flat(json.dumps(case, ensure_ascii=False)) for case in cases]
        assert any(flat(wish["Sagens titel"]) in one and wish["KLE-emne"].split()[0] in one for one in told), detail
    assert len(documents) <= sum(len(mails_of(one)) for one in filings), detail
    for document in documents:
        title, body = flat(title_of(document)), json.dumps(document)
        fitting = [one for one in filings if title in flat(" ".join(mails_of(one)))]
        assert any(one["Sag"] == "Ny sag" or one["Sag"].split()[0] in body for one in fitting), (title, *detail)


def mails_of(filing: dict[str, str]) -> list[str]:
    """The mails that a summary shows."""
    return [value for label, value in filing.items() if label.startswith("Mail")]


def title_of(document: dict[str, Any]) -> str:
    """The title in eDoc's envelope."""
    found = re.search(r'"[A-Za-z]*[Tt]itle[A-Za-z]*": "([^"]*)"', json.dumps(document, ensure_ascii=False))
    return found[1] if found else "no title"
