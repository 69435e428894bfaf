"""The zip that Teams takes: manifest.json, en.json and both icons in its root."""

import io
import json
import tomllib
import zipfile
from pathlib import Path
from typing import Any

from manifest.document import Developer, english, manifest

HERE = Path(__file__).parent
NEW_YEAR = (1980, 1, 1, 0, 0, 0)  # the zip format's first day: the time of building is not part of the package


def package(app_id: str, developer: Developer, domains: tuple[str, ...] = (), tab: str = "") -> bytes:
    """The whole package. The same arguments give the same bytes, on any machine: nothing is compressed, no time is kept."""
    files = {
        "manifest.json": written(manifest(app_id, version(), developer, domains, tab)),
        "en.json": written(english(tab=bool(tab))),
        "color.png": (HERE / "color.png").read_bytes(),
        "outline.png": (HERE / "outline.png").read_bytes(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, NEW_YEAR)
            entry.create_system = 3  # Unix, also when it is packed on Windows
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def version() -> str:
    """Kollega's version, from pyproject.toml."""
    project: dict[str, str] = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    return project["version"]


def written(document: dict[str, Any]) -> bytes:
    """JSON for people too: indented, Danish letters as they are."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
