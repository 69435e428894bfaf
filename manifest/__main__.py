"""`python -m manifest build`: the Teams app package of the bot in APP_ID. Exit status 2 and one sentence when something is wrong or missing."""

import argparse
import re
import sys
import uuid
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from manifest.document import Developer
from manifest.package import package, version
from settings import Partial, Settings, read

HOST = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*", re.I)
LONGEST_NAME = 32  # characters of the developer's name, by the schema
LONGEST_URL = 2048


def main() -> None:
    """Read the command line, write the package, say what was written."""
    settings = read(Partial)  # the package holds no secret
    wanted = parser(settings).parse_args()
    if not wanted.app_id:
        stop("APP_ID is missing; it is the id of the bot's app registration (or give --app-id)")
    app_id = guid(wanted.app_id)
    tab = settings.tab_url or ""
    if tab and not tab.startswith("https://"):
        stop("TAB_URL must begin with https://: Teams shows no other pages")
    developer = Developer(wanted.developer, wanted.website, wanted.privacy or wanted.website, wanted.terms or wanted.website)
    out: Path = wanted.out
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(package(app_id, developer, tuple(wanted.domain), tab))
    except OSError as error:
        stop(f"cannot write {out}: {error.strerror or error}")
    shown = f"with the tab at {tab}/" if tab else "without a tab (TAB_URL is not set)"
    sys.stdout.write(f"{out}: Kollega {version()} for bot {app_id}, {shown}; privacy {developer.privacy}, terms {developer.terms}\n")


def parser(settings: Settings) -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m manifest", description="The Teams app package.")
    made.add_argument("command", choices=["build"], help="write the package, a zip")
    made.add_argument("--out", type=Path, default=settings.var_dir / "kollega.zip", help="where (default: %(default)s)")
    made.add_argument("--app-id", default=settings.app_id, help="the bot's app id (default: APP_ID)")
    made.add_argument("--developer", type=name, default="Koncern IT", help="who answers for the app (default: %(default)s)")
    made.add_argument("--website", type=page, default="https://www.kk.dk/", help="their page (default: %(default)s)")
    made.add_argument("--privacy", type=page, help="the page on privacy (default: the website)")
    made.add_argument("--terms", type=page, help="the page with the terms of use (default: the website)")
    made.add_argument("--domain", type=host, action="append", default=[], help="a host whose pages are shown inside Teams; may be repeated")
    return made


def guid(text: str) -> str:
    """An app id as the manifest spells it. Stops when it is none."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        stop("APP_ID is not an app id; it looks like 00000000-0000-0000-0000-000000000000")


def name(text: str) -> str:
    """A developer's name."""
    if not text.strip() or len(text) > LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"must have 1 to {LONGEST_NAME} characters")
    return text


def page(text: str) -> str:
    """An https address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or len(text) > LONGEST_URL:
        raise argparse.ArgumentTypeError("must be an address that begins with https://")
    return text


def host(text: str) -> str:
    """A host name, without scheme or port; "*." before it stands for everything under it."""
    if not HOST.fullmatch(text):
        raise argparse.ArgumentTypeError("must be a host name, such as kollega.example.dk")
    return text


def stop(sentence: str) -> NoReturn:
    """Say what is wrong and end."""
    sys.stderr.write(f"kollega: {sentence}\n")
    raise SystemExit(2)


if __name__ == "__main__":
    main()
