"""Random walks over the whole house: whatever people write, press, fill in, change or dig out, what must hold holds.

`make test` takes some twenty seconds of walks, the same ones each time. A longer run with other walks:

    WALKS=600 WALK_SEED=7 .venv/bin/pytest -q tests/test_walks.py -s

WALKS is the number of walks (some eight steps each), WALK_SEED what they are drawn from.
"""

import asyncio
import itertools
import json
import os
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from simulators.world import PEOPLE
from tests.house import PATIENCE, House, Person, buttons, elements, lines, running

WALKS = int(os.environ.get("WALKS", "40"))
TOGETHER = 20
SEED = int(os.environ.get("WALK_SEED", "1"))
NAMES = [person.name for person in PEOPLE]
SIX = itertools.cycle(NAMES[:6])  # they have many mails
OTHERS = itertools.cycle(name for name in NAMES[6:] if NAMES.count(name) == 1)
CPR = "310299-0000"
LONG = "Det begyndte i går, og jeg har prøvet alt. " * 30

BEGINS = """min skærm er sort|min mus er død, det haster ikke|printeren på 3. sal laver papirstop|opret en sag|outlook er nede for hele afdelingen
jeg kan ikke logge ind på eDoc|min pc er langsom og det er besværligt, ring på 4799|printeren er død|Windows 11 fryser|the printer is broken
giv mig et menneske|jeg vil tale med et menneske om min løn|opret en sag om at musen er død og vis mine sager|journaliser en mail
min pc er død, jeg kan ikke arbejde|vpn er nede for hele teamet, det haster ikke""".replace("\n", "|").split("|")
FILINGS = """journaliser en mail|journaliser mailen fra Sofie Lund om nye licenser på 2026-0012345|journaliser den nyeste mail på en ny sag
journaliser mailen fra Jens|journaliser den nyeste mail på 2026-0012345|læg de sidste 2 mails på 2026-0012346
journaliser mailen fra Birthe Holm om licenser på 2026-0012345""".replace("\n", "|").split("|")
ANSWERS = """kun mig|hele afdelingen|flere kolleger|det er ikke kun mig|nej slet ikke|ja men det er besværligt|det haster ikke|det haster|1|2|3|den sidste
min mus virker ikke længere|3. sal|lokale 4711|4712|Ole|Ole Bang|ham fra økonomi|1 og 2|alle|2026-0012345|ny sag|Nye licenser|software|2026-9999999
aner det ikke|spring over|det ved jeg ikke|KB-3-02|amir.haddad@kk.example|den fra Sofie i går|mig|hvem?""".replace("\n", "|").split("|")
CHANGES = """nej, 5. sal|ret telefon til 2233|titlen er forkert|adressen er forkert|titel: Noget helt andet|ja, men ring på 4799|kontakt: Ole|ret kontakt til Sofie Lund
ret beskrivelse til at den larmer meget|nej, på 2026-9999999|nej, den fra Jens|sag: 2026-0012345|mails: 1|jeg sidder på 2. sal|hov|som før|ret noget|hov, det var 4. sal
ansvarlig: Amir Haddad|ikke printeren, men scanneren|og Sofie som kontakt|emne: software|det handler om min løn|nej|send|vis kortet""".replace(
    "\n", "|"
).split("|")
STEERS = "ja|ja tak|ok|jo|👍|nå ja|nej tak|annuller|glem det|fortryd|senere|fortsæt|start forfra|tilbage|hvad mener du|hjælp|igen?|menneske".split(
    "|"
)
ELSEWHERE = f"""hvad er status på INC0010243?|vis mine sager|hvad er status på min sag|tak|hej|hvad kan du|hvad er der i kantinen?|den første|opret en ny sag om min stol
jeg vil ikke oprette en sag|luk min sag|opret en fællespostkasse|hvad koster en skærm?|det er til grin, jeg har ventet i 14 dage|asdf qwer|?|...|🙂|og musen er også i stykker
{CPR}|borgeren {CPR} kan ikke logge ind|{LONG}|<b>hej</b>|[link](http://x.example)|{"x" * 4_000}|ja ja nej måske hvad|drop det hele og glem alt""".replace(
    "\n", "|"
).split("|")
TEXTS = (BEGINS, ANSWERS, ANSWERS, CHANGES, STEERS, STEERS, ELSEWHERE)
FILLS: dict[str, list[str]] = {
    "what": ["Skærmen er gået i sort", "x", "", f"Borgeren {CPR} er væk", LONG],
    "place": ["Nyropsgade 7, 2. sal", "", "3. sal"],
    "phone": ["4711", "12", "", "33 66 12 34"],
    "contact": ["", "Ole", "Sofie Lund", CPR, "ingen@kk.example"],
    "case": ["2026-0012345", "ny sag", "2026-9999999", "licenser", ""],
    "title": ["En ny titel", ""],
    "subject": ["software", "85.11.20", "", "zzz"],
    "responsible": ["Amir Haddad", "Ole", ""],
    "gist": ["Ring til mig", ""],
}  # fmt: skip
YES = {"Ja, opret", "Ja, send", "Ja, journalisér"}
AGREES = {"ja", "ja tak", "ok", "jo", "👍", *YES}
FAULTS: list[dict[str, Any]] = [
    {"path": "/servicenow", "status": 503, "times": 2},
    {"path": "/edoc", "status": 503, "times": 3},
    {"path": "/graph", "status": 503, "times": 2},
    {"path": "/graph", "status": 403, "times": 1},
    {"path": "/edoc", "method": "POST", "drop_answer": True, "times": 1},
    {"path": "/servicenow", "method": "POST", "drop_answer": True, "times": 1},
]
GOING = ("Jeg går i gang", "Jeg giver det videre")
ECHO = re.compile(r"”[^”]*”|Rettet: .*?\.(?=\s|$)|Jeg kender ingen.*?\.|er allerede journaliseret", re.S)  # somebody else's words
MOST_CANCELS, MOST_STATE = 8, 60_000  # characters
ENDED = re.compile(r"er oprettet:|Journaliseret på|Jeg fik ikke journaliseret|Det lykkedes ikke")
LEVELS = {"kun dig": "3", "flere kolleger": "2", "hele afdelingen eller flere": "1"}
HASTE = {"du kan ikke arbejde imens": "1", "du kan arbejde, men det er besværligt": "2", "det haster ikke": "3"}

