"""What stands in the package: manifest.json in Danish, and en.json with the same texts in English.

Source: "App manifest reference" and "Localize your app" (Microsoft Learn), schema 1.22 of npm's @microsoft/app-manifest.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SCHEMA = "1.22"
ADDRESS = "https://developer.microsoft.com/json-schemas/teams/v{}/MicrosoftTeams{}.schema.json"
ACCENT = "#5B5FC7"
JOURNALISE = "journalise"
TAB = "tilsyn"  # the tab's entityId; links in the chat's cards name it


@dataclass(frozen=True)
class Developer:
    """Who answers for the app, and the pages that its About page leads to (https)."""

    name: str
    website: str
    privacy: str
    terms: str


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    da: str
    en: str


@dataclass(frozen=True)
class Command:
    """A line of the bot's menu. The title is what the person then says, so it is Danish in every language: nlu/ must understand it."""

    title: str
    description: Text


SHORT = Text(da="Din kollega til fejlmeldinger, sager og journalisering", en="A colleague for faults, cases and filing of mails")
FULL = Text(
    da="Skriv til Kollega, som du ville skrive til en kollega. Kollega melder fejl til servicedesken, fortæller, hvordan det går med dine sager, "
    "og journaliserer dine mails i eDoc. Du ser altid, hvad der bliver gjort, og siger ja først. Kollega skriver, når det er gjort.",
    en="Write to Kollega, in Danish, as you would to a colleague. Kollega reports faults to the service desk, tells how your cases stand, "
    "and files your mails in eDoc. You always see what is about to be done, and say yes first. Kollega writes when it is done.",
)
COMMANDS = (
    Command("Meld en fejl", Text(da="Opret en sag hos servicedesken", en="Report a fault to the service desk")),
    Command("Mine sager", Text(da="Se dine åbne sager, og hvordan det går med dem", en="See your open cases and how they stand")),
    Command(
        "Journalisér en mail", Text(da="Læg en mail fra din indbakke på en sag i eDoc", en="File a mail from your inbox on a case in eDoc")
    ),
    Command("Hjælp", Text(da="Se, hvad Kollega kan hjælpe med", en="See what Kollega can help with")),
)
TAB_NAME = Text(da="Tilsyn", en="Oversight")
ACTION = Text(da="Journalisér", en="File in eDoc")
ACTION_DETAIL = Text(
    da="Send beskeden til Kollega, som lægger den på en sag i eDoc", en="Send the message to Kollega, to be filed on a case in eDoc"
)


def manifest(app_id: str, version: str, developer: Developer, domains: tuple[str, ...] = (), tab: str = "") -> dict[str, Any]:
    """manifest.json for the bot registered as `app_id` (a GUID, also the app's own id). domains: hosts of pages shown inside Teams.

    tab: where the tab is served (https://host/tab), "" for an app without one.
    """
    shown = tabs(app_id, tab) if tab else {}
    host = (urlsplit(tab).netloc,) if tab else ()
    return {
        "$schema": ADDRESS.format(SCHEMA, ""),
        "manifestVersion": SCHEMA,
        "version": version,
        "id": app_id,
        "developer": {
            "name": developer.name,
            "websiteUrl": developer.website,
            "privacyUrl": developer.privacy,
            "termsOfUseUrl": developer.terms,
        },
        "name": {"short": "Kollega", "full": "Kollega"},
        "description": {"short": SHORT.da, "full": FULL.da},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "localizationInfo": {"defaultLanguageTag": "da", "additionalLanguages": [{"languageTag": "en", "file": "en.json"}]},
        "defaultInstallScope": "personal",
        "bots": [bot(app_id)],
        "composeExtensions": [extension(app_id)],
        "validDomains": list(dict.fromkeys((*host, *domains))),
        **shown,
    }


def tabs(app_id: str, tab: str) -> dict[str, Any]:
    """The tab beside the chat, and the registration by which Teams signs people in at it."""
    page = {"entityId": TAB, "name": TAB_NAME.da, "contentUrl": f"{tab}/", "websiteUrl": f"{tab}/", "scopes": ["personal"]}
    return {
        "staticTabs": [{"entityId": "conversations", "scopes": ["personal"]}, page],
        "webApplicationInfo": {"id": app_id, "resource": f"api://{urlsplit(tab).netloc}/botid-{app_id}"},
    }


def bot(app_id: str) -> dict[str, Any]:
    """The chat, for one person at a time, with a menu."""
    return {
        "botId": app_id,
        "scopes": ["personal"],
        "isNotificationOnly": False,
        "supportsFiles": True,
        "commandLists": [
            {
                "scopes": ["personal"],
                "commands": [{"title": one.title, "description": one.description.da} for one in COMMANDS],
            }
        ],
    }


def extension(app_id: str) -> dict[str, Any]:
    """The action on a message; the bot answers with the dialog."""
    action = {
        "id": JOURNALISE,
        "type": "action",
        "title": ACTION.da,
        "description": ACTION_DETAIL.da,
        "context": ["message"],
        "fetchTask": True,
    }
    return {"botId": app_id, "commands": [action]}


def english(*, tab: bool = False) -> dict[str, str]:
    """en.json: flat keys, each the path of a text in manifest.json. tab: whether there is one."""
    menu: dict[str, str] = {}
    for number, one in enumerate(COMMANDS):
        path = f"bots[0].commandLists[0].commands[{number}]"
        menu |= {f"{path}.title": one.title, f"{path}.description": one.description.en}
    return {
        "$schema": ADDRESS.format(SCHEMA, ".Localization"),
        "name.short": "Kollega",
        "name.full": "Kollega",
        "description.short": SHORT.en,
        "description.full": FULL.en,
        **menu,
        **({"staticTabs[1].name": TAB_NAME.en} if tab else {}),
        "composeExtensions[0].commands[0].title": ACTION.en,
        "composeExtensions[0].commands[0].description": ACTION_DETAIL.en,
    }
