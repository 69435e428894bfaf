"""The chat page as a person uses it, in a real browser."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from simulators.world import BIRTHE, JENS, Person
from tests import chromium
from tests.simulators.teams_bot import CARD_TYPE, Json, Teams, card, execute, running, until, with_card

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]  # one browser, so one loop, for all of them

expect.set_options(timeout=15_000)  # a busy machine
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
URGENCY = {
    "type": "Input.ChoiceSet",
    "id": "urgency",
    "label": "Hvor meget haster det?",
    "isRequired": True,
    "errorMessage": "Vælg, hvor meget det haster.",
    "choices": [{"title": "Jeg kan ikke arbejde", "value": "1"}, {"title": "Det kan vente", "value": "3"}],
}
FORM = card(
    {"type": "TextBlock", "text": "Ny sag", "weight": "bolder", "size": "large", "style": "heading", "wrap": True},
    {"type": "FactSet", "facts": [{"title": "Bestiller", "value": "Birthe Holm"}, {"title": "Sted", "value": "3. sal"}]},
    {"type": "Input.Text", "id": "title", "label": "Hvad er der galt?", "value": "Printeren laver papirstop"},
    URGENCY,
    {
        "type": "ActionSet",
        "actions": [
            execute("Opret sagen", "create", style="positive", data={"do": "create"}),
            execute("Annuller", "cancel", associatedInputs="none"),
            {"type": "Action.OpenUrl", "title": "Åbn ServiceNow", "url": "https://servicenow.example"},
        ],
    },
)
SAID = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message"}


@pytest_asyncio.fixture(loop_scope="module")
async def teams() -> AsyncIterator[Teams]:
    async with running() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium.browser() as opened:
        yield opened


@dataclass
class Windows:
    """Opens windows for people. `complaints`: what the pages said in the console, blocked scripts and failed files included."""

    url: str
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    async def open(self, person: Person | None = BIRTHE, width: int = 1280, height: int = 800) -> Page:
        page = await self.browser.new_page(viewport={"width": width, "height": height}, locale="da-DK")
        page.set_default_timeout(15_000)
        self.pages.append(page)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type in {"error", "warning"} else None)
        await page.goto(f"{self.url}/teams/" + (f"?as={person.id}" if person else ""))
        return page


@pytest_asyncio.fixture(loop_scope="module")
async def window(teams: Teams, browser: Browser) -> AsyncIterator[Windows]:
    windows = Windows(teams.url, browser)
    yield windows
    for page in windows.pages:
        await page.context.close()
    assert windows.complaints == []


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Skriv en besked til Kollega").fill(text)
    await page.keyboard.press("Enter")


def service(teams: Teams) -> None:
    """A bot that shows a form and, when it is filled in, puts the result in its place."""

    async def answer(activity: Json) -> web.Response | None:
        if activity["type"] == "message":
            await teams.shows(with_card(FORM, summary="Ny sag: skal jeg oprette den?"))
        elif activity["type"] == "invoke" and activity["value"]["action"]["verb"] == "create":
            title = activity["value"]["action"]["data"]["title"]
            await teams.posts(
                with_card(card({"type": "TextBlock", "text": f"Sagen oprettes: {title}"})), "PUT", f"/{activity['replyToId']}"
            )
            return web.json_response(SAID | {"value": "Jeg går i gang."})
        elif activity["type"] == "invoke":
            return web.json_response(SAID | {"value": "Det er droppet."})
        return None

    teams.bot.answer = answer


async def test_person_writes_fills_a_card_in_and_sees_the_update(teams: Teams, window: Windows) -> None:
    service(teams)
    page = await window.open(None)
    await page.get_by_role("button", name="Birthe Holm").click()
    await say(page, "printeren på 3. sal laver papirstop")
    await expect(page.get_by_text("printeren på 3. sal laver papirstop")).to_be_visible()
    await expect(page.get_by_role("heading", name="Ny sag")).to_be_visible()
    await page.get_by_role("button", name="Opret sagen").click()
    await expect(page.get_by_text("Vælg, hvor meget det haster.")).to_be_visible()
    assert "invoke" not in teams.bot.types()
    await page.get_by_label("Hvad er der galt?").fill("Papirstop på 3. sal")
    await page.get_by_label("Hvor meget haster det?").select_option("Det kan vente")
    await page.get_by_role("button", name="Opret sagen").click()
    await expect(page.get_by_text("Sagen oprettes: Papirstop på 3. sal")).to_be_visible()
    await expect(page.get_by_text("Jeg går i gang.")).to_be_visible()
    data = teams.bot.got[-1]["value"]["action"]["data"]
    assert data == {"do": "create", "title": "Papirstop på 3. sal", "urgency": "3"}


async def test_cancel_needs_no_answers_and_its_sentence_stands_under_the_card(teams: Teams, window: Windows) -> None:
    service(teams)
    page = await window.open()
    await say(page, "printer")
    await page.get_by_role("button", name="Annuller").click()
    await expect(page.get_by_role("status").get_by_text("Det er droppet.")).to_be_visible()


async def test_two_windows_are_two_people(teams: Teams, window: Windows) -> None:
    async def echo(activity: Json) -> None:
        if activity["type"] == "message":
            sender = JENS if activity["from"]["aadObjectId"] == JENS.id else BIRTHE
            teams.person = sender
            await teams.shows({"type": "message", "text": f"{sender.first} skrev: {activity['text']}"})

    teams.bot.answer = echo
    birthe, jens = await window.open(BIRTHE), await window.open(JENS)
    await say(birthe, "fra den ene")
    await say(jens, "fra den anden")
    await expect(birthe.locator(".message.bot")).to_contain_text("Birthe skrev: fra den ene")
    await expect(jens.locator(".message.bot")).to_contain_text("Jens skrev: fra den anden")
    assert await birthe.get_by_text("fra den anden").count() == 0


async def test_message_that_comes_by_itself_is_announced_and_shown_in_a_corner(teams: Teams, window: Windows) -> None:
    page = await window.open()
    await expect(page.locator("#feed")).to_have_attribute("aria-busy", "true")  # what comes now was asked for
    await expect(page.locator("#feed")).to_have_attribute("aria-busy", "false")
    await teams.shows({"type": "typing"})
    await expect(page.get_by_text("Kollega skriver")).to_be_visible()
    await teams.shows({"type": "message", "text": "**INC0010243** er løst"})
    await expect(page.get_by_text("Kollega skriver")).to_be_hidden()
    await expect(page.locator("#announce")).to_have_text("Kollega: INC0010243 er løst")
    await expect(page.locator(".toast")).to_contain_text("INC0010243 er løst")
    await page.locator(".toast").get_by_label("Luk").click()
    await expect(page.locator(".toast")).to_have_count(0)


async def test_reply_edit_react_and_delete(teams: Teams, window: Windows) -> None:
    page = await window.open()
    await say(page, "Barsel")
    mine = page.locator(".message.me")

    async def choose(what: str) -> None:
        await mine.hover()
        await mine.get_by_role("button", name="Flere muligheder").click()
        await page.get_by_role("button", name=what).click()

    await choose("Rediger")
    await say(page, "Barsel og Orlov")
    await expect(mine.get_by_text("Redigeret")).to_be_visible()
    await choose("Synes om")
    await expect(mine.get_by_label("Reaktioner")).to_be_visible()
    await choose("Svar")
    await say(page, "og Sofie")
    await expect(page.locator(".quote")).to_have_text("Barsel og Orlov")
    mine = mine.first
    await choose("Slet")
    await expect(mine.get_by_text("Du har slettet beskeden.")).to_be_visible()
    await until(lambda: teams.bot.types()[2:] == ["message", "messageUpdate", "message", "messageDelete"])


async def test_files_are_attached_and_pictures_pasted(teams: Teams, window: Windows) -> None:
    page = await window.open()
    await page.get_by_label("Vedhæft filer").set_input_files({"name": "notat.docx", "mimeType": "application/msword", "buffer": b"indhold"})
    await page.evaluate(
        """bytes => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "skærm.png", { type: "image/png" }));
            document.getElementById("text").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, cancelable: true }));
        }""",
        list(PNG),
    )
    await expect(page.locator("#chips li")).to_have_count(2)
    await say(page, "se skærmbilledet")
    await expect(page.get_by_alt_text("skærm.png")).to_be_visible()
    await expect(page.get_by_role("link", name="notat.docx")).to_be_visible()
    await until(lambda: "message" in teams.bot.types())
    kinds = [one["contentType"] for one in teams.bot.got[-1]["attachments"]]
    assert kinds == ["application/vnd.microsoft.teams.file.download.info", "image/*", "text/html"]


async def test_mail_is_sent_to_the_bot_and_its_dialog_answered(teams: Teams, window: Windows) -> None:
    await teams.call("POST", "/control/reset")
    asked = card({"type": "Input.Text", "id": "case", "label": "Sagsnummer", "isRequired": True, "errorMessage": "Skriv sagens nummer."})
    asked["actions"] = [{"type": "Action.Submit", "title": "Journalisér nu", "data": {}}]

    async def answer(activity: Json) -> web.Response | None:
        if activity.get("name") == "composeExtension/fetchTask":
            value = {"title": "Journalisér mail", "card": {"contentType": CARD_TYPE, "content": asked}}
            return web.json_response({"task": {"type": "continue", "value": value}})
        if activity.get("name") == "composeExtension/submitAction":
            return web.json_response({"task": {"type": "message", "value": "Jeg går i gang og skriver til dig."}})
        return None

    teams.bot.answer = answer
    page = await window.open()
    await page.get_by_role("button", name="Mails").click()
    await page.get_by_role("button", name=re.compile("^Send mailen")).first.click()
    dialog = page.get_by_role("dialog", name="Journalisér mail")
    await dialog.get_by_role("button", name="Journalisér nu").click()
    await expect(dialog.get_by_text("Skriv sagens nummer.")).to_be_visible()
    await dialog.get_by_label("Sagsnummer").fill("2026-0012345")
    await dialog.get_by_role("button", name="Journalisér nu").click()
    await expect(page.locator(".toast")).to_contain_text("Jeg går i gang og skriver til dig.")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert teams.bot.got[-1]["value"]["data"] == {"case": "2026-0012345"}


@pytest.mark.parametrize("width", [1200, 400])
async def test_the_answer_to_a_mail_is_covered_by_nothing(teams: Teams, window: Windows, width: int) -> None:
    async def answer(activity: Json) -> web.Response | None:
        if activity.get("name") != "composeExtension/fetchTask":
            return None
        await teams.shows({"type": "message", "text": "Hvilken sag skal mailen ligge på?"})
        return web.json_response({"task": {"type": "message", "value": "Jeg har svaret i vores chat."}})

    await teams.call("POST", "/control/reset")
    teams.bot.answer = answer
    page = await window.open(width=width)
    await page.get_by_role("button", name="Mails").click()
    await page.get_by_role("button", name=re.compile("^Send mailen")).first.click()
    await expect(page.locator(".toast")).to_contain_text("Jeg har svaret i vores chat.")
    await page.locator(".message .bubble", has_text="Hvilken sag").click(timeout=3_000)  # fails when something lies over it


@pytest.mark.parametrize("width", [1200, 400])
@pytest.mark.parametrize("side", ["me", "bot"])
async def test_the_menu_of_a_short_message_hides_no_time_and_is_on_the_screen(teams: Teams, window: Windows, width: int, side: str) -> None:
    page = await window.open(width=width)
    await say(page, "ok")
    await teams.shows({"type": "message", "text": "ok"})
    message = page.locator(f".message.{side}", has_text="ok").last
    await message.hover()
    time, button = await message.locator("time").bounding_box(), await message.locator(".more > button").bounding_box()
    assert time
    assert button
    assert button["x"] + button["width"] <= time["x"] or time["x"] + time["width"] <= button["x"]
    await message.locator(".more > button").click()
    for place in ("first", "last"):
        await expect(getattr(page.locator(".menu button"), place)).to_be_in_viewport(ratio=1)


async def test_choices_are_searched_while_one_types(teams: Teams, window: Windows) -> None:
    query = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
    field = {"type": "Input.ChoiceSet", "id": "who", "label": "Hvem?", "choices": [], "choices.data": query}
    await teams.does("open")
    await teams.shows(with_card(card(field, actions=[execute("Føj til")])))
    page = await window.open()
    await page.locator(".card input").press_sequentially("sofie lu")
    await page.locator(".card").get_by_text("Sofie Lund (Økonomi)").click()
    await page.get_by_role("button", name="Føj til").click()
    await expect(page.locator(".card.pending")).to_have_count(0)
    assert teams.bot.got[-1]["value"]["action"]["data"] == {"who": "00000000-0000-4000-8000-000000000003"}


async def test_text_filled_in_survives_news_and_a_change_of_colours(teams: Teams, window: Windows) -> None:
    service(teams)
    page = await window.open()
    await say(page, "printer")
    await page.get_by_label("Hvad er der galt?").fill("Halvt skrevet")
    await teams.shows({"type": "message", "text": "I øvrigt"})
    await expect(page.get_by_text("I øvrigt", exact=True)).to_be_visible()
    for look in ("Mørkt", "Høj kontrast"):
        await page.get_by_label("Farver").select_option(look)
        await expect(page.get_by_label("Hvad er der galt?")).to_have_value("Halvt skrevet")


HOSTILE = "<img src=x onerror='window.hit=1'> <script>window.hit=1</script> [klik](javascript:window.hit=1) <b>fed</b>"


async def test_nothing_that_is_written_runs(teams: Teams, window: Windows) -> None:
    await teams.does("open")
    for form in ("markdown", "xml", "plain"):
        await teams.shows({"type": "message", "text": HOSTILE, "textFormat": form})
    await teams.shows(with_card(card({"type": "TextBlock", "text": HOSTILE, "wrap": True}), summary=HOSTILE))
    page = await window.open()
    await say(page, HOSTILE)
    await expect(page.locator(".message")).to_have_count(5)
    assert await page.evaluate("window.hit") is None
    assert await page.locator(".message img, .message script, .message a[href^=javascript]").count() == 0
    assert all("inline event handler" in one for one in window.complaints)  # the policy holds in the cleaner's own document too
    window.complaints.clear()


async def test_phone_width_has_no_sideways_scroll_and_the_keyboard_is_enough(teams: Teams, window: Windows) -> None:
    service(teams)
    page = await window.open(width=360, height=720)
    await say(page, "printer")
    await page.get_by_role("heading", name="Ny sag").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    boxes = await page.evaluate(
        "[...document.querySelectorAll('.card *, .top *, .compose *')].map(one => one.getBoundingClientRect().right)"
    )
    assert max(boxes) <= 360
    await page.get_by_label("Hvad er der galt?").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Sagen oprettes: Printeren laver papirstop")).to_be_visible()


async def test_simulator_that_goes_away_is_told_of_and_found_again(teams: Teams, window: Windows) -> None:
    page = await window.open(None)
    await page.route("**/messages?*", lambda route: route.fulfill(status=503, json={"error": {"message": "væk"}}))
    await page.evaluate(f"window.location.assign('?as={BIRTHE.id}')")
    await expect(page.get_by_role("alert")).to_contain_text("Det lykkedes ikke: væk")
    await page.unroute("**/messages?*")
    await expect(page.locator("#trouble")).to_be_hidden()
    assert all("503" in one for one in window.complaints)
    window.complaints.clear()


async def test_screenshot(teams: Teams, window: Windows, tmp_path: Path) -> None:
    """The picture has colours of the page and of the card's main button: it was drawn, styles and all."""
    service(teams)
    page = await window.open()
    await say(page, "printeren på 3. sal laver papirstop")
    button = page.get_by_role("button", name="Opret sagen")
    await button.wait_for()
    picture = await page.screenshot(path=tmp_path / "page.png")
    assert len(picture) > 20_000
    assert await button.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(91, 95, 199)"


async def test_numbered_choices_keep_their_numbers(teams: Teams, window: Windows) -> None:
    choices = [{"title": f"{n}. Mail fra Sofie", "value": str(n)} for n in (1, 2)]
    await teams.does("open")
    await teams.shows(with_card(card({"type": "Input.ChoiceSet", "id": "a", "label": "Mails", "isMultiSelect": True, "choices": choices})))
    page = await window.open()
    await expect(page.locator(".card ol[start='2']")).to_have_text("Mail fra Sofie")
