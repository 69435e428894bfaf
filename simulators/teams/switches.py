"""The switches of the simulated Teams, turned through `POST /control/settings`.

teams_app_id            the bot's app id: tokens are signed, and asked for (default: none of it)
teams_service_url       the serviceUrl in activities, with a slash at its end (default: the address that the page was asked at)
teams_timeout           seconds that Teams waits for the bot's answer (15)
teams_patience          seconds that a message is tried while the bot can't be reached (30)
teams_deliver_twice     true: each activity reaches the bot twice
teams_parallel          true: activities of one conversation are sent at the same time, and every second one is held back and overtaken
teams_rate_limits       false: no limit on the bot's calls (true)
teams_retry_after       false: 429 comes without Retry-After (true)
teams_write_seconds     how long a write holds its conversation; another one meanwhile gets 412 (0)
teams_small_messages    true: 413 from 28,000 bytes of JSON on, the old limit
teams_old_errors        true: MessageWritesBlocked in the form of older paths
teams_old_client        true: the client knows no Action.Execute, and presses its fallback
teams_download_seconds  how long a download address of a file works (300)
teams_token_seconds     the lifetime of the bot's own token (3600)
"""

from dataclasses import dataclass

from simulators.simulation import Simulation
from simulators.teams.errors import OldRefusal, Refusal


@dataclass(frozen=True)
class Switches:
    """Reads the settings as they are now; a value of the wrong type counts as not set."""

    simulation: Simulation

    def text(self, name: str) -> str:
        """A text, "" when it is not set."""
        value = self.simulation.settings.get(f"teams_{name}")
        return value if isinstance(value, str) else ""

    def on(self, name: str, default: bool = False) -> bool:
        """A yes or no."""
        value = self.simulation.settings.get(f"teams_{name}")
        return value if isinstance(value, bool) else default

    def seconds(self, name: str, default: float) -> float:
        """A number of seconds between 0 and a day."""
        value = self.simulation.settings.get(f"teams_{name}")
        fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 86_400
        return float(value) if fits else default  # type: ignore[arg-type]  # checked by fits

    @property
    def app_id(self) -> str:
        """The bot's app registration, "" without sign-in."""
        return self.text("app_id")

    @property
    def bot(self) -> str:
        """The bot's id in conversations."""
        return f"28:{self.app_id or 'kollega'}"

    def writes_blocked(self) -> Refusal:
        """403 for a person who removed the app, in the form that is switched on."""
        kind = OldRefusal if self.on("old_errors") else Refusal
        return kind(403, "MessageWritesBlocked", "Message writes are blocked: the app is not installed for this user.")
