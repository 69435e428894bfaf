"""What is remembered of a conversation between two messages: plain JSON, no step numbers."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from dialogs.talk import Button, File

KEPT_CLOSED = 20
KEPT_SAID = 6


class FormState(BaseModel):
    """A form being filled: its answers and which field is asked; `asked` is "confirm" at the summary."""

    id: str
    intent: str
    answers: dict[str, Any] = Field(default_factory=dict)
    skipped: list[str] = Field(default_factory=list)
    first: str = ""  # what it began with, until that has been heard
    asked: str = ""  # "" until something could be asked: a system may have failed at once
    attempts: int = 0  # failed tries at `asked`
    reason: str = ""  # why the last one failed
    helped: int = 0  # times that `asked` was explained
    choices: list[dict[str, Any]] = Field(default_factory=list)  # what `asked` offers: {"label", "value"}
    offered: str = ""  # the field that `choices` belong to
    found: bool = False  # `choices` were found for what was said, not fixed ones
    drawn: int = 0  # cards drawn so far
    card: str = ""  # the key of the card that may be answered now
    noticed: str = ""  # what stood above the last summary, so that it is not said again
    summary: str = ""  # the key of the last summary's card: a yes counts while that is the card
    proposed: list[str] = Field(default_factory=list)  # fields whose value nobody has said
    filled_by: dict[str, str] = Field(default_factory=dict)  # field → id of the message that last filled it
    before: dict[str, Any] = Field(default_factory=dict)  # field → the value before the last change
    changed: list[str] = Field(default_factory=list)  # fields that the last message changed, the latest last
    files: list[File] = Field(default_factory=list)
    together: list["FormState"] = Field(default_factory=list)  # dropped with it, and back with it
    loose: str = ""  # a text that may be a matter of its own, until the person has said so
    begun_at: datetime
    touched_at: datetime

    def has(self, field: str) -> bool:
        """Answered, or skipped on purpose."""
        return field in self.answers or field in self.skipped


class Offer(BaseModel):
    """Something that a button or its label starts: an intent with the text that asked for it."""

    label: str
    intent: str
    text: str
    answers: dict[str, Any] = Field(default_factory=dict)  # known beforehand


class Closed(BaseModel):
    """A form that ended, so that its old cards, and edits of the messages that filled it, can be told how."""

    form: str
    text: str
    job: str = ""
    messages: list[str] = Field(default_factory=list)


class Said(BaseModel):
    """A text of the person's, masked and shortened."""

    id: str
    text: str


class State(BaseModel):
    """All of a conversation that the dialogs keep."""

    open: FormState | None = None
    waiting: list[FormState] = Field(default_factory=list)  # laid aside, the latest last
    wishes: list[Offer] = Field(default_factory=list)  # said in one sentence, still to be taken up
    dropped: FormState | None = None  # cancelled, may be restored until midnight
    regret: bool = False  # it was dropped by the last message: "nej vent" means that one
    agreed: bool = False  # the last message was a yes that began a job: the same yes, sent twice, is one
    choosing: list[Offer] = Field(default_factory=list)
    shown: list[Button] = Field(default_factory=list)  # the buttons that a label, typed, may mean
    shown_card: str = ""
    last: str = ""  # the key of what was said last
    greeted_on: date | None = None
    soothed_on: date | None = None  # their anger was acknowledged, which is done once
    touched_at: datetime | None = None
    misses: int = 0  # texts in a row that nobody understood
    closed: list[Closed] = Field(default_factory=list)
    said: list[Said] = Field(default_factory=list)  # the person's last texts, for a hand-over
    case: str = ""  # the case last named by either side

    def close(self, form: FormState, text: str, job: str = "") -> None:
        """The open form has ended with that sentence."""
        self.closed = [*self.closed, Closed(form=form.id, text=text, job=job, messages=sorted(set(form.filled_by.values())))][-KEPT_CLOSED:]
        if self.open is form:
            self.open = None
        if job:
            self.said = []  # a hand-over tells of what is not settled

    def remember(self, message: str, text: str) -> None:
        """Keep the gist of what was said last."""
        if text:
            self.said = [*self.said, Said(id=message, text=text[:300])][-KEPT_SAID:]
