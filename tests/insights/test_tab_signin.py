"""Sign-in at the tab: a token of the tenant, for this app, and nothing else; and Microsoft's own library in a real browser inside a page of Teams."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page, Route, expect

import app
from insights import routes
from insights.links import Links
from settings import Settings
from tests import chromium
from tests.house import running, served
from tests.insights.conftest import CONTROLLERS, IDS, Tab
from tests.insights.teams_host import APP, HOST, ISSUER, TENANT, Tenant, claims, signed

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOFIE, OLE = IDS["Sofie Lund"], IDS["Ole Bang"]
TAB = "https://kollega.example.dk"
PATIENCE = 20_000  # milliseconds; a busy machine


@dataclass
class Signed:
    """The tab as it is served with an app registration, over the desk of a house."""

    tab: Tab
    tenant: Tenant
    url: str
    run: str

    async def get(self, token: str | None, path: str = "runs") -> tuple[int, Any]:
        said = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with self.tab.house.http.get(f"{self.url}/tab/api/{path}", headers=said) as answer:
            return answer.status, await answer.json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def signed_in(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Signed]:
    var, tenant = tmp_path_factory.mktemp("signin") / "var", Tenant()
    keys, address = await served(tenant.app())
    async with running(var, roles=f"controller={CONTROLLERS}") as house:
        tab = Tab(house, var)
        settings = Settings(
            app_id=APP, app_password="x", app_tenant_id=TENANT, tab_url=f"{TAB}/tab", tab_openid_url=f"{address}/openid", var_dir=var
        )
        outer = web.Application()
        outer.add_subapp("/tab", routes.build(settings, lambda: house.app[app.DESK]))
        runner, url = await served(outer)
        yield Signed(tab, tenant, url, (await tab.run("koeb_over_bemyndigelse", "2025-W02")).id)
        await runner.cleanup()
    await keys.cleanup()


@pytest.mark.parametrize("audience", [APP, f"api://{APP}", f"api://kollega.example.dk/{APP}", f"api://kollega.example.dk/botid-{APP}"])
async def test_a_token_of_the_tenant_for_this_app_lets_in(signed_in: Signed, audience: str) -> None:
    assert (await signed_in.get(signed(claims(SOFIE, aud=audience))))[0] == 200
    assert signed_in.tenant.asked == 1


NOW = int(time.time())
BAD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "expired": ({"exp": NOW - 600}, {}),
    "not yet": ({"nbf": NOW + 3000}, {}),
    "without an end": ({"exp": None}, {}),
    "another app's": ({"aud": "00000003-0000-0000-c000-000000000000"}, {}),
    "of another app id that ends the same": ({"aud": f"api://evil.example/{APP}"}, {}),
    "another tenant's issuer": ({"iss": ISSUER.replace("1111", "9999")}, {}),
    "version 1's issuer": ({"iss": f"https://sts.windows.net/{TENANT}/"}, {}),
    "another tenant's": ({"tid": "99999999-2222-4333-8444-555555555555"}, {}),
    "an application's own": ({"scp": None}, {}),
    "for something else": ({"scp": "User.Read"}, {}),
    "nobody's": ({"oid": None}, {}),
    "a number's": ({"oid": 7}, {}),
    "signed by somebody else": ({}, {"key": "foreign"}),
    "of an unknown key": ({}, {"kid": "two"}),
    "without a key's name": ({}, {"kid": None}),
    "signed by a shared secret": ({}, {"algorithm": "HS256"}),
    "not signed": ({}, {"algorithm": "none"}),
}


@pytest.mark.parametrize("what", BAD)
async def test_no_other_token_does(signed_in: Signed, what: str) -> None:
    said, how = BAD[what]
    status, told = await signed_in.get(signed(claims(SOFIE, **said), **how))
    assert (status, "Åbn fanen" in told["error"]) == (401, True)


async def test_neither_does_what_is_no_token(signed_in: Signed) -> None:
    for token in (None, "", "x", "a.b.c", signed(claims(SOFIE)) + "x", signed(claims(SOFIE)).rpartition(".")[0] + "."):
        assert (await signed_in.get(token))[0] == 401


async def test_the_local_way_in_is_shut(signed_in: Signed) -> None:
    for said in ({"Authorization": f"Local {SOFIE}"}, {"Authorization": f"local {SOFIE}"}, {"Cookie": f"as={SOFIE}"}):
        async with signed_in.tab.house.http.get(f"{signed_in.url}/tab/api/runs?as={SOFIE}", headers=said) as answer:
            assert answer.status == 401


async def test_a_right_token_gives_no_right(signed_in: Signed) -> None:
    assert (await signed_in.get(signed(claims(OLE))))[0] == 403


async def test_a_card_and_a_page_lead_to_each_other_in_teams(signed_in: Signed) -> None:
    del signed_in
    links = Links(APP, f"{TAB}/tab")
    way = urlsplit(links.run("koeb-1", SOFIE))
    asked = dict(parse_qsl(way.query))
    assert (way.netloc, way.path) == ("teams.microsoft.com", f"/l/entity/{APP}/tilsyn")
    assert (json.loads(asked["context"]), asked["webUrl"]) == ({"subEntityId": "koeb-1"}, f"{TAB}/tab/runs/koeb-1")
    assert SOFIE not in way.query
    chat = urlsplit(links.chat("kør tilsynet ”Køb & salg”"))
    assert (chat.path, dict(parse_qsl(chat.query))) == ("/l/chat/0/0", {"users": f"28:{APP}", "message": "kør tilsynet ”Køb & salg”"})
    assert Links(APP, "").run("koeb-1", SOFIE) == ""


async def in_teams(page: Page, signed_in: Signed, token: str, place: str = "", theme: str = "dark") -> None:
    """Open a page of Teams with the tab in it. Both have their real names; the network behind those is this test."""

    async def teams(route: Route) -> None:
        body = HOST % {"tab": f"{TAB}/tab/", "token": token, "place": place, "theme": theme}
        await route.fulfill(body=body, content_type="text/html")

    async def tab(route: Route) -> None:
        await route.fulfill(response=await route.fetch(url=route.request.url.replace(TAB, signed_in.url)))

    await page.route("https://teams.microsoft.com/**", teams)
    await page.route(f"{TAB}/**", tab)
    await page.goto("https://teams.microsoft.com/v2/")


@pytest.mark.browser
async def test_in_teams_its_library_signs_in_sets_the_colours_and_leads_to_the_page(signed_in: Signed) -> None:
    async with chromium.browser() as browser:
        page = await browser.new_page(locale="da-DK")
        await in_teams(page, signed_in, signed(claims(SOFIE)), place=signed_in.run)
        frame = page.frame_locator("iframe")
        await expect(frame.get_by_role("heading", name="Køb over bemyndigelse")).to_be_visible(timeout=PATIENCE)
        await expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
        assert {"initialize", "getContext", "authentication.getAuthToken"} <= set(await page.evaluate("window.heard"))
        await page.evaluate("window.theme('contrast')")
        await expect(frame.locator("html")).to_have_attribute("data-theme", "contrast")
        await frame.get_by_role("link", name="Alle tilsyn").click()
        await expect(frame.get_by_role("heading", name="Ledelsestilsyn i 2026")).to_be_visible(timeout=PATIENCE)


@pytest.mark.browser
async def test_who_is_not_let_in_reads_why(signed_in: Signed) -> None:
    async with chromium.browser() as browser:
        page = await browser.new_page(locale="da-DK")
        await in_teams(page, signed_in, signed(claims(SOFIE), key="foreign"))
        await expect(page.frame_locator("iframe").get_by_role("alert")).to_contain_text("Jeg kan ikke se, hvem du er", timeout=PATIENCE)
        outside = await browser.new_page(locale="da-DK")
        await outside.goto(f"{signed_in.url}/tab/")
        await expect(outside.get_by_role("alert")).to_contain_text("Tilsyn åbnes i Teams", timeout=PATIENCE)


async def test_teams_alone_may_show_the_tab_in_a_frame(signed_in: Signed) -> None:
    async with signed_in.tab.house.http.get(f"{signed_in.url}/tab/") as answer:
        ancestors = answer.headers["Content-Security-Policy"].rpartition("frame-ancestors ")[2].split()
    assert "https://teams.microsoft.com" in ancestors
    assert all(one.startswith("https://") and one.count("*") <= 1 and one.split("//")[1].count(".") >= 1 for one in ancestors)
    assert {"'self'", "*", "https://*"}.isdisjoint(ancestors)
