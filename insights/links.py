"""Ways between the chat and the tab.

Source: "Create deep links" (Microsoft Teams documentation): a tab by its entityId, with a place in it, and a chat with a text that is not yet sent.
"""

import json
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from settings import Settings

ENTITY = "tilsyn"  # the tab's entityId in the Teams package
TEAMS = "https://teams.microsoft.com/l"


@dataclass(frozen=True)
class Links:
    """app_id: of the bot, "" on this machine alone. tab: where the tab is served, without a slash at the end. chat_window: the local one."""

    app_id: str
    tab: str
    chat_window: str = ""

    def run(self, run_id: str, person: str) -> str:
        """The page of a run, as a card's button opens it for a person (id); "" where there is no tab in Teams."""
        if not self.app_id:
            return f"{self.tab}/runs/{quote(run_id)}?{urlencode({'as': person})}"
        if not self.tab:
            return ""
        context = json.dumps({"subEntityId": run_id}, separators=(",", ":"))
        asked = {"webUrl": f"{self.tab}/runs/{quote(run_id)}", "label": "Tilsyn", "context": context}
        return f"{TEAMS}/entity/{self.app_id}/{ENTITY}?{urlencode(asked, quote_via=quote)}"

    def chat(self, text: str) -> str:
        """The chat with a text to send: what a page's button wants is said, shown and confirmed there; "" where there is no way."""
        if self.app_id:
            return f"{TEAMS}/chat/0/0?{urlencode({'users': f'28:{self.app_id}', 'message': text}, quote_via=quote)}"
        return f"{self.chat_window}?{urlencode({'say': text}, quote_via=quote)}" if self.chat_window else ""


def links_of(settings: Settings) -> Links:
    """The ways that the settings give."""
    if settings.app_id:
        return Links(settings.app_id, settings.tab_url or "")
    window = f"{settings.simulators_url}/teams/" if settings.simulators_url else ""
    return Links("", f"http://{settings.host}:{settings.port}/tab", window)
