"""SupportService (code tables) and UserService."""

from typing import Any

from simulators.edoc import codes
from simulators.edoc import parameters as p
from simulators.edoc.archive import Archive, person
from simulators.edoc.cases import employee
from simulators.edoc.wire import Refusal
from simulators.world import PEOPLE


def code_table(archive: Archive, wanted: p.CodeTable) -> dict[str, Any]:
    """GetCodeTableRows: the living rows, dead ones with IncludeExpiredValues."""
    del archive
    name = wanted.CodeTableName.lower().removeprefix("code table:").strip()
    if name not in codes.TABLES:
        raise Refusal(f"Code table '{wanted.CodeTableName[:60]}' not found")
    rows = [row for row in codes.TABLES[name] if wanted.IncludeExpiredValues or not row.expired]
    return {
        "CodeTableRows": [
            {"Recno": row.recno, "Code": row.code, "Description": row.text, "Active": not row.expired, "ExpiredDate": row.expired or None}
            for row in rows
        ]
    }


def users(archive: Archive, wanted: p.Users) -> dict[str, Any]:
    """GetUsers: one by recno, e-mail or login; all of them without."""
    del archive
    given = (wanted.Recno, wanted.Email, wanted.Login or wanted.UserId)
    if not any(given):
        found = list(PEOPLE)
    else:
        one = person(given[0], given[1], given[2], None)
        found = [one] if one else []
    return {"Users": [{**employee(one), "Login": one.login, "Title": one.title, "Enterprise": one.department} for one in found]}
