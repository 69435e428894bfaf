"""`python -m nlu review`: what was not understood or was corrected, the most frequent first, to be accepted, relabelled or dropped."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nlu.kept import Kept, Wording
from nlu.labels import LABELS, wish
from nlu.learned import Learned
from nlu.normalise import fold
from nlu.understanding import OUT_OF_SCOPE

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
WHY = {
    "rejected": "ikke forstået",
    "nearly": "næsten forstået",
    "confirmed": "forslaget blev valgt",
    "other": "den anden knap blev valgt",
    "neither": "ingen af knapperne passede",
    "corrected": "rettet af personen",
    "cancelled": "fortrudt med det samme",
}
ANSWERS = {
    "accept": "1 g godkend ja j accept a yes y",
    "relabel": "2 o om ret andet relabel r",
    "drop": "3 d drop slet fjern delete",
    "skip": "4 s spring skip næste",
    "quit": "5 f færdig slut stop quit q exit",
}
_ANSWER = {word: answer for answer, words in ANSWERS.items() for word in words.split()}
QUESTION = "1 godkend forslaget · 2 giv det et andet navn · 3 drop · 4 spring over · 5 færdig"

Ask = Callable[[str], str | None]
Say = Callable[[str], None]


class Review:
    """The review of an installation. Methods raise KeyError for an unknown id, ValueError for an unknown intent, and the store's errors."""

    def __init__(self, kept: Kept, learned: Learned, now: datetime) -> None:
        self._kept = kept
        self._learned = learned
        self._now = now

    def wordings(self) -> list[Wording]:
        """All of them, the most frequent first."""
        return self._kept.wordings(self._now)

    def accept(self, key: str) -> str:
        """Learn a wording as what it is proposed to be; that intent."""
        return self.relabel(key, self._found(key).proposal)

    def relabel(self, key: str, intent: str) -> str:
        """Learn a wording as `intent`, which is given back; it is no longer kept for review."""
        wording = self._found(key)
        if intent not in LABELS:
            raise ValueError(f"{intent!r} is no intent; one of {', '.join(LABELS)}")
        self._learned.add(wording.text, intent)
        self._kept.remove(key)
        return intent

    def drop(self, key: str) -> None:
        """Forget a wording."""
        self._found(key)
        self._kept.remove(key)

    def _found(self, key: str) -> Wording:
        found = next((one for one in self.wordings() if one.key == key), None)
        if found is None:
            raise KeyError(f"nothing with the id {key!r} is kept")
        return found


def as_json(wording: Wording) -> dict[str, Any]:
    """A wording as plain data."""
    return {
        "id": wording.key,
        "text": wording.text,
        "times": wording.times,
        "last": wording.last.isoformat(),
        "read": dict(wording.read),
        "best": dict(wording.best),
        "confidence": round(wording.confidence, 4),
        "chosen": dict(wording.chosen),
        "why": dict(wording.why),
        "proposal": wording.proposal,
    }


def described(wording: Wording) -> str:
    """A wording in Danish."""
    last = wording.last.astimezone(COPENHAGEN)
    read, best = wording.read.most_common(1)[0][0], wording.best.most_common(1)[0][0]
    nearest = f", nærmest {wish(best)}" if read == OUT_OF_SCOPE != best else ""
    lines = [
        f"{wording.text}",
        f"  {wording.times} {'gang' if wording.times == 1 else 'gange'}, senest den {last.day}.{last.month}.{last.year} · "
        + ", ".join(WHY.get(why, why) for why in wording.why),
        f"  Læst som: {wish(read)}{nearest} ({100 * wording.confidence:.0f} %)",
    ]
    if wording.chosen:
        lines.append("  I stedet: " + ", ".join(f"{wish(intent)} ({times})" for intent, times in wording.chosen.most_common()))
    return "\n".join([*lines, f"  Forslag: {wish(wording.proposal)}"])


def interactive(review: Review, ask: Ask, say: Say) -> None:
    """Go through them with a person. `ask` gives what was typed, None at the end."""
    wordings = review.wordings()
    if not wordings:
        say("Der er ikke noget at gennemse. Er LEARN_FROM_USE slået til?")
        return
    learned = 0
    for number, wording in enumerate(wordings, 1):
        say(f"\n{number} af {len(wordings)}: {described(wording)}")
        answer = _answered(ask, say)
        if answer == "quit":
            break
        if answer == "accept":
            say(f"Lært som: {wish(review.accept(wording.key))}.")
        elif answer == "drop":
            review.drop(wording.key)
            say("Droppet.")
        elif answer == "relabel":
            intent = _intent(ask, say)
            if intent is None:
                continue
            say(f"Lært som: {wish(review.relabel(wording.key, intent))}.")
        learned += answer in {"accept", "relabel"}
    say(f"\nFærdig. {learned} lært." + (" Kør python -m nlu train for at tage dem i brug." if learned else ""))


def _answered(ask: Ask, say: Say) -> str:
    while True:
        typed = ask(f"{QUESTION}\n> ")
        if typed is None:
            return "quit"
        word = (typed.strip().lower().split() or ["skip"])[0].strip(".,!")
        if word in _ANSWER or word == "skip":
            return _ANSWER.get(word, word)
        say("Skriv et tal fra 1 til 5 eller ordet.")


def _intent(ask: Ask, say: Say) -> str | None:
    """Which intent it is, by number, name or words; None to leave it."""
    intents = list(LABELS)
    say("\n".join(f"{number:>3} {wish(intent)}" for number, intent in enumerate(intents, 1)))
    while True:
        typed = ask("Hvad skal det hedde? Tallet eller ordene, tomt for at lade være: ")
        if not typed or not typed.strip():
            return None
        said = typed.strip()
        if said.isdecimal() and 1 <= int(said) <= len(intents):
            return intents[int(said) - 1]
        hits = [intent for intent in intents if said == intent or fold(said) == fold(wish(intent))]
        hits = hits or [intent for intent in intents if fold(said) in fold(wish(intent))]
        if len(hits) == 1:
            return hits[0]
        say("Det passer på flere." if hits else "Det kender jeg ikke.")
