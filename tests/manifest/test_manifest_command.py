"""`python -m manifest build`: what it takes, and one sentence for what it does not."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from insights.identity import audiences
from insights.links import ENTITY
from settings import Settings
from tests.manifest.test_manifest_package import LOCALIZATION, MANIFEST

BOT = "7d9a1c52-3f0e-4e57-9d55-0c6f3a1b2c4d"
Build = Callable[..., CompletedProcess[str]]


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "APP_ID is missing; it is the id of the bot's app registration (or give --app-id)"),
        ({"APP_ID": "kollega"}, "APP_ID is not an app id; it looks like 00000000-0000-0000-0000-000000000000"),
        ({"APP_ID": BOT, "TAB_URL": "http://kollega.example.dk/tab"}, "TAB_URL must begin with https://: Teams shows no other pages"),
        ({"APP_ID": BOT, "PORT": "x"}, "PORT must be a whole number from 0 to 65535."),
        ({"APP_ID": BOT, "VAR_DIR": "/dev/null/var"}, "cannot write /dev/null/var/kollega.zip: Not a directory"),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence_and_status_2(build: Build, environment: dict[str, str], sentence: str) -> None:
    ended = build("build", **environment)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"kollega: {sentence}\n")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--website", "http://it.example.dk"),
        ("--privacy", "it.example.dk"),
        ("--terms", "https://[x"),
        ("--developer", "x" * 33),
        ("--developer", " "),
        ("--domain", "https://kollega.example.dk"),
        ("--domain", "*"),
        ("--domain", "*.dk."),
    ],
)
def test_an_option_that_teams_would_refuse_is_named(build: Build, option: str, value: str) -> None:
    ended = build("build", option, value, APP_ID=BOT)
    assert ended.returncode == 2
    assert f"argument {option}: must" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_the_options_stand_in_the_manifest(build: Build, tmp_path: Path) -> None:
    out = tmp_path / "new" / "test.zip"
    other = "11111111-2222-4333-8444-555555555555"
    pages = [
        "--website",
        "https://it.example.dk/",
        "--privacy",
        "https://it.example.dk/privatliv",
        "--terms",
        "https://it.example.dk/vilkaar",
    ]
    domains = ["--domain", "kollega.example.dk", "--domain", "*.example.org"]
    ended = build("build", "--out", str(out), "--app-id", other.upper(), "--developer", "IT i Eksempel", *pages, *domains, APP_ID=BOT)
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stdout.splitlines()) == 1
    assert ended.stdout.startswith(f"{out}: Kollega ")
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["id"] == manifest["bots"][0]["botId"] == manifest["composeExtensions"][0]["botId"] == other
    assert manifest["developer"] == {
        "name": "IT i Eksempel",
        "websiteUrl": "https://it.example.dk/",
        "privacyUrl": "https://it.example.dk/privatliv",
        "termsOfUseUrl": "https://it.example.dk/vilkaar",
    }
    assert manifest["validDomains"] == ["kollega.example.dk", "*.example.org"]


def test_with_its_address_the_package_has_the_tab_and_signs_people_in_at_it(build: Build, tmp_path: Path) -> None:
    out = tmp_path / "kollega.zip"
    ended = build("build", "--out", str(out), "--domain", "login.example.dk", APP_ID=BOT, TAB_URL="https://kollega.example.dk/tab/")
    assert ended.returncode == 0, ended.stderr
    assert "with the tab at https://kollega.example.dk/tab/;" in ended.stdout
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        manifest, english = json.loads(archive.read("manifest.json")), json.loads(archive.read("en.json"))
    assert [*MANIFEST.iter_errors(manifest), *LOCALIZATION.iter_errors(english)] == []
    [chat, tab] = manifest["staticTabs"]
    assert chat["entityId"] == "conversations"
    assert (tab["entityId"], tab["contentUrl"], tab["scopes"]) == (ENTITY, "https://kollega.example.dk/tab/", ["personal"])
    assert manifest["validDomains"] == ["kollega.example.dk", "login.example.dk"]
    resource = manifest["webApplicationInfo"]["resource"]
    assert manifest["webApplicationInfo"] == {"id": BOT, "resource": f"api://kollega.example.dk/botid-{BOT}"}
    settings = Settings(app_id=BOT, app_password="x", app_tenant_id="t", tab_url="https://kollega.example.dk/tab")
    assert resource in audiences(settings)
    assert english["staticTabs[1].name"]


def test_the_package_needs_and_holds_no_secret(build: Build, tmp_path: Path) -> None:
    out = tmp_path / "kollega.zip"
    ended = build("build", "--out", str(out), APP_ID=BOT, APP_PASSWORD="hemmelig", APP_TENANT_ID="lejer")
    assert ended.returncode == 0, ended.stderr
    assert b"hemmelig" not in out.read_bytes()
    assert "hemmelig" not in ended.stdout + ended.stderr
