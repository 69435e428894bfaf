"""The dialogs as a channel sees them: an event and the state's JSON in, the new state and the replies out."""

from dialogs.desk import Desk
from dialogs.route import respond
from dialogs.state import State
from dialogs.talk import Event, Reply


class Brain:
    """Holds nothing of a conversation: all of that is in the state."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def respond(self, event: Event, state: str) -> tuple[str, list[Reply]]:
        """One turn. `state` is "" in a new conversation. Raises what is not a ConnectorError; the state is then as it was."""
        held = State.model_validate_json(state) if state else State()
        replies = await respond(event, held, self._desk)
        return held.model_dump_json(exclude_defaults=True), replies
