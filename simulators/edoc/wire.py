"""eDoc on the wire: JSON-RPC whose failures come as HTTP 200 with `Successful: false` and a stack trace that holds the statement.

The shape is that of the SIF Generic Web Service Layer of the product that eDoc is built on; texts and patterns of the refusals are invented.
"""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from typing_extensions import override

from simulators.graph.wire import clock, compact
from simulators.simulation import Simulation
from simulators.world import Person

CLIENT = "kollega"
KEY = "simulator"
LOCAL = ZoneInfo("Europe/Copenhagen")
LONGEST = 254  # characters of a title
FILE_LIMIT = 50 * 1024 * 1024
REQUEST_LIMIT = 100 * 1024 * 1024


class Refusal(Exception):
    """eDoc says no, with HTTP 200. `text` is what the reader needs; the rest of the message is noise around it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    @override
    def __str__(self) -> str:
        return self.text


class TooLarge(Exception):
    """Over the limit: HTTP 413 with a page of HTML, from the web server in front."""


@dataclass(frozen=True)
class Caller:
    """On whose behalf a call runs: a person, or (None) the service user itself. `host`: scheme and host of the request."""

    person: Person | None
    host: str

    @property
    def login(self) -> str:
        return self.person.login if self.person else f"kk\\{CLIENT}"

    @property
    def name(self) -> str:
        return self.person.name if self.person else "Kollega (servicebruger)"


def answer(body: dict[str, Any], *, blank: bool = False) -> web.Response:
    r"""Success. `blank`: some operations say "\n" where others say nothing."""
    found = {**body, "Successful": True, "ErrorMessage": "\n" if blank else None, "ErrorDetails": None}
    return web.Response(body=compact(found), content_type="application/json", charset="utf-8")


def failure(service: str, operation: str, text: str, title: str = "") -> web.Response:
    """Failure: HTTP 200, the sentence between the exception's name and the statement with the title in it."""
    entity = service.removesuffix("Service")
    statement = (
        f"<operation><INSERTSTATEMENT NAMESPACE='SIRIUS' ENTITY='{entity}'><METAITEM TAG='Title'><VALUE>{escape(title[:300])}</VALUE>"
        "</METAITEM></INSERTSTATEMENT></operation>"
    )
    trace = f"\r\n   at SI.Biz.Core.Sif.{service}.{operation}(Parameter parameter)\r\n   at SI.Data.RPC.Dispatcher.Invoke(String name)"
    body = {
        "Recno": None,
        "Successful": False,
        "ErrorMessage": f"SI.Biz.Core.Exceptions.BizException: {text} {statement}{trace}",
        "ErrorDetails": f"SI.Biz.Core.Exceptions.BizException: {text}{trace}",
    }
    return web.Response(body=compact(body), content_type="application/json", charset="utf-8")


def page(status: int) -> web.Response:
    """What the web server in front answers by itself."""
    phrase = next((one.phrase for one in HTTPStatus if one == status), "Error")
    text = f"<!DOCTYPE html><html><head><title>{status} - {phrase}</title></head><body><h1>Server Error</h1><h2>{status} - {phrase}</h2></body></html>"
    return web.Response(status=status, text=text, content_type="text/html")


def now(simulation: Simulation) -> datetime:
    """The local time, without zone, as eDoc keeps it; never before the seeded world."""
    return clock(simulation).astimezone(LOCAL).replace(tzinfo=None, microsecond=0)


def moment(text: str, field: str) -> datetime:
    """A local time from what a caller sent: ISO, a day alone is its midnight. Refuses others."""
    try:
        found = datetime.fromisoformat(text)
        return (found.astimezone(LOCAL) if found.tzinfo else found).replace(tzinfo=None, microsecond=0)
    except (ValueError, OverflowError) as error:
        raise Refusal(f"{field}: '{text[:40]}' is not a valid DateTime") from error
