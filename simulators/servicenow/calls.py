"""A request and its answer as plain data, so that a batch can hold many of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from multidict import CIMultiDict, CIMultiDictProxy, MultiDictProxy

from simulators.servicenow.records import Records
from simulators.servicenow.refusals import Refusal, bad_request, not_json
from simulators.servicenow.sessions import Session
from simulators.servicenow.wire import Wire

PREFIX = "/servicenow"  # where the instance is served
TYPES = {"application/json", "text/json"}


@dataclass(frozen=True)
class Call:
    """One request. `path`: below /servicenow, decoded. `base`: of the addresses in the answer."""

    records: Records
    session: Session
    method: str
    path: str
    query: MultiDictProxy[str]
    headers: CIMultiDictProxy[str]
    body: bytes
    base: str

    def flag(self, name: str) -> bool:
        """A parameter that is `true`."""
        return self.query.get(name, "").lower() == "true"

    def json(self) -> dict[str, Any]:
        """The body's object; of an array only the first record counts. Raises Refusal (400, 415)."""
        kind = self.headers.get("Content-Type")
        if kind is None:
            raise bad_request("Content-Type header is missing")
        if kind.partition(";")[0].strip().lower() not in TYPES:
            raise Refusal(415, "Unsupported Media Type", f"{kind} is not supported")
        try:
            found = json.loads(self.body)
        except ValueError as error:
            raise not_json() from error
        if isinstance(found, list):
            found = found[0] if found else {}
        if not isinstance(found, dict):
            raise not_json()
        return found

    def wire(self) -> Wire:
        """How the caller wants records."""
        mode = self.query.get("sysparm_display_value", "false").lower()
        return Wire(
            self.records,
            self.session,
            self.base,
            mode if mode in {"true", "all"} else "false",
            not self.flag("sysparm_exclude_reference_link"),
            tuple(dict.fromkeys(name.strip() for name in self.query.get("sysparm_fields", "").split(",") if name.strip())),
        )


@dataclass
class Answer:
    """What goes back. `body`: JSON to be, bytes as they are, or None for no body."""

    body: Any = None
    status: int = 200
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)

    def encoded(self) -> tuple[bytes, str]:
        """The body's bytes and their Content-Type."""
        if self.body is None:
            return b"", ""
        if isinstance(self.body, bytes):
            return self.body, self.headers.get("Content-Type", "application/octet-stream")
        return json.dumps(self.body, ensure_ascii=False).encode(), "application/json;charset=UTF-8"


def result(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """The envelope of every success."""
    return Answer({"result": body}, status, CIMultiDict(headers or {}))


def refused(refusal: Refusal) -> Answer:
    return Answer(refusal.body, refusal.status, CIMultiDict(refusal.headers))
