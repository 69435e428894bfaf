"""Microsoft Teams, simulated: a Bot Connector service, and a page on which people chat with the bot.

The bot's side is `/teams/v3/…`; the serviceUrl in activities is `http://…/teams/`. The bot is "28:kollega", or "28:" and the app id that is
set (see `switches`, which lists everything that may be set). With an app id tokens are signed and asked for: metadata for the bot at
`/teams/openid/.well-known/openidconfiguration`, keys at `/teams/openid/keys`, its own token at `/teams/token`.

The page is `/teams/`, and `/teams/?as=<Entra object id>`; `&say=<text>` puts a text in the writing field, as a deep link to a chat does. Each window waits for news over one connection, and a browser keeps six to one
host: five windows at a time. What the page does goes through this interface, which tests use too. JSON both
ways; a refusal is `{"error": {"code", "message"}}`. `status` in an answer is the bot's own HTTP status, 504 when it gave no answer in time,
502 when nobody was there.

    GET  /teams/api/people                → [{"id", "name", "title", "department"}]
    POST /teams/api/people/{id}/open      → {"conversation"}; the first time the app is installed: installationUpdate and conversationUpdate
    POST …/messages    {"text", "files"?: [{"name", "contentType", "base64", "inline"?}], "replyTo"?: activity id}
                       → {"id", "status"} when the bot has answered. `inline`: a pasted picture (default: every picture)
    GET  …/messages?after={sequence}&wait={seconds, at most 20}
                       → {"sequence", "messages": [{"sequence", "id", "from": "me"|"bot", "type": "message"|"typing", "text", "summary",
                       "textFormat", "card", "attachments", "suggestions", "reactions", "at", "edited", "deleted", "personalCard"}]}
                       Each change of a message (new, edited, deleted, a card for this person alone) gives it a new sequence number. After a
                       reset the numbers begin anew, and an `after` beyond them counts as 0.
    POST …/press       {"activity", "action": title or place of a button (0 is the first of all, links too), "inputs": {id: value}} → {"status", "body": the invoke's answer};
                       422 {"invalid": [input ids]} for what the client itself refuses, 400 for buttons that send nothing
    POST …/edit        {"id", "text"} → {"status"}
    POST …/delete      {"id"} → {"status"}
    POST …/react       {"id", "type"} → {"status"}; the same again takes the reaction away
    POST …/action      {"kind": "mail"|"message", "id", "command"} → {"status", "body"}; a dialog in the body is then open
    POST …/dialog/submit  {"action", "inputs"} → {"status", "body"}, or 422
    GET  …/mails       → the newest mails of the person's inbox [{"id", "subject", "from", "received", "preview", "attachments"}]

    POST …/search      {"activity", "input", "text"} → {"status", "results": [{"title", "value"}]}: choices while one types
    POST …/view        {"activity"} → {"status", "body"}: the card is seen; asks the bot where the card has a `refresh` for this person
    POST …/consent     {"activity", "action": "accept"|"decline"} → {"status", "body"}: a file that the bot offers
    POST …/feedback    {"id", "reaction": "like"|"dislike"} → {"status", "body"}
    POST …/uninstall   → {"status"}          POST …/block {"blocked": true|false} → {"blocked"}
    GET  /teams/api/tab                   → {"url"}: where the app's own tab is, "" while an app id is set (the page shows the tab of its own machine alone)
    GET  /teams/api/traffic               → the last 500 posts to the bot: [{"at", "url", "activity", "status", "answer", "seconds"}]
    POST /teams/api/token {"fault", "serviceUrl"?} → {"token"}: as Teams would send it, or broken in one of the ways of `tokens.FAULTS`
    POST /teams/api/keys/rotate {"keep"?} → {"kid"}
"""

from typing import Any

from aiohttp import web

from simulators.simulation import Simulation, System
from simulators.teams import page
from simulators.teams.actions import Actions
from simulators.teams.connector import Connector
from simulators.teams.errors import answered, injected
from simulators.teams.files import Files
from simulators.teams.hub import Hub
from simulators.teams.people import People
from simulators.teams.presses import Presses
from simulators.teams.trust import Trust

HUB = web.AppKey("hub", Hub)


def build(simulation: Simulation) -> web.Application:
    """Everything under /teams."""
    hub = Hub.of(simulation)
    app = web.Application(middlewares=[answered, page.at_home])
    app[HUB] = hub
    files, connector = Files(hub), Connector(hub)
    simulation.listeners.extend([hub.forget, connector.streams.forget])
    app.cleanup_ctx.append(hub.running)
    app.on_shutdown.append(hub.closing)
    for part in (connector, files, People(hub, files), Presses(hub, files), Actions(hub), Trust(hub)):
        app.add_routes(part.routes())
    app.add_routes([web.get("/api/traffic", traffic), web.get("/api/tab", tab), *page.routes()])
    return app


async def traffic(request: web.Request) -> web.Response:
    """What was sent to the bot, oldest first."""
    return web.json_response(list(request.app[HUB].delivery.traffic))


async def tab(request: web.Request) -> web.Response:
    """Where the app's tab is served: by the bot. Teams' sign-in to it is not simulated here."""
    hub = request.app[HUB]
    bot = hub.simulation.bot_url.split(",")[0].strip().rstrip("/")
    return web.json_response({"url": f"{bot}/tab/" if bot and not hub.switches.app_id else ""})


def is_write(method: str, path: str) -> bool:
    """The bot's writes; what the page sends is the person's."""
    return method in {"POST", "PUT", "DELETE"} and path.startswith("/teams/v3/")


def key(body: Any) -> str | None:
    """The business key that the bot puts into an activity: channelData.kollega.key."""
    for name in ("channelData", "kollega", "key"):
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, str) else None


SYSTEM = System(build=build, is_write=is_write, key=key, error=injected)
