"""What passes between a channel and the dialogs: plain data, no Teams and no HTTP in it.

A channel (bot/) turns what arrives into an `Event` and draws each `Reply`. The dialogs turn an event and the conversation's state into replies.
"""

from datetime import datetime
from math import inf
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dialogs.texts import masked

Shown = Annotated[str, AfterValidator(masked)]  # whatever a person sees of ours, also a system's own words: never a CPR number


class Frozen(BaseModel):
    """Base of the values here: made once, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Who(Frozen):
    """The one who writes. `id` is the Entra object id of a checked activity, never something that a card or a text says."""

    id: str
    name: str = ""
    tenant: str = ""


class File(Frozen):
    """A file that came with a message and is already kept by the channel (see `dialogs.desk.Files`).

    `key` names the kept bytes. Where the file could not be fetched `key` is empty and `problem` says why:
    "too_large", "type_not_allowed" or "unreachable".
    """

    key: str
    name: str
    content_type: str
    size: int = 0
    problem: str = ""


class Event(Frozen):
    """One thing that happened in a conversation.

    message: somebody wrote `text` (a channel has already removed its mention of the bot, HTML and surplus blanks), perhaps with `files`.
    press:   somebody pressed a button of a card: `do` is the button's verb, `card` the card's key, `data` what the button carried,
             `inputs` what the person filled in (field id → text; an input left out is absent).
    edit:    the person changed an earlier message (`refers` is its id) to `text`.
    delete:  the person deleted an earlier message (`refers`).
    react:   a reaction ("like") on the bot's message `refers`; its name in `text`.
    joined:  the person installed the app or opened the chat for the first time.

    after:  seconds from when Kollega had spoken last until this was written; negative for what was written before that could be read.
    passed: a hello after which the person went on at once: it counts as said, and what came after it has the answer.
    """

    kind: Literal["message", "press", "edit", "delete", "react", "joined"]
    id: str
    at: datetime  # when the channel says it was written, with a time zone
    who: Who
    conversation: str
    personal: bool = True  # a chat between this person and the bot alone
    text: str = ""
    files: tuple[File, ...] = ()
    do: str = ""
    card: str = ""
    data: dict[str, str] = Field(default_factory=dict)
    inputs: dict[str, str] = Field(default_factory=dict)
    refers: str = ""
    quoted: str = ""  # the text of a message that this one answers (Teams' quoted reply), not part of `text`
    after: float = inf
    passed: bool = False


class Button(Frozen):
    """A button. Pressing it comes back as a press with `do` and `data`; its label, typed, must mean the same.

    A button with `url` opens a page instead. `checks`: False for a button that must work though inputs are missing (cancel).
    """

    label: Shown
    do: str = ""
    data: dict[str, str] = Field(default_factory=dict)
    url: str = ""
    style: Literal["default", "positive", "destructive"] = "default"
    checks: bool = True


class Fact(Frozen):
    """One line of a summary: "Sted: 3. sal"."""

    label: Shown
    value: Shown


class Choice(Frozen):
    """One way to answer a choice field."""

    label: Shown
    value: str


class Input(Frozen):
    """A field of a card, with its label, what is filled in now, and the error to show at it (Danish), if any."""

    id: str
    label: Shown
    kind: Literal["text", "lines", "choice", "choices", "date", "number"] = "text"
    value: Shown = ""
    choices: tuple[Choice, ...] = ()
    required: bool = False
    hint: Shown = ""
    error: Shown = ""
    max_length: int = 0


class Offer(Frozen):
    """A file that Kollega offers: the channel asks the person, whose yes comes back as a press of `do` with `data`; a no is "`do` declined".

    what: the file, in a few words. size: in bytes.
    """

    name: Shown
    what: Shown
    size: int
    do: str
    data: dict[str, str] = Field(default_factory=dict)


class Reply(Frozen):
    """One message from Kollega: text alone, or a card when there are facts, inputs or buttons (the text stands first in it).

    key:    names a card that can be answered or replaced later; a later reply with the same key and `replaces` is drawn in its place.
    closes: keys of cards that are answered or out of date, each with the sentence that takes the place of their buttons.
    offer:  a file that is offered below the text; no card then.
    file:   path of the offered file, in answer to the person's yes: it is put where they keep theirs, and shown.
    """

    text: Shown = ""
    facts: tuple[Fact, ...] = ()
    inputs: tuple[Input, ...] = ()
    buttons: tuple[Button, ...] = ()
    key: str = ""
    replaces: bool = False
    closes: dict[str, Shown] = Field(default_factory=dict)
    offer: Offer | None = None
    file: str = ""

    @property
    def is_card(self) -> bool:
        return bool(self.facts or self.inputs or self.buttons)
