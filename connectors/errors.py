"""What can go wrong with another system, and the only map from HTTP to it.

ConnectorError
├── Unavailable   no answer, or not now (time-out, 429, 5xx, HTML instead of JSON): try again
├── Denied        no right, wrong or expired credentials (401, 403)
├── NotFound      it is not there, or the caller may not see it (404)
├── Conflict      somebody else changed it, or it exists already (409, 412)
└── Refused       the system says no and says why (400, 413, 422, a rule of its own)
"""

from typing import Self

from typing_extensions import override


class ConnectorError(Exception):
    """One failed call. All of it is kept in `args`, so that a replayed job rebuilds the same error.

    system: the connector's name ("servicenow"). reason: for the log, English, without personal data or secrets.
    status: the HTTP status, 0 where there was none. code: a short machine word where the system gives one ("case_closed").
    retry_after: seconds that the system asked for, or None.
    """

    def __init__(self, system: str, reason: str = "", status: int = 0, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(system, reason, status, code, retry_after)
        self.system = system
        self.reason = reason
        self.status = status
        self.code = code
        self.retry_after = retry_after

    @classmethod
    def rebuilt(cls, args: list[object]) -> Self:
        """The same error from its `args`, as a job's record keeps them."""
        return cls(*args)  # type: ignore[arg-type]  # args came from an error of this class

    @override
    def __str__(self) -> str:
        status = f" (HTTP {self.status})" if self.status else ""
        return f"{self.system}: {type(self).__name__}{status} {self.code} {self.reason}".rstrip()


class Unavailable(ConnectorError):
    """The system does not answer, or asks to wait. The effect of a write may have happened."""


class Denied(ConnectorError):
    """The system does not let us, or the person, do this."""


class NotFound(ConnectorError):
    """Not there, or not visible to the one who asks."""


class Conflict(ConnectorError):
    """Somebody else changed it, or it exists already."""


class Refused(ConnectorError):
    """The system says no, with its reason."""


BY_STATUS: dict[int, type[ConnectorError]] = {
    401: Denied,
    403: Denied,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    412: Conflict,
    425: Unavailable,
    429: Unavailable,
}


def from_status(system: str, status: int, reason: str = "", code: str = "", retry_after: float | None = None) -> ConnectorError:
    """The error for an HTTP status."""
    kind = BY_STATUS.get(status, Unavailable if status >= 500 else Refused)
    return kind(system, reason, status, code, retry_after)


BY_KIND: dict[str, type[ConnectorError]] = {kind.__name__: kind for kind in (Unavailable, Denied, NotFound, Conflict, Refused)}
