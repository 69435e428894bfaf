"""Who asks: the user behind Basic credentials or a token, with roles, groups, zone, language and format."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from simulators.servicenow.records import Records, Row
from simulators.servicenow.values import FORMATS, moment

ZONES = {name: ZoneInfo(name) for name in ("Europe/Copenhagen", "GMT")}


@dataclass(frozen=True)
class Session:
    """One user's view of the instance."""

    user: str  # sys_id
    user_name: str
    name: str
    roles: frozenset[str]
    groups: frozenset[str]  # sys_ids
    zone: ZoneInfo
    language: str
    form: str  # of date and time, for strftime

    @property
    def admin(self) -> bool:
        return "admin" in self.roles

    def may(self, *roles: str) -> bool:
        """Whether the user has one of these roles. An administrator has all."""
        return self.admin or not self.roles.isdisjoint(roles)

    def local(self, at: datetime) -> datetime:
        """A moment in the user's zone."""
        return at.astimezone(self.zone)


def session(records: Records, user: Row) -> Session:
    """The session of a user."""
    held = records.where("sys_user_has_role", user=user["sys_id"])
    roles = (records.display("sys_user_role", row["role"]) for row in held)
    day_form = FORMATS.get(user.get("date_format", ""), "%Y-%m-%d")
    return Session(
        user=user["sys_id"],
        user_name=user.get("user_name", ""),
        name=user.get("name", ""),
        roles=frozenset(role for role in roles if role),
        groups=frozenset(row["group"] for row in records.where("sys_user_grmember", user=user["sys_id"])),
        zone=ZONES.get(user.get("time_zone", ""), ZONES["GMT"]),
        language=user.get("preferred_language", "en"),
        form=f"{day_form} %H:%M:%S",
    )


def good(user: Row | None) -> bool:
    """Whether that user may sign in."""
    return user is not None and user.get("active") == "true" and user.get("locked_out", "false") != "true"


def by_password(records: Records, user_name: str, password: str) -> Row | None:
    """The user with that name and password, if they may sign in."""
    user = records.first("sys_user", user_name=user_name) if user_name else None
    return user if user and good(user) and password and user.get("user_password") == password else None


def by_token(records: Records, token: str) -> Row | None:
    """The user that a bearer token acts as; None for one that is unknown or has run out."""
    row = records.table("_token").get(token)
    until = moment(row["expires"]) if row else None
    if row is None or until is None or until <= records.now():
        return None
    user = records.find("sys_user", row["user"])
    return user if good(user) else None


def authenticated(records: Records, header: str) -> Row | None:
    """The user of an Authorization header, or None."""
    kind, _, rest = header.partition(" ")
    if kind.lower() == "bearer":
        return by_token(records, rest.strip())
    if kind.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return by_password(records, name, password)
