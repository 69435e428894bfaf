"""The package is what Teams takes, by the official schemas and by the limits that the schemas do not hold."""

import io
import json
import re
import struct
import tomllib
import zipfile
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

import nlu
from manifest.document import Developer
from manifest.document import manifest as described
from manifest.package import package
from simulators.teams.actions import COMMAND

HERE = Path(__file__).parent
BOT = "7d9a1c52-3f0e-4e57-9d55-0c6f3a1b2c4d"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
WHITE = (255, 255, 255)
MODEL = nlu.load()
MEANT = {"Meld en fejl": "case.create", "Mine sager": "case.list", "Journalisér en mail": "journal.file", "Hjælp": "help"}


def schema(name: str) -> Draft4Validator:
    return Draft4Validator(json.loads((HERE / f"teams-{name}-1.22.schema.json").read_text("utf-8")))


MANIFEST, LOCALIZATION = schema("manifest"), schema("localization")


def faults(validator: Draft4Validator, document: Any) -> list[str]:
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(document)]


def commands(document: dict[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = document["bots"][0]["commandLists"][0]["commands"]
    return found


def pixels(png: bytes) -> list[tuple[int, ...]]:
    """The pixels of a PNG of 8 bits a channel, read without filters: those that ours are written with."""
    assert png[:8] == SIGNATURE
    size, kind, content, place = (0, 0), 0, b"", 8
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        body = png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(name + body)
        if name == b"IHDR":
            size, kind = struct.unpack(">II", body[:8]), body[9]
            assert body[8] == 8
        content += body if name == b"IDAT" else b""
        place += 12 + length
    width, height = size
    depth = {2: 3, 6: 4}[kind]
    raw, line = zlib.decompress(content), 1 + width * depth
    assert len(raw) == height * line
    assert {raw[row * line] for row in range(height)} == {0}
    rows = [raw[row * line + 1 : (row + 1) * line] for row in range(height)]
    found = [tuple(row[at : at + depth]) for row in rows for at in range(0, len(row), depth)]
    assert len(found) == width * height
    return found


def side(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_the_manifest_is_valid_by_the_official_schema(document: dict[str, Any]) -> None:
    assert faults(MANIFEST, document) == []


def test_the_schema_finds_what_is_wrong(document: dict[str, Any]) -> None:
    assert faults(MANIFEST, document | {"id": "kollega"})
    assert faults(MANIFEST, document | {"unknown": 1})
    assert faults(MANIFEST, {key: item for key, item in document.items() if key != "icons"})


def test_the_language_file_is_valid_and_translates_every_text(document: dict[str, Any], english: dict[str, str]) -> None:
    assert faults(LOCALIZATION, english) == []
    texts = {key: item for key, item in english.items() if key != "$schema"}
    action = "composeExtensions[0].commands[0]"
    menu = {
        f"bots[0].commandLists[0].commands[{number}].{part}"
        for number in range(len(commands(document)))
        for part in ("title", "description")
    }
    named = {f"{what}.{part}" for what in ("name", "description") for part in ("short", "full")}
    assert texts.keys() == {*named, *menu, f"{action}.title", f"{action}.description"}
    assert all(texts.values())


def test_every_text_keeps_its_limit_in_both_languages(document: dict[str, Any], english: dict[str, str]) -> None:
    """The menus show 32 and 128 characters, though schema 1.22 lets more pass, and it does not hold the language file to its lengths."""
    limits = {
        r"name\.short": 30,
        r"name\.full": 100,
        r"description\.short": 80,
        r"description\.full": 4000,
        r".*\.title": 32,
        r".*commands\[\d\]\.description": 128,
    }
    danish = {f"{what}.{part}": document[what][part] for what in ("name", "description") for part in ("short", "full")}
    for number, one in enumerate([*commands(document), document["composeExtensions"][0]["commands"][0]]):
        danish |= {f"commands[{number}].title": one["title"], f"commands[{number}].description": one["description"]}
    for texts in (danish, {key: item for key, item in english.items() if key != "$schema"}):
        for key, text in texts.items():
            limit = next(limit for pattern, limit in limits.items() if re.fullmatch(pattern, key))
            assert 0 < len(text) <= limit, key
    assert len(document["developer"]["name"]) <= 32
    assert len(document["version"]) <= 256


def test_one_bot_for_one_person_with_files(document: dict[str, Any]) -> None:
    [bot] = document["bots"]
    assert (bot["botId"], bot["scopes"], bot["supportsFiles"]) == (BOT, ["personal"], True)
    assert [one["scopes"] for one in bot["commandLists"]] == [["personal"]]
    assert document["id"] == BOT
    assert document["defaultInstallScope"] == "personal"


def test_the_action_on_a_message_is_the_one_that_teams_sends_in_the_simulator(document: dict[str, Any]) -> None:
    [extension] = document["composeExtensions"]
    [action] = extension["commands"]
    assert extension["botId"] == BOT
    assert (action["id"], action["type"], action["context"], action["fetchTask"]) == (COMMAND, "action", ["message"], True)


def test_every_title_of_the_menu_is_understood(document: dict[str, Any], english: dict[str, str]) -> None:
    titles = [one["title"] for one in commands(document)]
    said = [*titles, *(text for key, text in english.items() if key.startswith("bots[0]") and key.endswith(".title"))]
    meant = {title: MODEL.understand(title, date(2026, 11, 24)) for title in said}
    assert {title: one.intent for title, one in meant.items()} == MEANT
    assert all(one.confidence > MODEL.threshold for one in meant.values())


def test_danish_is_the_language_and_english_is_the_other(document: dict[str, Any], files: dict[str, bytes]) -> None:
    spoken = document["localizationInfo"]
    assert spoken["defaultLanguageTag"] == "da"
    assert [(one["languageTag"], one["file"] in files) for one in spoken["additionalLanguages"]] == [("en", True)]


def test_the_version_is_the_projects(document: dict[str, Any]) -> None:
    project = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    assert document["version"] == project["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", document["version"])


def test_everything_lies_in_the_root_of_the_zip(document: dict[str, Any], files: dict[str, bytes]) -> None:
    assert sorted(files) == ["color.png", "en.json", "manifest.json", "outline.png"]
    assert set(document["icons"].values()) <= set(files)


def test_the_colour_icon_is_192_square_and_full(document: dict[str, Any], files: dict[str, bytes]) -> None:
    icon = files["color.png"]
    found = pixels(icon)
    accent = tuple(bytes.fromhex(document["accentColor"][1:]))
    assert side(icon) == (192, 192)
    assert found[0] == accent
    assert {accent, WHITE} <= set(found)
    drawn = [divmod(at, 192) for at, pixel in enumerate(found) if pixel != accent]
    assert all(47 <= place <= 144 for point in drawn for place in point)  # the middle 96, which no client cuts off


def test_the_outline_icon_is_32_square_white_and_else_transparent(files: dict[str, bytes]) -> None:
    icon = files["outline.png"]
    found = pixels(icon)
    assert side(icon) == (32, 32)
    assert {pixel[:3] for pixel in found} == {WHITE}
    assert {0, 255} <= {pixel[3] for pixel in found}


def test_the_same_package_has_the_same_bytes(packed: bytes) -> None:
    site = "https://www.kk.dk/"
    assert package(BOT, Developer("Koncern IT", site, site, site)) == packed
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


@given(st.uuids(), st.text(max_size=32))
def test_any_bot_and_developer_make_a_valid_manifest(bot: Any, name: str) -> None:
    site = "https://it.example.dk/"
    assert faults(MANIFEST, described(str(bot), "1.0.0", Developer(name, site, site, site), ("kollega.example.dk",))) == []


@pytest.mark.parametrize("validator", [MANIFEST, LOCALIZATION])
def test_the_schemas_are_schemas(validator: Draft4Validator) -> None:
    Draft4Validator.check_schema(validator.schema)
