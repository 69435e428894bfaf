"""Anything sent to any address of the bot: never a 5xx, never a stack trace, and the bot lives on."""

import http.client
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from tests.test_kill import free

ROOT = Path(__file__).parents[1]
TEXT = {"type": "string"}
WHO = {"type": "object", "properties": {"id": TEXT, "name": TEXT, "aadObjectId": TEXT}}
ACTIVITY = {
    "type": "object",
    "properties": {
        "type": {
            "enum": [
                "message",
                "invoke",
                "conversationUpdate",
                "installationUpdate",
                "messageReaction",
                "messageUpdate",
                "messageDelete",
                "event",
                "x",
            ]
        },
        "id": TEXT,
        "name": {
            "enum": ["adaptiveCard/action", "composeExtension/fetchTask", "task/submit", "fileConsent/invoke", "signin/verifyState", ""]
        },
        "text": TEXT,
        "timestamp": TEXT,
        "serviceUrl": {"enum": ["http://127.0.0.1:9/teams/", "http://evil.example/", ""]},
        "channelId": {"enum": ["msteams", "emulator", ""]},
        "from": WHO,
        "recipient": WHO,
        "conversation": {"type": "object", "properties": {"id": TEXT, "conversationType": TEXT, "tenantId": TEXT}},
        "value": {},
        "attachments": {
            "type": "array",
            "items": {"type": "object", "properties": {"contentType": TEXT, "contentUrl": TEXT, "content": {}}},
        },
        "entities": {"type": "array", "items": {}},
        "channelData": {},
        "replyToId": TEXT,
    },
    "required": ["type", "from", "recipient", "conversation", "serviceUrl", "channelId"],
}
SCHEMA = {
    "openapi": "3.0.2",
    "info": {"title": "Kollega", "version": "1"},
    "paths": {
        "/api/messages": {
            "post": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": ACTIVITY}}},
                "responses": {"default": {"description": "any"}},
            }
        },
        "/healthz": {"get": {"responses": {"200": {"description": "it lives"}}}},
        "/readyz": {"get": {"responses": {"200": {"description": "it takes messages"}}}},
    },
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A bot in a process of its own; its systems are nowhere."""
    number = free()
    var = tmp_path_factory.mktemp("var")
    environment = {**os.environ, "PORT": str(number), "VAR_DIR": str(var), "SIMULATORS_URL": "http://127.0.0.1:9", "LOG_LEVEL": "ERROR"}
    with (
        (var / "bot.log").open("wb") as log,
        subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log) as bot,
    ):
        end = time.monotonic() + 30
        while not alive(number):
            assert bot.poll() is None
            assert time.monotonic() < end, (var / "bot.log").read_text()
        yield number
        assert alive(number)
        bot.terminate()
        assert bot.wait(timeout=30) == 0


def alive(number: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{number}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


schema = schemathesis.openapi.from_dict(SCHEMA)


@schema.parametrize()
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_documented_addresses(case: Any, port: int) -> None:
    case.call_and_validate(base_url=f"http://127.0.0.1:{port}", checks=[not_a_server_error])


METHODS = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PURGE"])
PATHS = st.one_of(
    st.sampled_from(["/", "/api/messages", "/api/messages/", "/healthz", "/readyz", "/tab/", "/api", "/%00", "/../etc/passwd", "//"]),
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Z"]), max_size=40).map(lambda text: "/" + urllib.parse.quote(text)),
)
TYPES = st.sampled_from(["application/json", "text/plain", "application/json; charset=utf-16", "multipart/form-data", "x", ""])
BODIES = st.one_of(
    st.binary(max_size=300), st.text(max_size=200).map(str.encode), st.sampled_from([b"null", b"[]", b"{}", b'"x"', b"1e999", b"[" * 5000])
)
TOKENS = st.one_of(st.none(), st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40))


@given(METHODS, PATHS, TYPES, BODIES, TOKENS)
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_other_address(port: int, method: str, path: str, kind: str, body: bytes, token: str | None) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": kind} | ({"Authorization": token} if token is not None else {})
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    assert answer.status < 500
    assert b"Traceback" not in said
    assert b'File "' not in said
