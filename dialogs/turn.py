"""One turn: what came in, what it means, and what is said back."""

from dataclasses import dataclass, field
from datetime import date

from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At
from dialogs.state import FormState, State
from dialogs.talk import Button, Event, Fact, Input, Offer, Reply
from nlu.understanding import Understanding

LINE = "\n"  # above facts or inputs the last line is the heading


@dataclass
class Turn:
    """The event with its text masked, the state that the turn changes, and the replies so far."""

    event: Event
    state: State
    desk: Desk
    text: str
    replies: list[Reply] = field(default_factory=list)
    closes: dict[str, str] = field(default_factory=dict)
    lead: str = ""  # a sentence to stand before whatever is said next
    last: str = ""  # the key of what was said last, before this turn
    regret: bool = False  # the last turn dropped a form: "nej vent" means that one
    agreed: bool = False  # the last turn was a yes that began a job
    corrected: bool = False  # the lead says what was changed
    beside: tuple[Button, ...] = ()  # buttons to stand beside the form's next question
    _meaning: Understanding | None = None

    @property
    def today(self) -> date:
        """Today in Copenhagen."""
        return texts.local(self.desk.now()).date()

    @property
    def meaning(self) -> Understanding:
        """What the text means, worked out once and only when somebody asks."""
        if self._meaning is None:
            said = texts.own_words(self.text).replace(texts.CPR_GONE, "borgeren")  # that word of ours says nothing of the wish
            self._meaning = self.desk.understand(texts.without_hello(said), self.today)
        return self._meaning

    def note(self, sentence: str) -> None:
        """Say that first, after what is to be said first already."""
        if sentence not in self.lead:
            self.lead = f"{self.lead} {sentence}".strip()

    def instead(self, text: str) -> None:
        """Go on as if this had been said: a button stands for a sentence, or a part of the sentence counts."""
        self.text, self._meaning = text, None

    def at(self, form: FormState, name: str = "") -> At:
        """Where a field of that form is read: with the choices that are offered for it."""
        offered = form.choices if name and name == form.offered else []
        return At(self.desk, self.event, form.answers, offered, lambda: self.meaning if self.text else None)

    def say(
        self,
        text: str,
        *buttons: Button,
        facts: list[Fact] | None = None,
        inputs: list[Input] | None = None,
        key: str = "",
        offer: Offer | None = None,
        file: str = "",
    ) -> None:
        """One message. The lead, if any, stands first in it. Buttons may be answered by their labels."""
        if self.lead:
            text, self.lead = f"{self.lead}{LINE if facts or inputs else ' '}{text}".strip(), ""
        key = key or (self.desk.new_id() if buttons else "")
        self.replies.append(
            Reply(
                text=text,
                buttons=buttons,
                facts=tuple(facts or ()),
                inputs=tuple(inputs or ()),
                key=key,
                closes=self.closes,
                offer=offer,
                file=file,
            )
        )
        self.closes = {}
        if buttons:
            self.state.shown, self.state.shown_card = list(buttons), key

    def close_card(self, key: str, sentence: str) -> None:
        """A card that is answered or out of date: its buttons give way to the sentence."""
        if key:
            self.closes[key] = sentence
        if self.state.shown_card == key:
            self.state.shown, self.state.shown_card = [], ""

    def forget_buttons(self) -> None:
        """The buttons shown last no longer mean anything."""
        self.state.shown, self.state.shown_card = [], ""

    def finished(self) -> list[Reply]:
        """The replies; what is still to be closed or said goes along."""
        if self.lead:
            self.say("")
        if self.closes and self.replies:
            last = self.replies[-1]
            self.replies[-1] = last.model_copy(update={"closes": {**last.closes, **self.closes}})
            self.closes = {}
        return self.replies
