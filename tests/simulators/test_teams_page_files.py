"""The page's files: headers, packages, colours. No browser is needed for these."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulators.teams import page
from tests.simulators.teams_bot import Teams, running

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as found:
        yield found


async def test_page_keeps_to_itself(teams: Teams) -> None:
    async with teams.session.get(f"{teams.url}/teams/") as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"<script(?![^>]*src=)|<style|\son[a-z]+=|https?://", text)


async def test_every_file_that_the_page_names_is_there(teams: Teams) -> None:
    wanted = {*re.findall(r'(?:src|href)="([^"#]+)"', (page.FOLDER / "index.html").read_text()), "page/main.js"}
    for script in page.FOLDER.glob("*.js"):
        names = re.findall(r'from "\.(\.?/[\w./-]+)"', script.read_text())
        wanted |= {name.removeprefix("./").removeprefix("/") if name.startswith("./") else f"page{name}" for name in names}
    for name in wanted:
        async with teams.session.get(f"{teams.url}/teams/{name.replace('page/library', 'library')}") as answer:
            assert (name, answer.status) == (name, 200)
            assert answer.content_type in {"text/javascript", "text/css", "image/svg+xml"}


async def test_without_packages_the_page_says_what_to_run(teams: Teams, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(page, "PACKAGES", tmp_path)
    async with teams.session.get(f"{teams.url}/teams/") as answer:
        assert answer.status == 200
        assert "kør <code>make setup</code>" in await answer.text()


@pytest.mark.parametrize("path", ["page/..%2f__init__.py", "page/x.js", "page/", "library/x.js", "library/..%2f..%2fpackage.json"])
async def test_nothing_else_is_served(teams: Teams, path: str) -> None:
    assert (await teams.call("GET", f"/teams/{path}"))[0] == 404


async def test_pages_of_other_sites_act_as_nobody(teams: Teams) -> None:
    for site, status in (("cross-site", 403), ("same-origin", 200)):
        assert (await teams.call("GET", "/teams/api/people", headers={"Sec-Fetch-Site": site}))[0] == status


async def test_address_without_a_slash_leads_to_the_page(teams: Teams) -> None:
    async with teams.session.get(f"{teams.url}/teams?as=x", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (308, "/teams/?as=x")


def test_packages_are_pinned_and_the_lock_names_no_registry() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert {"adaptivecards", "dompurify", "markdown-it"} <= wanted.keys()
    assert all(lock[f"node_modules/{name}"]["version"] == version for name, version in wanted.items())
    assert all("resolved" not in one for one in lock.values())
    assert all(one.get("integrity", "").startswith("sha512-") for name, one in lock.items() if name)


def light(colour: str) -> float:
    """The relative luminance of #rrggbb by WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


THEMES = re.findall(r":root[^{]*\{([^}]*)\}", (page.FOLDER / "theme.css").read_text())


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark", "contrast"])
def test_text_has_enough_contrast_in_each_look(theme: str) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", theme))
    for text in ("text", "quiet", "link", "bad", "good"):
        for ground in ("page", "panel", "raised", "mine", "bad-page"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert contrast(colours["on-accent"], colours["accent-hover"]) >= 4.5
    assert contrast(colours["text"], colours["hover"]) >= 4.5
    for line in ("control", "focus"):
        assert all(contrast(colours[line], colours[ground]) >= 3 for ground in ("page", "panel", "raised"))
