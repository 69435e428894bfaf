"""Fifty thousand people and twenty thousand lists: nearly all are found however they are written, hardly an ordinary sentence gains a name, and it is quick."""

import random
from collections.abc import Callable

import pytest

from bench.known_names import LISTS, MAILBOXES, PEOPLE, TODAY, lists, people, sentences
from nlu import entities
from nlu.known import NOBODY, Known
from nlu.normalise import fold

NAMES = {"person": people(PEOPLE), "list_name": lists(LISTS), "mailbox_name": [f"{name} Post" for name in lists(MAILBOXES, seed=3)]}
KNOWN = Known.of(*NAMES.values())
KINDS = tuple(NAMES)
ENOUGH = 0.95
FALSE = 0.01  # of ordinary sentences may gain a name
TRIES = 1000  # of each kind: a half-width of one and a half per cent
FRAMES = {
    "person": "sæt {} på listen|fjern {} fra listen|har {} adgang til sagen|{} skal have en ny pc|kan du give {} adgang|meld {} ud af listen|jeg søger indsigt for {}|"
    "hvad har vi liggende om {}|hej, jeg er {} og min printer virker ikke|tilføj {} og Ole Bang|{}s skærm er gået i sort|find {}s sager|hvor langt er {}s indsigt|"
    "journaliser {}s mail|spørg {} om det|skriv til {} i morgen|er {} på barsel|{} mangler Outlook|tag {} med på mødet|det var {}, der sagde det",
    "list_name": "sæt Ole på {}|hvem er på {}|fjern Ole fra {}|meld mig ud af {}|vis listen {}|hvem ejer listen {}|føj Ole til {}|tag mig af {}|skal Ole stå på {}|slet ham fra listen {}|"
    "hvem er {}s ejer|vis {}s medlemmer|vis listen {}s medlemmer|tilmeld hende {}-listen|vi skal have Ole med på {}|kan jeg komme på {}|abonner mig på {}|er Ole på {}|"
    "hvor mange er på listen {}|få mig af {}",
    "mailbox_name": "giv mig adgang til {}|opret postkassen {}|jeg mangler adgang til postkassen {}|hvem læser mails i {}|luk postkassen {}|postkassen {} virker ikke|vi skal bruge postkassen {}|"
    "fællespostkassen {} skal lukkes|giv Ole adgang til {}|hvem har adgang til {}|åbn {} postkassen for Ole|jeg kan ikke se mailboksen {}|postkassen der hedder {}|"
    "fællesmailen {} er fuld|adgang til {} tak|kan jeg få adgang til {}|Ole skal have adgang til {}|den fælles postkasse {} er væk|tøm indbakken {}|hvem ejer postkassen {}",
}  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"


def slip(name: str, chance: random.Random) -> str:
    """One letter left out, put in, changed or swapped with the next, anywhere."""
    at = chance.choice([at for at, char in enumerate(name) if char.isalpha()])
    after = name[at + 1 : at + 2] if name[at + 1 : at + 2].isalpha() else ""
    return chance.choice((
        name[:at] + name[at + 1 :],
        name[:at] + chance.choice(LETTERS) + name[at:],
        name[:at] + chance.choice(LETTERS) + name[at + 1 :],
        name[:at] + after + name[at] + name[at + 1 + len(after) :],
    ))  # fmt: skip


def without_danish_letters(text: str) -> str:
    for letter, two in (("æ", "ae"), ("ø", "oe"), ("å", "aa"), ("Æ", "Ae"), ("Ø", "Oe"), ("Å", "Aa")):
        text = text.replace(letter, two)
    return text


WAYS: dict[str, Callable[[str], str]] = {"as it is": str, "small": str.lower, "capitals": str.upper, "without æøå": without_danish_letters}


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_name_is_found_with_a_slip_in_any_writing_and_sentence(kind: str) -> None:
    chance = random.Random(11)
    frames = FRAMES[kind].split("|")
    assert len(frames) == 20
    found, missed = 0, []
    for number in range(TRIES):
        name = chance.choice(NAMES[kind])
        slipped = slip(name, chance)
        write = chance.choice(list(WAYS.values()))
        frame = frames[number % 20]
        if "{}s" in frame and fold(slipped)[-1] in "sxz":
            frame = frames[0]  # these take an apostrophe
        text, wanted = write(frame.format(slipped)), write(slipped)
        if wanted in entities.find(text, TODAY, KNOWN).get(kind, []):
            found += 1
        else:
            missed.append((name, text))
    print(f"{kind}: {found / TRIES:.1%} found; missed, for example: {missed[:8]}")
    assert found / TRIES >= ENOUGH


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_name_that_is_written_rightly_is_found(kind: str) -> None:
    chance = random.Random(12)
    frames = FRAMES[kind].split("|")
    missed = []
    for number, name in enumerate(chance.sample(NAMES[kind], 600)):
        frame = frames[0 if name[-1] in "sxz" else number % 20]
        if name not in entities.find(text := frame.format(name), TODAY, KNOWN).get(kind, []):
            missed.append(text)
    print(f"{kind}: missed {missed}")
    assert len(missed) <= 6


def test_ordinary_sentences_gain_no_names() -> None:
    texts = sentences()
    gained = []
    for text in texts:
        after = entities.find(text, TODAY, KNOWN)
        if not after.keys().isdisjoint(KINDS) and (before := entities.find(text, TODAY, NOBODY)) != after:
            gained.append((text, {kind: after.get(kind) for kind in KINDS if after.get(kind) != before.get(kind)}))
    print(f"{len(gained)} of {len(texts)} sentences: {gained[:20]}")
    assert len(gained) / len(texts) <= FALSE
