"""One person's walk through the house: what they do, what they hear, and what must hold after each step."""

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.house import PATIENCE, House, Person, buttons, elements, lines
from tests.walk_steps import AGREES, FILLS, YES

GOING = ("Jeg går i gang", "Jeg giver det videre")
ECHO = re.compile(
    r"”[^”]*”|(?:Rettet|Noteret): .*?\.(?=\s|$)|Jeg kender ingen.*?\.|er allerede journaliseret", re.S
)  # somebody else's words
MOST_CANCELS = 8
ENDED = re.compile(r"er oprettet:|Journaliseret på|Jeg fik ikke journaliseret|Det lykkedes ikke")
numbers = itertools.count(1)
PRESSED: set[str] = set()


@dataclass
class Walk:
    """One person's walk: the cards seen, the summary that a yes would mean now, and the summaries that were said yes to."""

    house: House
    person: Person
    name: str
    cards: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] | None = None
    newest: dict[str, Any] = field(
        default_factory=dict
    )  # the last summary, also when something was said after it: its own button still means it
    agreed: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)  # what presses were answered with
    old_yes: int = 0  # presses of a yes under a summary that is not the newest
    done: list[str] = field(default_factory=list)

    def story(self, why: str, *details: Any) -> str:
        """The whole walk, for a failure."""
        return "\n".join([why, *(repr(detail) for detail in details), self.name, *self.done])

    async def go(self, actions: tuple[tuple[Any, ...], ...]) -> None:
        """From a clean start to a clean end."""
        await self.end()
        self.done.clear()
        for action in actions:
            await self.take(action)
        await self.end()

    async def take(self, action: tuple[Any, ...]) -> None:
        """One step, and what must hold after any step."""
        kind, *rest = action
        self.done.append(" ".join(str(one)[:60] for one in action))
        agrees, answer_due = await getattr(self, kind)(*rest)
        heard = await self.person.new() or (await self.person.new(wait=PATIENCE) if answer_due else [])  # a late one waits for its pace
        self.done += [f"    {line}"[:160] for message in heard for line in lines(message)]
        self.judge(heard)
        assert heard or not answer_due, self.story("no answer")
        await self.follow(heard, agrees=agrees)

    async def say(self, text: str) -> tuple[str, bool]:
        await self.post("messages", {"text": text, "files": []})
        return "words" * (text in AGREES), True

    async def agree(self) -> tuple[str, bool]:
        """The yes of the summary that stands there, in the words of its button."""
        label = next((label for label in buttons(self.summary or {}) if label in YES), "ja")
        return await self.say(label)

    async def edit(self, place: int, text: str) -> tuple[str, bool]:
        if self.person.sent:
            await self.post("edit", {"id": self.person.sent[-1 - place % len(self.person.sent)], "text": text})
        return "words" * (text in AGREES), False

    async def break_one(self, fault: dict[str, Any]) -> tuple[str, bool]:
        """A system fails the next call or two, whoever makes it."""
        await self.house.fault(**fault)
        return "", False

    async def press(self, place: int, back: int, chance: int) -> tuple[str, bool]:
        """A button that is on the screen, of one of the newest messages that have any. One pressed just now may stay silent."""
        shown = [one for one in self.person.messages.values() if pressable(one)]
        if not shown:
            return "", False
        message = shown[-1 - back % len(shown)]
        button = pressable(message)[place % len(pressable(message))]
        label, inputs = button["title"], filled(message, button, chance)
        again = self.repeated(message, label, inputs)
        answered = await self.post("press", {"activity": message["id"], "action": label, "inputs": inputs})
        self.answers += [answered["body"]] if answered else []
        return self.means_yes(message, label), answered is not None and not again

    async def dig(self, place: int, which: int, chance: int) -> tuple[str, bool]:
        """A button of a card as it once was, as a client shows it that has not seen the change."""
        if not self.cards:
            return "", False
        message = self.cards[-1 - place % len(self.cards)]
        return await self.press_gone(message, pressable(message)[which % len(pressable(message))], chance)

    async def dig_yes(self, place: int, chance: int) -> tuple[str, bool]:
        """The yes of a summary that was corrected, dropped or done: it must neither be done again nor stand for the newest one's."""
        yes = [
            (one, button) for one in self.cards for button in pressable(one) if button["title"] in YES and one["id"] != self.newest["id"]
        ]
        return await self.press_gone(*yes[-1 - place % len(yes)], chance) if yes else ("", False)

    async def press_gone(self, message: dict[str, Any], button: dict[str, Any], chance: int) -> tuple[str, bool]:
        inputs = filled(message, button, chance)
        again = self.repeated(message, button["title"], inputs)
        self.answers.append(await press_old(self.house, self.person, message, button, inputs))
        return self.means_yes(message, button["title"]), not again

    def repeated(self, message: dict[str, Any], label: str, inputs: dict[str, str]) -> bool:
        """Whether this person pressed just that before: within seconds it is taken for the client's own repetition."""
        mark = json.dumps([self.name, message["id"], label, {name: value for name, value in inputs.items() if value}])
        known = mark in PRESSED
        PRESSED.add(mark)
        return known

    def means_yes(self, message: dict[str, Any], label: str) -> str:
        """A yes under the newest summary. Under any other it must not begin anything, least of all what the newest shows."""
        newest = message["id"] == self.newest.get("id")
        self.old_yes += label in YES and not newest
        return "button" * (newest and label in YES)

    async def post(self, what: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """To the simulated Teams; None when the client itself refuses (a field that must be filled in)."""
        url = f"{self.house.simulators}/teams/api/people/{self.person.id}/{what}"
        async with self.house.http.post(url, json=body) as answer:
            told: dict[str, Any] = await answer.json()
        assert answer.status in {200, 201, 422}, self.story("refused", answer.status, told)
        if what == "messages":
            self.person.sent.append(told["id"])
        return None if answer.status == 422 else told

    def judge(self, heard: list[dict[str, Any]]) -> None:
        """What holds for everything that is said."""
        said = "\n".join(spoken(message) for message in heard)
        assert "Der gik noget galt hos mig" not in said, self.story("broken")
        own = ECHO.sub("", said)
        assert own.count("?") <= 1, self.story("two questions", own)
        assert "!" not in own.replace("Selv tak!", ""), self.story("exclaimed", own)

    async def follow(self, heard: list[dict[str, Any]], *, agrees: str) -> None:
        """A job may only begin on a yes to the summary that stood last; then wait for its end. Note what stands last now."""
        if any(spoken(message).startswith(GOING) for message in heard):
            assert agrees, self.story("begun without a yes")
            agreed = self.newest if "button" in agrees else self.summary
            assert agreed, self.story("begun without a summary")
            self.agreed.append(agreed)
            ended = ""
            while not ENDED.search(ended):
                ended += "\n".join(spoken(message) for message in await self.person.hears())
        if heard:
            last = heard[-1]
            self.summary = last if any(label in YES for label in buttons(last)) else None
            self.newest = next((one for one in reversed(heard) if any(label in YES for label in buttons(one))), self.newest)
        self.cards += [json.loads(json.dumps(message)) for message in heard if pressable(message)]

    async def end(self) -> None:
        """Cancel whatever is open or waits: it must come to an end."""
        for _ in range(MOST_CANCELS):
            await self.take(("say", "annuller"))
            if "Der er ikke noget i gang" in self.done[-1]:
                return
        raise AssertionError(self.story("never free again"))


def pressable(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of a message that reach the bot."""
    return [one for one in elements(message.get("card")) if one.get("type") == "Action.Execute"]


def spoken(message: dict[str, Any]) -> str:
    """The text of a message, and what stands in its card's text blocks."""
    parts = [one["text"] for one in elements(message.get("card")) if one.get("type") == "TextBlock"]
    return "\n".join(parts) if parts else str(message["text"])


def filled(message: dict[str, Any], button: dict[str, Any], chance: int) -> dict[str, str]:
    """Something in each input; with an even chance what stands there already. Nothing for a button that takes no inputs along."""
    inputs: dict[str, str] = {}
    if button.get("associatedInputs") == "none":
        return inputs
    for place, one in enumerate(elements(message.get("card"))):
        if str(one.get("type")).startswith("Input."):
            pool = [choice["value"] for choice in one.get("choices", [])] or FILLS.get(one["id"], [""])
            value = pool[(chance // (place + 1)) % len(pool)]
            inputs[one["id"]] = str(one.get("value", "")) if (chance >> place) & 1 else value
    return inputs


async def press_old(
    house: House, person: Person, message: dict[str, Any], button: dict[str, Any], inputs: dict[str, str]
) -> dict[str, Any]:
    """The press as Teams sends it, whatever the card looks like by now; the bot's answer."""
    async with house.http.get(f"{house.simulators}/teams/api/traffic") as answer:
        sent = [one["activity"] for one in await answer.json()]
    like = next(one for one in reversed(sent) if one.get("from", {}).get("aadObjectId") == person.id)
    activity = {
        **{key: like[key] for key in ("serviceUrl", "channelId", "from", "conversation", "recipient", "channelData")},
        "type": "invoke",
        "name": "adaptiveCard/action",
        "id": f"f:walk-{next(numbers)}",
        "timestamp": "2026-11-23T09:31:00.0000000Z",
        "replyToId": message["id"],
        "value": {
            "action": {"type": "Action.Execute", "verb": button.get("verb", ""), "data": {**button.get("data", {}), **inputs}},
            "trigger": "manual",
        },
    }
    async with house.http.post(f"{house.bot}/api/messages", json=activity) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())
