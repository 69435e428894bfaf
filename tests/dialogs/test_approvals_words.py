"""What the answers to an approval come to, and which words speak of one."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.approval import NAMED, PARTLY, SPOKEN
from dialogs.approval_asker import NUDGE, REPLY, STATUS, WITHDRAW
from dialogs.rules import BadRules, Rule, read
from dialogs.verdicts import decided, in_order, next_place, open_question, yes_of
from jobs.waits import Answer
from nlu.normalise import fold

ASKER = "b"
KINDS = ("yes", "no", "question", "reply", "nudge", "withdraw")
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def answer(kind: str, by: str, mandate: str = "") -> Answer:
    return Answer({"id": by, "name": by.upper()}, NOON, {"kind": kind, "text": "x"} | ({"for": mandate} if mandate else {}))


ANSWERS = st.lists(
    st.builds(answer, st.sampled_from(KINDS), st.sampled_from([ASKER, "p", "q", "r"]), st.sampled_from(["", "p", "q"])), max_size=8
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANSWERS, st.integers(1, 2))
def test_the_first_decision_stands_whatever_comes_after(answers: list[Answer], number: int) -> None:
    verdicts = [decided(answers[:place], number, ASKER) for place in range(len(answers) + 1)]
    first = next((one for one in verdicts if one), "")
    assert [one for one in verdicts if one] == [first] * len([one for one in verdicts if one])
    assert verdicts == sorted(verdicts, key=bool)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANSWERS, st.integers(1, 2))
def test_a_yes_takes_as_many_people_and_as_many_mandates_and_never_the_asker(answers: list[Answer], number: int) -> None:
    yes = yes_of(answers, ASKER)
    assert len(set(yes.values())) == len(yes)
    assert ASKER not in yes.values()
    if decided(answers, number, ASKER) == "yes":
        assert len(yes) >= number


def test_the_asker_withdraws_and_nobody_else_does() -> None:
    assert decided([answer("withdraw", "p")], 1, ASKER) == ""
    assert decided([answer("withdraw", ASKER)], 1, ASKER) == "withdraw"
    assert decided([answer("no", ASKER)], 1, ASKER) == ""
    assert decided([answer("yes", "p", "q"), answer("yes", "q")], 2, ASKER) == ""  # one say, given twice


def test_answers_count_in_the_order_of_their_waits_and_some_waits_have_none() -> None:
    answers = {"approval 10": answer("yes", "p"), "approval 2": answer("question", "p"), "other": answer("no", "q")}
    assert [one.message["kind"] for one in in_order(answers)] == ["question", "yes"]
    assert next_place(answers) == 11
    assert next_place({}) == 0
    assert open_question(in_order(answers)) is answers["approval 2"]
    assert open_question([answer("question", "p"), answer("reply", ASKER)]) is None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("godkend", SPOKEN),
        ("ja, godkendt", SPOKEN),
        ("det godkender jeg", SPOKEN),
        ("jeg godkender det", SPOKEN),
        ("sig nej, fordi det er for dyrt", SPOKEN),
        ("afvist: vi har den", SPOKEN),
        ("spørg Birthe: hvorfor?", SPOKEN),
        ("spørg hende hvad den skal bruges til", SPOKEN),
        ("jeg godkender det ikke", SPOKEN),
        ("det kan jeg ikke godkende", SPOKEN),
        ("godkend den fra Birthe", NAMED),
        ("afvis RITM0010004, fordi det haster ikke", NAMED),
        ("godkendt, men kun Sofie", PARTLY),
        ("godkend kun Sofie", PARTLY),
        ("ja, men ikke Ole", PARTLY),
        ("jeg godkender, hvis Mette er med", PARTLY),
        ("har Jens svaret?", STATUS),
        ("er den godkendt?", STATUS),
        ("har Jens Kjær godkendt det endnu", STATUS),
        ("hvad venter jeg på?", STATUS),
        ("hvem mangler at svare", STATUS),
        ("træk den tilbage", WITHDRAW),
        ("jeg vil trække det tilbage igen", WITHDRAW),
        ("mind ham om det", NUDGE),
        ("kan du rykke Jens", NUDGE),
        ("kan du ikke lige rykke ham", NUDGE),
        ("hvad svarede Jens?", STATUS),
        ("send Jens en påmindelse", NUDGE),
        ("svar: det er til barsel", REPLY),
        ("svar Jens: det er til barsel", REPLY),
    ],
)
def test_words_that_speak_of_an_approval(text: str, form: object) -> None:
    said, folded = text.strip(" .!"), fold(text).strip(" ?.!")
    found = [one for one in (PARTLY, SPOKEN, NAMED, REPLY) if one.fullmatch(said)]
    found += [one for one in (STATUS, WITHDRAW, NUDGE) if one.fullmatch(folded)]
    assert found[0] is form


@pytest.mark.parametrize(
    "text",
    [
        "min mus er død",
        "mind mig om mødet",
        "hvad venter på mig",
        "sæt Jens på IT-nyt",
        "ja",
        "nej tak",
        "hvem skal være ejer",
        "luk sagen",
    ],
)
def test_words_that_speak_of_something_else(text: str) -> None:
    assert not [one for one in (SPOKEN, NAMED, PARTLY, REPLY) if one.fullmatch(text)]
    assert not [one for one in (STATUS, WITHDRAW, NUDGE) if one.fullmatch(fold(text))]


def test_a_yes_that_is_denied_is_no_yes() -> None:
    for text in ("jeg godkender det ikke", "godkend den ikke", "det godkender jeg ikke", "jeg kan ikke godkende det", "ikke godkendt"):
        found = SPOKEN.fullmatch(text)
        assert found, text
        assert not found["yes"]
    for text in ("godkend ikke Strikkeklubben", "jeg godkender ikke den fra Birthe"):
        assert not SPOKEN.fullmatch(text)
        assert not NAMED.fullmatch(text)


def test_the_rule_says_who_stands_in(tmp_path: Path) -> None:
    assert Rule().stedfortraeder == ["leder"]
    path = tmp_path / "x.toml"
    for good in (["ingen"], ["leder", "rolle:servicedesk"]):
        path.write_text(f"stedfortraeder = {good}")
        assert read(path).stedfortraeder == tomllib.loads(path.read_text())["stedfortraeder"] == good
    for wrong in (["ejer"], ["alle"], ["ingen", "leder"], []):
        path.write_text(f"stedfortraeder = {wrong}")
        with pytest.raises(BadRules, match=r"x\.toml:1: stedfortraeder"):
            read(path)
