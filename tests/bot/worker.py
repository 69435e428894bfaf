"""Another process on the same database: `python -m tests.bot.worker hold|count|serve|stuck|open VAR [URL]`."""

import asyncio
import contextlib
import sys
from dataclasses import replace
from pathlib import Path

from bot import store
from bot.reference import Reference

CONVERSATION = "a:shared"
TIMES = 40


def tell(word: str) -> None:
    print(word, flush=True)


async def hold(kept: store.Store) -> None:
    """Take a lock and never give it back."""
    async with kept.locks.hold(CONVERSATION, (store.now(), "")):
        tell("held")
        await asyncio.sleep(600)


async def count(kept: store.Store) -> None:
    """Add one, many times, to a number that others add to as well."""
    for _ in range(TIMES):
        async with kept.locks.hold(CONVERSATION, (store.now(), "")):
            row = await kept.load(CONVERSATION)
            reference = row.reference or Reference(conversation=CONVERSATION, service_url="http://127.0.0.1")
            await kept.save(replace(row, reference=reference, body=str(int(row.body or 0) + 1)))
    tell("done")


async def serve(var: Path, url: str | None, *, stuck: bool) -> None:
    """A whole bot that echoes, or that never gets to an answer. What the smaller tasks do not need is loaded here."""
    from aiohttp import web

    from bot import routes
    from dialogs.talk import Event, Reply
    from settings import Settings
    from tests.bot.standins import Brain, serving

    async def never(event: Event, state: str) -> tuple[str, list[Reply]]:
        tell("asked")
        await asyncio.sleep(600)
        return state, [Reply(text=event.text)]

    settings = Settings(var_dir=var, database_url=url, burst_seconds=0)
    async with routes.opened(settings) as bot, bot.serving(Brain(never if stuck else None)) as handler:
        app = web.Application()
        app[routes.HANDLER] = handler
        app.add_routes(routes.routes)
        async with serving(app) as address:
            tell(address)
            await asyncio.sleep(600)


async def main(task: str, var: Path, url: str | None) -> None:
    if task in {"serve", "stuck"}:
        await serve(var, url, stuck=task == "stuck")
        return
    async with store.opened(url, var) as kept:
        if task == "open":
            tell("open")
        else:
            await {"hold": hold, "count": count}[task](kept)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None))