step = st.one_of(
    st.just(("say", "ja")),
    st.just(("agree",)),
    st.tuples(st.just("say"), st.sampled_from(TEXTS).flatmap(st.sampled_from)),
    st.tuples(st.just("say"), st.sampled_from(TEXTS).flatmap(st.sampled_from)),
    st.tuples(st.just("press"), st.integers(0, 5), st.integers(0, 2), st.integers(0, 10_000)),
    st.tuples(st.just("press"), st.integers(0, 5), st.just(0), st.integers(0, 10_000)),
    st.tuples(st.just("dig"), st.integers(0, 30), st.integers(0, 5), st.integers(0, 10_000)),
    st.tuples(st.just("break_one"), st.sampled_from(FAULTS)),
    st.tuples(st.just("edit"), st.integers(0, 5), st.sampled_from(TEXTS).flatmap(st.sampled_from)),
)
steps = st.lists(step, min_size=3, max_size=10)
plans = st.one_of(
    st.tuples(st.just(True), st.sampled_from(FILINGS), steps),
    st.tuples(st.booleans(), st.sampled_from(BEGINS), steps),
)
numbers = itertools.count(1)
AGREED: list[dict[str, str]] = []  # all that was said yes to
PRESSED: set[str] = set()
Plan = tuple[bool, str, list[tuple[Any, ...]]]


