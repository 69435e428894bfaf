"""Learning from use: what is kept is masked and forgotten after 30 days; an administrator accepts, relabels or drops it; training reads it."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nlu
from nlu import __main__ as cli
from nlu import entities, kept, review, slots
from nlu.kept import Kept, Misread
from nlu.learned import Learned
from settings import kept_at
from tests.bot.postgres import server

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MODEL = nlu.load()
ROOT = Path(__file__).parents[2]
ORDINARY = MODEL.weights.channels[0].rows.__contains__


def masked(text: str, known: nlu.Known | None = None) -> str:
    return slots.mask(entities.read(text, TODAY, known or nlu.Known.of()), ORDINARY)


def misread(text: str, why: str = "rejected", chosen: str = "", **more: object) -> Misread:
    whole = {"read": "out_of_scope", "best": "case.create", "confidence": 0.4, "model": "abc", "at": NOW} | more
    return Misread(text=text, why=why, chosen=chosen, **whole)  # type: ignore[arg-type]  # the test gives what the dataclass takes


@pytest.fixture
def store(tmp_path: Path) -> Kept:
    return Kept(kept_at(None, tmp_path, "nlu"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sæt Ole Bang på listen Barsel Info", "sæt {navn} på listen {liste}"),
        ("ring til mig på 33 66 12 34 eller ole.bang@kk.example", "ring til mig på {tal} eller {mail}"),
        ("min sag INC0010243 om cpr 310299-0000", "min sag {sag} om cpr {cpr}"),
        ("[CPR-nummer fjernet] skal have indsigt", "{cpr} skal have indsigt"),
        ("det er hos Kvassbjerg i Tulugaq-huset", "det er hos {navn} i {navn}"),
        ("se https://intra.kk.example/sag?id=7", "se {link}"),
    ],
)
def test_what_is_personal_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_names_that_the_systems_know_are_masked_in_small_letters_too() -> None:
    known = nlu.Known.of(people=["Gudny Kvassbjerg"], lists=["Strandløverne"])
    assert masked("fjern gudny kvassbjerg fra strandløverne", known) == "fjern {navn} fra {liste}"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_nothing_masked_holds_a_number(text: str) -> None:
    said = masked(text)
    assert not any(char in "0123456789" for char in said)
    assert len(said) <= slots.LONGEST


@pytest.mark.parametrize(("slot", "kind"), [("navn", "person"), ("liste", "list_name"), ("postkasse", "mailbox_name"), ("mail", "email"), ("cpr", "cpr"), ("sag", "case_number"), ("edocsag", "records_case"), ("dato", "date"), ("varighed", "duration_minutes")])  # fmt: skip
def test_a_filled_slot_is_found_again_as_what_it_was(slot: str, kind: str) -> None:
    for start in ("fjern", "kan du se på", "det handler om"):
        filled = slots.fill(f"{start} {{{slot}}} tak")
        assert "{" not in filled
        assert kind in entities.read(filled, TODAY, slots.INVENTED).entities(), filled


def test_the_most_frequent_wording_comes_first_with_what_was_chosen(store: Kept) -> None:
    store.add(misread("en sjælden"))
    for chosen in ("", "case.list", "case.list"):
        store.add(misread("Vis mig {sag}", "corrected" if chosen else "rejected", chosen))
    store.add(misread("vis mig {sag}", "confirmed", "case.list"))
    first, second = store.wordings(NOW)
    assert (first.times, first.proposal, first.chosen["case.list"]) == (3, "case.list", 3)
    assert second.proposal == "out_of_scope"
    assert first.last.minute == 0


def test_nothing_is_kept_for_more_than_thirty_days_and_nothing_at_all_where_it_is_not_allowed(store: Kept) -> None:
    store.add(misread("gammel", at=NOW - timedelta(days=31)))
    store.add(misread("ny", at=NOW - timedelta(days=29)))
    assert [one.text for one in store.wordings(NOW)] == ["ny"]
    assert store.purge(NOW) == 1
    assert store.purge(NOW, all_of_it=True) == 1
    assert store.wordings(NOW) == []


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert Kept(kept_at(None, tmp_path / "empty", "nlu")).wordings(NOW) == []
    assert list(tmp_path.iterdir()) == []


def test_it_lies_beside_the_database() -> None:
    assert kept_at("postgresql://kollega@db/x", Path("var"), "nlu") == "postgresql+psycopg://kollega@db/x"
    assert kept_at("sqlite:////data/kollega.sqlite", Path("var"), "nlu") == "sqlite:////data/kollega.nlu.sqlite"


def run(var: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("VAR_DIR", str(var))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return cli.main(["review", *arguments])


def test_without_a_person_at_the_keyboard(
    store: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("tag {navn} af {liste}", "hvad koster kaffen", "vis mine ting"):
        store.add(misread(text, at=datetime.now(UTC)))
    assert run(tmp_path, monkeypatch, "--list", "--json") == 0
    ids = {one["text"]: one["id"] for one in json.loads(capsys.readouterr().out)}
    assert run(tmp_path, monkeypatch, "--accept", ids["hvad koster kaffen"]) == 0
    assert run(tmp_path, monkeypatch, "--relabel", ids["tag {navn} af {liste}"], "distribution_list.remove_member") == 0
    assert run(tmp_path, monkeypatch, "--drop", ids["vis mine ting"]) == 0
    assert run(tmp_path, monkeypatch, "--accept", ids["vis mine ting"]) == 1
    assert "nothing with the id" in capsys.readouterr().err
    assert {path.name: path.read_text("utf-8") for path in (tmp_path / "learned").iterdir()} == {
        "distribution_list_remove_member.txt": "tag {navn} af {liste}\n",
        "out_of_scope.txt": "hvad koster kaffen\n",
    }
    assert store.wordings(datetime.now(UTC)) == []


def test_an_intent_that_does_not_exist_is_refused(
    store: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store.add(misread("tag den", at=datetime.now(UTC)))
    assert run(tmp_path, monkeypatch, "--relabel", kept.key_of("tag den"), "case.eat") == 1
    assert "'case.eat' is no intent" in capsys.readouterr().err
    assert len(store.wordings(datetime.now(UTC))) == 1


def typing(*lines: str) -> tuple[Callable[[str], str | None], list[str], Callable[[str], None]]:
    waiting, said = list(lines), list[str]()

    def ask(question: str) -> str | None:
        said.append(question)
        return waiting.pop(0) if waiting else None

    return ask, said, said.append


def test_with_a_person_at_the_keyboard(store: Kept, tmp_path: Path) -> None:
    for text, times in (("tag {navn} af {liste}", 4), ("luk lortet", 3), ("vis alt", 2), ("hm hm", 1)):
        for _ in range(times):
            store.add(misread(text, "corrected", "distribution_list.remove_member" if "liste" in text else ""))
    ask, said, say = typing("hvad?", "Godkend", "2", "findes ikke", "lukke en sag", "drop", "5")
    review.interactive(review.Review(store, Learned(tmp_path), NOW), ask, say)
    shown = "\n".join(said)
    assert "1 af 4: tag {navn} af {liste}" in shown
    assert "Forslag: fjerne nogen fra en liste" in shown
    assert "Lært som: lukke en sag." in shown
    assert shown.endswith("Færdig. 2 lært. Kør python -m nlu train for at tage dem i brug.")
    assert [one.text for one in store.wordings(NOW)] == ["hm hm"]


def test_the_end_of_input_ends_the_review_and_an_empty_one_says_so(store: Kept, tmp_path: Path) -> None:
    ask, said, say = typing()
    review.interactive(review.Review(store, Learned(tmp_path), NOW), ask, say)
    assert said == ["Der er ikke noget at gennemse. Er LEARN_FROM_USE slået til?"]
    store.add(misread("noget"))
    review.interactive(review.Review(store, Learned(tmp_path), NOW), ask, say)
    assert said[-1] == "\nFærdig. 0 lært."


def many_at_once(url: str) -> int:
    """Several processes make the table and write to it at the same time; how often the wording was kept."""
    code = f"""
import sys
from datetime import UTC, datetime
from nlu.kept import Kept, Misread
store = Kept({url!r})
for number in range(20):
    store.add(Misread("vis alt", "out_of_scope", "case.list", 0.4, "rejected", "", "abc", datetime.now(UTC)))
"""
    writers = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(4)]
    ended = [(writer.communicate(timeout=60)[1], writer.returncode) for writer in writers]
    assert [status for _, status in ended] == [0] * 4, ended
    (wording,) = Kept(url).wordings(datetime.now(UTC))
    assert Kept(url).remove(wording.key) == wording.times
    return wording.times


def test_several_processes_keep_in_one_file(tmp_path: Path) -> None:
    assert many_at_once(kept_at(None, tmp_path, "nlu")) == 80


@pytest.mark.postgres
def test_several_processes_keep_in_postgresql() -> None:
    with server() as url:
        assert many_at_once(kept_at(url, Path("var"), "nlu")) == 80
