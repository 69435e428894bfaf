"""The tab as a person uses it, in a real browser: every page stands axe-core in light, dark and contrast, on a desk and on a phone, and by keyboard."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests import chromium
from tests.insights.conftest import IDS, Tab

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PATIENCE = 20_000  # milliseconds; a busy machine
expect.set_options(timeout=PATIENCE)
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FOUND = "async () => (await axe.run({resultTypes: ['violations']})).violations.map(one => [one.id, one.nodes.map(node => node.html)])"
DESK, PHONE = (1200, 900), (360, 740)
REFUSED = "Failed to load resource"  # what the browser says of an answer that refuses


@dataclass
class Windows:
    """Opens the tab for a person. complaints: what the pages said in the console: scripts that the policy stopped, and whatever broke."""

    tab: Tab
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str, person: str = "Sofie Lund", size: tuple[int, int] = DESK, **more: Any) -> Page:
        context = await self.browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="da-DK", **more)
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type in {"error", "warning"} else None)
        await page.goto(f"{self.tab.house.bot}/tab/{path}?as={IDS[person]}")
        await expect(page.locator("h1")).to_be_visible()
        return page

    def said(self) -> list[str]:
        """The complaints, those about refused answers left out."""
        return [one for one in self.complaints if not one.startswith(REFUSED)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window(tab: Tab) -> AsyncIterator[Windows]:
    async with chromium.browser() as browser:
        yield Windows(tab, browser)


async def faults(page: Page) -> Any:
    """What axe-core finds. It is put in beside the page's own policy, which lets nobody else's script in."""
    session = await page.context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": AXE.read_text() + ";0"})
    return await page.evaluate(FOUND)


LOOKS: tuple[tuple[str, tuple[int, int], dict[str, Any]], ...] = (
    ("light", DESK, {"color_scheme": "light"}),
    ("dark", PHONE, {"color_scheme": "dark"}),
    ("contrast", PHONE, {"contrast": "more"}),
)


@pytest.mark.parametrize("name", ["list", "found", "groups", "row", "odd", "partial", "nothing"])
async def test_every_page_stands_axe_in_every_look_and_fits_a_phone(window: Windows, name: str) -> None:
    runs = {name: f"runs/{run.id}" for name, run in window.tab.runs.items()}
    page = await window.open({"list": "", "row": f"{runs['odd']}/rows/5", "groups": runs["found"], **runs}[name])
    if name == "found":
        await expect(page.locator(".drawing canvas").first).to_be_visible()
        await expect(page.get_by_text("Sammenligner")).to_have_count(0)
    if name == "groups":
        await page.get_by_label("Saml efter").select_option(label="Hvorfor")
        await expect(page.get_by_role("button", name="Vis fundene med")).to_have_count(2)
    wrong = []
    for look, (width, height), media in LOOKS if name in {"list", "found"} else LOOKS[:2]:
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(**media)
        await expect(page.locator("html")).to_have_attribute("data-theme", look)
        wrong += [(look, one) for one in await faults(page)]
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong += [(look, f"{wide} pixels too wide")] if wide else []
    assert wrong == []
    assert window.said() == []


async def test_findings_are_judged_by_keyboard_alone(window: Windows) -> None:
    page = await window.open(f"runs/{window.tab.runs['found'].id}")
    await page.get_by_label("Vælg fund 7").focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_text("1 valgt")).to_be_visible()
    judge = page.get_by_role("button", name="Vurdér", exact=True)
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await judge.evaluate("one => one === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    assert await faults(page) == []
    await page.keyboard.press("Tab")
    await page.get_by_label("Ok", exact=False).first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("Forklaret")).to_be_checked()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="Skriv en begrundelse")).to_be_visible()
    await page.keyboard.type("Bilaget er sendt til Økonomi")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#verdict-7")).to_contain_text("Bilaget er sendt til Økonomi")
    await expect(page.locator("#judged")).to_have_text("1 af 7 vurderet")
    await expect(page.locator("#announce")).to_have_text("1 fund er vurderet")


async def test_the_table_is_narrowed_sorted_and_kept_in_the_address(window: Windows) -> None:
    page = await window.open(f"runs/{window.tab.runs['before'].id}")
    count = page.locator(".findings [role=status]").first
    await expect(count).to_have_text("3 af 3 fund")
    await page.get_by_role("button", name="Beløb").click()
    await expect(page.get_by_role("columnheader", name="Beløb")).to_have_attribute("aria-sort", "ascending")
    await page.get_by_text("Filtrer på en kolonne").click()
    await page.get_by_label("Kolonne", exact=True).select_option("koebt")
    await page.get_by_label("Værdi").fill("i går")
    await page.get_by_role("button", name="Tilføj filter").click()
    await expect(page.get_by_role("alert")).to_contain_text("er ikke en dag")
    await page.get_by_label("Værdi").fill("1.1.2030")
    await page.get_by_role("button", name="Tilføj filter").click()
    await expect(count).to_have_text("0 af 3 fund")
    await page.reload()
    await expect(page.get_by_role("button", name="Fjern filteret: Købt fra 1.1.2030")).to_be_visible()
    await page.get_by_role("button", name="Fjern filteret").click()
    await expect(page.locator(".findings tbody tr")).to_have_count(3)
    await page.get_by_role("link", name="Fund 2:").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Fund 2")
    assert await page.evaluate("document.activeElement.tagName") == "H1"
    await expect(page.get_by_role("heading", name="Posteringer")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("columnheader", name="Beløb")).to_have_attribute("aria-sort", "ascending")
    assert window.said() == []


async def test_what_stands_in_data_is_text(window: Windows) -> None:
    page = await window.open(f"runs/{window.tab.runs['odd'].id}")
    await expect(page.get_by_role("cell", name="<r><t>rå</t></r>")).to_be_visible()
    await expect(page.get_by_role("cell", name='=HYPERLINK("http://evil.example")')).to_be_visible()
    assert await page.locator(".findings t, .findings a[href*=evil]").count() == 0
    await page.get_by_label("Søg i alle kolonner").fill("<img src=x onerror=alert(1)>")
    await expect(page.get_by_text("Ingen fund passer")).to_be_visible()
    assert window.said() == []


async def test_a_picture_says_how_it_is_and_leads_to_the_rows(window: Windows) -> None:
    page = await window.open(f"runs/{window.tab.runs['found'].id}")
    await expect(page.get_by_role("img", name="Bilag mangler: 5 af 7 fund")).to_be_visible()
    await expect(page.get_by_role("img", name="Fund over tid: fra 3 til 7")).to_be_visible()
    box = await page.locator(".drawing canvas").first.bounding_box()
    assert box
    await page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.25)
    await expect(page.locator(".findings [role=status]").first).to_have_text("5 af 7 fund")
    bars = page.locator("figure").first
    await bars.get_by_text("Vis som tabel").click()
    await expect(bars.get_by_role("cell", name="bilag mangler")).to_be_visible()
    await expect(page.get_by_text("I forhold til 2. kvartal 2026:")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Hent som Excel").click()
    assert (await download.value).suggested_filename == "Manglende bilag og formål, 3. kvartal 2026.xlsx"


async def test_who_has_no_right_reads_why_and_sees_nothing(window: Windows) -> None:
    page = await window.open(f"runs/{window.tab.runs['found'].id}", "Ole Bang")
    await expect(page.get_by_role("alert")).to_contain_text("Tilsyn kan kun ledere og controllere køre og se.")
    assert await page.get_by_role("table").count() == 0


async def test_what_a_page_wants_done_is_said_in_the_chat(window: Windows) -> None:
    page = await window.open(f"runs/{window.tab.runs['partial'].id}")
    async with page.expect_popup() as popup:
        await page.get_by_role("button", name="Kør det igen i chatten").click()
    chat = await popup.value
    field = chat.get_by_label("Skriv en besked til Kollega")
    await expect(field).to_have_value("kør tilsynet ”Konsulentfakturaer mod timer” for 3. kvartal 2026")
    await field.press("Enter")
    await expect(chat.get_by_role("button", name="Ja, kør det")).to_be_visible()
    async with chat.expect_popup() as popup:
        await chat.get_by_role("link", name="Fane: Tilsyn").click()
    await expect((await popup.value).get_by_role("heading", level=1)).to_be_visible()
