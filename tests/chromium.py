"""The Chromium of this machine, for the tests that look at pages."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A headless browser. Where there is none: a failure in CI, else the test is skipped and says why."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"the page's tests need a browser; none of {', '.join(NAMES)} is installed")
        pytest.skip("no Chromium on this machine; CI has one")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            await opened.close()
