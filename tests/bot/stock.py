"""The SDK's own adapter beside ours, for the faults that ours mends."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from typing_extensions import override

from tests.bot.standins import serving


class Echo(ActivityHandler):
    """Says what it hears, as the SDK's samples do."""

    @override
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(f"Echo: {turn_context.activity.text}")


def config(**settings: Any) -> Any:
    """The SDK's configuration object."""
    return type("Config", (), {"APP_ID": "", "APP_PASSWORD": ""} | settings)()


@asynccontextmanager
async def stock(bot: ActivityHandler | None = None, **settings: Any) -> AsyncIterator[str]:
    """The stock bot's address."""
    async with serving(stock_app(bot or Echo(), **settings)) as url:
        yield url


def stock_app(bot: ActivityHandler, **settings: Any) -> web.Application:
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(config(**settings)))

    async def messages(request: web.Request) -> web.Response:
        return await adapter.process(request, bot) or web.Response(status=201)

    app = web.Application()
    app.router.add_route("*", "/api/messages", messages)
    return app


Build = Callable[[], Any]