@dataclass
class Walk:
    """One person's walk: the cards seen, the summary that a yes would mean now, and the summaries that were said yes to."""

    house: House
    person: Person
    name: str
    cards: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] | None = None
    newest: dict[str, Any] = field(
        default_factory=dict
    )  # the last summary, also when something was said after it: its own button still means it
    agreed: list[dict[str, Any]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def story(self, why: str, *details: Any) -> str:
        """The whole walk, for a failure."""
        return "\n".join([why, *(repr(detail) for detail in details), self.name, *self.done])

    async def go(self, actions: tuple[tuple[Any, ...], ...]) -> None:
        """From a clean start to a clean end."""
        await self.end()
        self.done.clear()
        for action in actions:
            await self.take(action)
        await self.end()

    async def take(self, action: tuple[Any, ...]) -> None:
        """One step, and what must hold after any step."""
        kind, *rest = action
        self.done.append(" ".join(str(one)[:60] for one in action))
        agrees, answer_due = await getattr(self, kind)(*rest)
        heard = await self.person.new() or (await self.person.new(wait=PATIENCE) if answer_due else [])  # a late one waits for its pace
        self.done += [f"    {line}"[:160] for message in heard for line in lines(message)]
        self.judge(heard)
        assert heard or not answer_due, self.story("no answer")
        await self.follow(heard, agrees=agrees)

    async def say(self, text: str) -> tuple[str, bool]:
        await self.post("messages", {"text": text, "files": []})
        return "words" * (text in AGREES), True

    async def agree(self) -> tuple[str, bool]:
        """The yes of the summary that stands there, in the words of its button."""
        label = next((label for label in buttons(self.summary or {}) if label in YES), "ja")
        return await self.say(label)

    async def edit(self, place: int, text: str) -> tuple[str, bool]:
        if self.person.sent:
            await self.post("edit", {"id": self.person.sent[-1 - place % len(self.person.sent)], "text": text})
        return "words" * (text in AGREES), False

    async def break_one(self, fault: dict[str, Any]) -> tuple[str, bool]:
        """A system fails the next call or two, whoever makes it."""
        await self.house.fault(**fault)
        return "", False

    async def press(self, place: int, back: int, chance: int) -> tuple[str, bool]:
        """A button that is on the screen, of one of the newest messages that have any. One pressed just now may stay silent."""
        shown = [one for one in self.person.messages.values() if pressable(one)]
        if not shown:
            return "", False
        message = shown[-1 - back % len(shown)]
        button = pressable(message)[place % len(pressable(message))]
        label, inputs = button["title"], filled(message, button, chance)
        again = self.repeated(message, label, inputs)
        answered = await self.post("press", {"activity": message["id"], "action": label, "inputs": inputs})
        return self.means_yes(message, label), answered is not None and not again

    async def dig(self, place: int, which: int, chance: int) -> tuple[str, bool]:
        """A button of a card as it once was, as a client shows it that has not seen the change."""
        if not self.cards:
            return "", False
        message = self.cards[-1 - place % len(self.cards)]
        button = pressable(message)[which % len(pressable(message))]
        inputs = filled(message, button, chance)
        again = self.repeated(message, button["title"], inputs)
        await press_old(self.house, self.person, message, button, inputs)
        return self.means_yes(message, button["title"]), not again

    def repeated(self, message: dict[str, Any], label: str, inputs: dict[str, str]) -> bool:
        """Whether this person pressed just that before: within seconds it is taken for the client's own repetition."""
        mark = json.dumps([self.name, message["id"], label, {name: value for name, value in inputs.items() if value}])
        known = mark in PRESSED
        PRESSED.add(mark)
        return known

    def means_yes(self, message: dict[str, Any], label: str) -> str:
        return "button" * (message["id"] == self.newest.get("id") and label in YES)

    async def post(self, what: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """To the simulated Teams; None when the client itself refuses (a field that must be filled in)."""
        url = f"{self.house.simulators}/teams/api/people/{self.person.id}/{what}"
        async with self.house.http.post(url, json=body) as answer:
            told: dict[str, Any] = await answer.json()
        assert answer.status in {200, 201, 422}, self.story("refused", answer.status, told)
        if what == "messages":
            self.person.sent.append(told["id"])
        return None if answer.status == 422 else told

    def judge(self, heard: list[dict[str, Any]]) -> None:
        """What holds for everything that is said."""
        said = "\n".join(spoken(message) for message in heard)
        assert "Der gik noget galt hos mig" not in said, self.story("broken")
        assert "310299" not in json.dumps(heard), self.story("a CPR number")
        own = ECHO.sub("", said)
        assert own.count("?") <= 1, self.story("two questions", own)
        assert "!" not in own.replace("Selv tak!", ""), self.story("exclaimed", own)

    async def follow(self, heard: list[dict[str, Any]], *, agrees: str) -> None:
        """A job may only begin on a yes to the summary that stood last; then wait for its end. Note what stands last now."""
        if any(spoken(message).startswith(GOING) for message in heard):
            assert agrees, self.story("begun without a yes")
            agreed = self.newest if "button" in agrees else self.summary
            assert agreed, self.story("begun without a summary")
            self.agreed.append(agreed)
            ended = ""
            while not ENDED.search(ended):
                ended += "\n".join(spoken(message) for message in await self.person.hears())
        if heard:
            last = heard[-1]
            self.summary = last if any(label in YES for label in buttons(last)) else None
            self.newest = next((one for one in reversed(heard) if any(label in YES for label in buttons(one))), self.newest)
        self.cards += [json.loads(json.dumps(message)) for message in heard if pressable(message)]

    async def end(self) -> None:
        """Cancel whatever is open or waits: it must come to an end."""
        for _ in range(MOST_CANCELS):
            await self.take(("say", "annuller"))
            if "Der er ikke noget i gang" in self.done[-1]:
                return
        raise AssertionError(self.story("never free again"))


def pressable(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of a message that reach the bot."""
    return [one for one in elements(message.get("card")) if one.get("type") == "Action.Execute"]


def spoken(message: dict[str, Any]) -> str:
    """The text of a message, and what stands in its card's text blocks."""
    parts = [one["text"] for one in elements(message.get("card")) if one.get("type") == "TextBlock"]
    return "\n".join(parts) if parts else str(message["text"])


def filled(message: dict[str, Any], button: dict[str, Any], chance: int) -> dict[str, str]:
    """Something in each input; with an even chance what stands there already. Nothing for a button that takes no inputs along."""
    inputs: dict[str, str] = {}
    if button.get("associatedInputs") == "none":
        return inputs
    for place, one in enumerate(elements(message.get("card"))):
        if str(one.get("type")).startswith("Input."):
            pool = [choice["value"] for choice in one.get("choices", [])] or FILLS.get(one["id"], [""])
            value = pool[(chance // (place + 1)) % len(pool)]
            inputs[one["id"]] = str(one.get("value", "")) if (chance >> place) & 1 else value
    return inputs


async def press_old(house: House, person: Person, message: dict[str, Any], button: dict[str, Any], inputs: dict[str, str]) -> None:
    """The press as Teams sends it, whatever the card looks like by now."""
    async with house.http.get(f"{house.simulators}/teams/api/traffic") as answer:
        sent = [one["activity"] for one in await answer.json()]
    like = next(one for one in reversed(sent) if one.get("from", {}).get("aadObjectId") == person.id)
    activity = {
        **{key: like[key] for key in ("serviceUrl", "channelId", "from", "conversation", "recipient", "channelData")},
        "type": "invoke",
        "name": "adaptiveCard/action",
        "id": f"f:walk-{next(numbers)}",
        "timestamp": "2026-11-23T09:31:00.0000000Z",
        "replyToId": message["id"],
        "value": {
            "action": {"type": "Action.Execute", "verb": button.get("verb", ""), "data": {**button.get("data", {}), **inputs}},
            "trigger": "manual",
        },
    }
    async with house.http.post(f"{house.bot}/api/messages", json=activity) as answer:
        assert answer.status == 200, await answer.text()


def held_state(var: Path) -> int:
    """The length of the longest state that the dialogs keep of a conversation."""
    with closing(sqlite3.connect(var / "kollega.sqlite")) as database:
        rows = database.execute("SELECT body FROM conversation").fetchall()
    return max(len(json.loads(body)["state"]) for (body,) in rows)


def files_with(var: Path, found: bytes) -> list[str]:
    """Names of the files that hold that."""
    kept = [path for path in var.rglob("*") if path.is_file()]
    assert kept
    return [path.name for path in kept if found in path.read_bytes()]


def written(house: House, since: int) -> list[dict[str, Any]]:
    """The writes in the systems after that one in the journal, the chat and sign-in left out."""
    table = house.control.journal_table
    lines_ = [table[str(number)] for number in range(since + 1, house.control.received + 1) if str(number) in table]
    return [line for line in lines_ if line["system"] != "teams" and "oauth" not in line["path"] and line["status"] < 400]


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
    AGREED.extend(facts(summary) for _, summary in agreed)
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
        right &= incident["impact"] == LEVELS[shown["Rammer"]] and incident["urgency"] == HASTE[shown["Haster"]]
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
    mails = [value for one in filings for label, value in one.items() if label.startswith("Mail")]
    assert len(documents) <= len(mails), detail
    assert [one for one in documents if flat(title_of(one)) not in flat(" ".join(mails))] == [], detail
    numbers_ = {one["Sag"].split()[0] for one in filings if one["Sag"] != "Ny sag"}
    if not new:
        assert [one for one in documents if not any(number in json.dumps(one) for number in numbers_)] == [], detail


def title_of(document: dict[str, Any]) -> str:
    """The title in eDoc's envelope."""
    found = re.search(r'"[A-Za-z]*[Tt]itle[A-Za-z]*": "([^"]*)"', json.dumps(document, ensure_ascii=False))
    return found[1] if found else "no title"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def walked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house for all walks, without Teams' own pace. In the end nothing in its files holds a CPR number."""
    var: Path = tmp_path_factory.mktemp("var")
    async with running(var) as house:
        async with house.http.post(f"{house.simulators}/control/settings", json={"teams_rate_limits": False}) as answer:
            assert answer.status == 200
        yield house
    assert len(AGREED) > WALKS // 10  # else the walks would show nothing
    assert held_state(var) < MOST_STATE
    assert files_with(var, b"310299-0000") == []


def drawn() -> list[Plan]:
    """The walks to take. They are drawn before anything runs: hypothesis does not suffer others to use chance meanwhile."""
    found: list[Plan] = []

    @seed(SEED)
    @settings(max_examples=WALKS, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(plan=plans)
    def collect(plan: Plan) -> None:
        found.append(plan)

    collect()
    return found


PLANS = drawn()


@pytest.mark.timeout(60 + 2 * WALKS)
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("start", range(0, len(PLANS), TOGETHER))
async def test_whatever_people_do(start: int, walked: House) -> None:
    """Several at once: one alone would mostly wait for the pace that Teams allows."""
    going, before = [], walked.control.received
    for place, (named, *_) in enumerate(PLANS[start : start + TOGETHER]):
        name = next(SIX if named and place < len(NAMES[:6]) else OTHERS)
        going.append(Walk(walked, await walked.person(name), name))
    tasks = [walk.go((("say", first), *steps)) for walk, (_, first, steps) in zip(going, PLANS[start:], strict=False)]
    for broken in await asyncio.gather(*tasks, return_exceptions=True):
        if broken:
            raise broken
    compare(going, written(walked, before))
