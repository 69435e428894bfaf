"""What the answers to an approval come to. The job and whoever presses read the same, so that there is one decision.

What people do are answers to the job's waits "approval 0", "approval 1" …, each filled once and in order: yes, no, question, reply, nudge,
withdraw. A wait may also end without one, when it is time to remind.
"""

from collections.abc import Mapping, Sequence

from dialogs import texts
from dialogs.talk import Button
from jobs.waits import Answer

MOST_EVENTS = 200  # questions, replies, nudges and reminders in one approval
STAGES = 2  # a reminder and an escalation: so many waits may be over without an answer
SAYS = {"yes": "godkendt", "no": "sagt nej", "withdraw": "trukket ønsket tilbage"}


def mandate_of(answer: Answer) -> str:
    """Whose say it was, as an approver's id: one's own, or that of whom one stood in for."""
    return str(answer.message.get("for") or answer.by["id"])


def yes_of(given: Sequence[Answer], asker: str) -> dict[str, str]:
    """The approvers (ids) whose say was yes, each with who gave it; never the asker. Nobody counts twice."""
    found: dict[str, str] = {}
    for one in given:
        if one.message["kind"] == "yes" and one.by["id"] != asker and one.by["id"] not in found.values():
            found.setdefault(mandate_of(one), one.by["id"])
    return found


def decided(given: Sequence[Answer], number: int, asker: str) -> str:
    """What the answers, in order, come to: "yes", "no", "withdraw", or "" as long as it is open. The first decision stands."""
    for place, one in enumerate(given, 1):
        kind = one.message["kind"]
        if (kind == "no" and one.by["id"] != asker) or (kind == "withdraw" and one.by["id"] == asker):
            return str(kind)
        if kind == "yes" and len(yes_of(given[:place], asker)) >= number:
            return "yes"
    return ""


def in_order(answers: Mapping[str, Answer]) -> list[Answer]:
    """The answers of a job's approval, in the order in which they count."""
    places = sorted(place_of(name) for name in answers if name.startswith("approval "))
    return [answers[f"approval {place}"] for place in places]


def next_place(answers: Mapping[str, Answer]) -> int:
    """The first wait that has no answer after it."""
    return max((place_of(name) + 1 for name in answers if name.startswith("approval ")), default=0)


def place_of(name: str) -> int:
    """The number of a wait."""
    return int(name.split(" ")[1])


def open_question(given: Sequence[Answer]) -> Answer | None:
    """The newest question that nobody has replied to."""
    last = next((one for one in reversed(given) if one.message["kind"] in {"question", "reply"}), None)
    return last if last and last.message["kind"] == "question" else None


def told(answer: Answer) -> str:
    """Who decided what, and when: "Jens Kjær har godkendt den 23. november kl. 10.30"."""
    at = texts.local(answer.at)
    return (
        f"{texts.plain(answer.by['name'])} har {SAYS[answer.message['kind']]} den {at.day}. {texts.MONTHS[at.month - 1]} {texts.clock(at)}"
    )


def cards(key: str) -> tuple[str, str]:
    """The keys of an approver's cards about a job: as it came, and as it was listed."""
    form = key.rpartition(":")[2]
    return f"approve-{form}", f"listed-{form}"


def meanwhile(key: str) -> tuple[Button, ...]:
    """What the asker may do while an answer is waited for."""
    return (
        Button(label="Mind om det", do="approval nudge", data={"job": key}),
        Button(label="Træk tilbage", do="approval withdraw", data={"job": key}),
    )
