"""The page's own files: nothing from elsewhere, and nothing that makes HTML of a text."""

import re

from insights import pages


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    for path in pages.FOLDER.iterdir():
        named = set(re.findall(r"https?://[^\s\"'<>)]+", path.read_text()))
        assert named <= {"http://www.w3.org/2000/svg"}, path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|style=", path.read_text()), path.name
