"""The reporting interface of Kvantum and the time registration over real HTTP: pages, filters, refusals, the night."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators import kvantum, timereg
from simulators.server import application
from simulators.simulation import Simulation
from simulators.store import Store

BASE = "odata/v4/rapportering"
BASIC = aiohttp.encode_basic_auth("kollega", "simulator")


@dataclass
class Desk:
    """Both systems, and a client that is let in."""

    url: str
    http: aiohttp.ClientSession
    token: str = ""

    async def get(self, path: str, system: str = "kvantum", **query: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}" if system == "kvantum" else BASIC}
        query = {f"${name}": value for name, value in query.items()}
        async with self.http.get(f"{self.url}/{system}/{BASE}{path}", headers=headers, params=query) as answer:
            return answer.status, await (answer.json() if answer.content_type == "application/json" else answer.text())

    async def switch(self, **values: Any) -> None:
        async with self.http.post(f"{self.url}/control/settings", json=values) as answer:
            assert answer.status == 200

    async def pages(self, path: str, **query: str) -> list[list[dict[str, Any]]]:
        status, body = await self.get(path, **query)
        found = [body["value"]]
        while link := body.get("@odata.nextLink"):
            async with self.http.get(link, headers={"Authorization": f"Bearer {self.token}"}) as answer:
                body = await answer.json()
            found.append(body["value"])
        assert status == 200
        return found


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    runner = web.AppRunner(application(Simulation(Store()), {"kvantum": kvantum.SYSTEM, "timereg": timereg.SYSTEM}))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with aiohttp.ClientSession() as http:
        found = Desk(f"http://127.0.0.1:{runner.addresses[0][1]}", http)
        form = {"grant_type": "client_credentials", "client_id": "kollega", "client_secret": "simulator"}
        async with http.post(f"{found.url}/kvantum/oauth/token", data=form) as answer:
            found.token = (await answer.json())["access_token"]
        yield found
    await runner.cleanup()


async def test_pages_follow_each_other_without_gap_or_overlap(desk: Desk) -> None:
    pages = await desk.pages("/Fakturaer", select="faktura_id")
    assert [len(page) for page in pages][:-1] == [5000] * (len(pages) - 1)
    every = [row["faktura_id"] for page in pages for row in page]
    assert every == sorted(set(every))
    assert await desk.get("/Fakturaer/$count") == (200, str(len(every)))


async def test_top_ends_the_pages(desk: Desk) -> None:
    pages = await desk.pages("/Posteringer", top="5003", select="bilagsnr", count="true")
    assert [len(page) for page in pages] == [5000, 3]


async def test_a_filter_narrows_rows_count_and_control_total_alike(desk: Desk) -> None:
    july = "fakturadato ge 2026-07-01 and fakturadato le 2026-07-31 and beloeb_inkl gt 1000.00 and betalt_dato ne null and startswith(faktura_nr,'F')"
    rows = [row for page in await desk.pages("/Fakturaer", filter=july) for row in page]
    _, total = await desk.get("/Fakturaer/Kontroltotal", filter=july)
    assert 5 < len(rows) == total["antal"]
    assert sum(Decimal(row["beloeb_inkl"]) for row in rows) == Decimal(total["sum"])
    assert all(row["fakturadato"].startswith("2026-07") and row["faktura_nr"].startswith("F") and row["betalt_dato"] for row in rows)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/Findesikke", {}, 404),
        ("/Fakturaer/Andet", {}, 404),
        ("/Fakturaer", {"select": "hemmelig"}, 400),
        ("/Fakturaer", {"filter": "hemmelig eq 1"}, 400),
        ("/Fakturaer", {"filter": "fakturadato ge '2026-07-01'"}, 400),
        ("/Fakturaer", {"filter": "status eq 'x' or 1 eq 1"}, 400),
        ("/Fakturaer", {"filter": "status eq 'x' and"}, 400),
        ("/Fakturaer", {"filter": "status gt null"}, 400),
        ("/Fakturaer", {"filter": "status eq 'x'; DROP TABLE Fakturaer"}, 400),
        ("/Fakturaer", {"orderby": "beloeb_inkl"}, 400),
        ("/Fakturaer", {"top": "-1"}, 400),
        ("/Fakturaer", {"skiptoken": "x"}, 400),
    ],
)
async def test_what_odata_would_refuse_is_refused(desk: Desk, path: str, query: dict[str, str], status: int) -> None:
    found, body = await desk.get(path, **query)
    assert found == status
    assert body["error"]["message"]


async def test_a_quote_in_a_value_is_part_of_it(desk: Desk) -> None:
    assert (await desk.get("/Kreditorer/$count", filter="navn eq 'O''Brien'' OR 1=1'")) == (200, "0")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
async def test_no_filter_breaks_it(desk: Desk, text: str) -> None:
    status, _ = await desk.get("/Bemyndigelser", filter=text, top="1")
    assert status in ({200} if not text else {200, 400})


async def test_nobody_is_let_in_without_credentials(desk: Desk) -> None:
    for system in ("kvantum", "timereg"):
        for given_auth in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}, {"Authorization": "Basic ?"}):
            async with desk.http.get(f"{desk.url}/{system}/{BASE}/Fravaer", headers=given_auth) as answer:
                assert answer.status == 401
    for form, status in (({"grant_type": "password"}, 400), ({"grant_type": "client_credentials", "client_id": "kollega"}, 401)):
        async with desk.http.post(f"{desk.url}/kvantum/oauth/token", data=form) as answer:
            assert answer.status == status


async def test_at_night_it_is_closed_and_says_until_when(desk: Desk) -> None:
    await desk.switch(timereg_hour=2)
    async with desk.http.get(f"{desk.url}/timereg/{BASE}/Fravaer", headers={"Authorization": BASIC}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10800")
    await desk.switch(timereg_hour=5)
    assert (await desk.get("/Fravaer/$count", "timereg"))[0] == 200


async def test_too_many_calls_at_once_are_asked_to_wait(desk: Desk) -> None:
    await desk.switch(kvantum_seconds=0.2)
    found = await asyncio.gather(*(desk.get("/Bemyndigelser/$count") for _ in range(6)))
    assert sorted(status for status, _ in found) == [200] * 4 + [429] * 2


async def test_its_description_names_every_set_and_column(desk: Desk) -> None:
    _, sets = await desk.get("")
    _, text = await desk.get("/$metadata")
    assert [one["name"] for one in sets["value"]] == [entity.name for entity in kvantum.ledger.ENTITIES]
    assert all(f'Property Name="{column}"' in text for entity in kvantum.ledger.ENTITIES for column in entity.columns)


async def test_another_seed_is_another_world_of_the_same_kind(desk: Desk) -> None:
    _, first = await desk.get("/Posteringer/Kontroltotal")
    _, row = await desk.get("/Fakturaer", top="1")
    await desk.switch(world_seed=2)
    _, second = await desk.get("/Posteringer/Kontroltotal")
    _, other = await desk.get("/Fakturaer", top="1")
    assert first["sum"] == second["sum"] == "0.00"
    assert first["antal"] > 55_000
    assert row != other


def test_a_world_is_made_in_two_seconds() -> None:
    kvantum.ledger.made.cache_clear()
    start = time.process_time()
    kvantum.ledger.made(1)
    assert time.process_time() - start < 4  # about 1.3 on a quiet machine
