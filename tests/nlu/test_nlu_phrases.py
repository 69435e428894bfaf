"""The training phrases: enough of them, each a wording of its own, and none of them a sentence that is used for judging."""

import re
from collections import Counter
from pathlib import Path

import pytest

from nlu import entities, evaluate, train
from nlu.features import seen

HERE = Path(__file__).parent
INTENTS = """case.create case.status case.list case.comment case.time case.work case.close mailbox.create distribution_list.create
distribution_list.add_member distribution_list.remove_member distribution_list.show catalog.order journal.file journal.status oversight.run oversight.result
access_request.open access_request.status approval.list activity.list human help greeting thanks cancel out_of_scope""".split()
LATER = "mailbox.add_member mailbox.auto_reply distribution_list.change_owner".split()  # most sets are older than these
FILES = sorted(train.PHRASES.glob("*.txt"))


def masked(text: str) -> str:
    return " ".join(re.findall(r"\w+", seen(entities.read(text, evaluate.REFERENCE))[0]))


def test_every_intent_has_its_file() -> None:
    assert sorted(train.intent_of(path) for path in FILES) == sorted([*INTENTS, *LATER])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_enough_wordings_that_differ_in_more_than_names_and_numbers(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert all(line == line.strip() and line for line in lines), "one phrase a line, no blanks around it"
    assert len({masked(line) for line in lines}) >= (400 if path.stem == "out_of_scope" else 150)


def test_no_phrase_stands_twice() -> None:
    twice = [phrase for phrase, count in Counter(text for text, _ in train.phrases()).items() if count > 1]
    assert twice == []


def test_no_sentence_for_judging_is_learned() -> None:
    """What five words or more say, names and numbers masked; "hvem er på Barsel Info" is what anybody writes."""
    learned = {masked(text) for text, _ in train.phrases()}
    both = [
        row.text
        for path in HERE.glob("*.jsonl")
        for row in evaluate.rows(path)
        if len(masked(row.text).split()) >= 5 and masked(row.text) in learned
    ]
    assert both == []


def test_the_sentences_for_judging_are_labelled_with_known_intents() -> None:
    for path in sorted(HERE.glob("*.jsonl")):
        rows = evaluate.rows(path)
        assert {row.intent for row in rows} - set(LATER) == set(INTENTS)
        outside = sum(row.intent == "out_of_scope" for row in rows) / len(rows)
        assert 0.17 <= outside <= 0.36, path.name
