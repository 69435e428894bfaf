"""The README's conversation, in a real browser: what is written there is what is done, and its picture is taken here.

The picture is written anew by `make transcripts`.
"""

from pathlib import Path

import pytest
from playwright.async_api import expect

from simulators.world import BIRTHE
from tests import chromium
from tests.house import House

PICTURE = Path(__file__).parents[1] / "docs" / "conversation.png"
PATIENCE = 20_000  # milliseconds; a busy machine


@pytest.mark.browser
async def test_a_fault_is_reported_corrected_and_opened(house: House, request: pytest.FixtureRequest) -> None:
    async with chromium.browser() as browser:
        page = await browser.new_page(viewport={"width": 1100, "height": 1250}, locale="da-DK", device_scale_factor=1)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        await page.goto(f"{house.simulators}/teams/?as={BIRTHE.id}")
        box = page.get_by_role("textbox").first
        await expect(box).to_be_visible(timeout=PATIENCE)

        async def write(text: str) -> None:
            await box.fill(text)
            await box.press("Enter")

        await write("printeren på 3. sal laver papirstop")
        await page.get_by_role("button", name="Flere kolleger").click(timeout=PATIENCE)
        await page.get_by_role("button", name="Ja, men det er besværligt").click(timeout=PATIENCE)
        await expect(page.get_by_role("button", name="Ja, opret")).to_be_visible(timeout=PATIENCE)
        await write("nej, det er 2. sal")
        await expect(page.get_by_text("Rettet: stedet er").first).to_be_visible(timeout=PATIENCE)
        await page.get_by_role("button", name="Ja, opret").last.click(timeout=PATIENCE)
        await expect(page.get_by_text("er oprettet:").first).to_be_visible(timeout=PATIENCE)
        if request.config.getoption("--update-transcripts"):
            await page.screenshot(path=PICTURE)
        async with page.expect_popup() as popup:
            await page.get_by_role("link", name="Åbn sagen").last.click()
        record = await popup.value
        await expect(record.get_by_text("papirstop").first).to_be_visible(timeout=PATIENCE)
        assert complaints == []
    assert [line["path"].split("?")[0].rsplit("/", 1)[-1] for line in await house.writes()] == ["incident"]
