"""POST /api/messages, and everything behind it opened and closed in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot import addresses, store
from bot.adapter import PATIENCE, Adapter
from bot.addresses import Addresses
from bot.auth import Gate
from bot.blobs import Blobs
from bot.chats import Chats
from bot.files import Fetcher
from bot.pace import TENANT, Pace
from bot.proactive import Proactive
from bot.send import AT_ONCE, Sender
from bot.store import Store
from bot.turns import Brain, Turns
from connectors.openid import Keys
from settings import Settings

STORAGE = frozenset({"*.sharepoint.com"})  # where Teams keeps the files of a personal chat
SWEEP = 3_600.0  # seconds between two looks for what is too old

Tokens = Callable[[], Awaitable[str]]
Handler = Callable[[web.Request], Awaitable[web.Response]]
log = structlog.get_logger()


@dataclass(frozen=True)
class Bot:
    """The Teams side, open. `files` fulfils dialogs.desk.Files; `proactive` is for the jobs; `serving` lets messages in."""

    settings: Settings
    store: Store
    adapter: Adapter
    proactive: Proactive
    fetcher: Fetcher

    @property
    def files(self) -> Blobs:
        return self.store.blobs

    @asynccontextmanager
    async def serving(self, brain: Brain) -> AsyncIterator[Handler]:
        """What answers POST /api/messages. At the end it waits for the turns that are going on: what they use must be open until then."""
        phone = self.settings.servicedesk_phone
        turns = Turns(self.store, self.adapter.sender, brain, self.fetcher, self.proactive.chats, phone, self.settings.burst_seconds)

        async def answered(request: web.Request) -> web.Response:
            return await self.adapter.process(request, turns)

        try:
            yield answered
        finally:
            await self.adapter.close()
            await turns.close()


HANDLER: web.AppKey[Handler] = web.AppKey("bot_handler")


@asynccontextmanager
async def opened(settings: Settings, tokens: Tokens | None = None, patience: float = PATIENCE) -> AsyncIterator[Bot]:
    """Open the database, the session and the adapter; close them in reverse.

    tokens: gives the bot's own token for the Bot Connector, cached by its owner; needed exactly when APP_ID is set.
    patience: seconds until a request is answered though its turn goes on.
    """
    if bool(settings.app_id) != (tokens is not None):
        raise ValueError("a token source is needed with APP_ID, and only then")
    hosts = Addresses(addresses.listed(settings.service_url_hosts)) if settings.app_id else Addresses(loopback=True)
    async with (
        store.opened(settings.database_url, settings.var_dir) as kept,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2 * AT_ONCE), cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        sender = Sender(session, hosts, tokens, Pace(tenant=TENANT if settings.app_id else ()))
        adapter = Adapter(gate(settings, hosts, session), sender, patience)
        storage = Addresses(STORAGE if settings.app_id else frozenset(), loopback=not settings.app_id)
        fetcher = Fetcher(session, kept.blobs, storage, tokens)
        sweeping = asyncio.create_task(sweep(kept))
        try:
            yield Bot(settings, kept, adapter, Proactive(kept, sender, Chats(kept, sender)), fetcher)
        finally:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)


def gate(settings: Settings, hosts: Addresses, session: aiohttp.ClientSession) -> Gate:
    """Tokens are checked when there is an app registration; else only this machine is let in."""
    if not settings.app_id:
        return Gate(hosts)
    return Gate(hosts, settings.app_id, settings.app_tenant_id or "", Keys(session, settings.openid_metadata_url))


async def sweep(kept: Store) -> None:
    """Delete files and told messages whose time is over, now and then."""
    while True:
        try:
            await kept.blobs.expire()
            await kept.outbox.expire()
        except SQLAlchemyError as error:
            log.warning("old rows not deleted", error=type(error).__name__)
        await asyncio.sleep(SWEEP)


async def messages(request: web.Request) -> web.Response:
    """POST /api/messages. The application puts the handler of `Bot.serving` under HANDLER."""
    return await request.app[HANDLER](request)


routes = [web.post("/api/messages", messages)]
