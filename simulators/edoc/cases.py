"""CaseService: CreateCase, UpdateCase, GetCases."""

from datetime import datetime
from typing import Any

from simulators.edoc import codes
from simulators.edoc import parameters as p
from simulators.edoc.archive import PERSON, Archive, like, person
from simulators.edoc.wire import LONGEST, Refusal, now
from simulators.graph.wire import knob
from simulators.store import Document as Row
from simulators.world import BY_LOGIN, DOMAIN, Person
from simulators.world import person as numbered

MOST = 100  # rows of an answer, unless the caller asks for more
ARCHIVISTS = frozenset({"kk\\lwin", "kk\\kmoe"})  # who may change a closed case
SERVICE_USER = 4  # Amir Haddad answers for what the service user creates
NUMBERED = 12_401  # the first free case number of the seeded year


def checked_title(text: str | None, *, required: bool) -> str | None:
    """A title that fits. Refuses none where one is needed, and long ones."""
    if text is not None and len(text) > LONGEST:
        raise Refusal(f"Title: value too long ({LONGEST} characters at most)")
    if required and not (text or "").strip():
        raise Refusal("Title: value is mandatory")
    return text


def responsible(wanted: p.Case | p.Document, default: int) -> int:
    """The number of the responsible person: at most one of the four ways to name one."""
    ways = (
        wanted.ResponsiblePersonRecno,
        wanted.ResponsiblePersonEmail or None,
        wanted.ResponsiblePersonUserId or None,
        wanted.ResponsiblePersonIdNumber or None,
    )
    given = [way for way in ways if way is not None]
    if not given:
        return default
    if len(given) > 1:
        raise Refusal("ResponsiblePerson: give exactly one of Recno, Email, UserId and IdNumber")
    found = person(*ways)
    if found is None:
        raise Refusal(f"ResponsiblePerson: contact '{str(given[0])[:60]}' not found")
    return found.number


def access(wanted: p.Case | p.Document, archive: Archive) -> Row:
    """Access code and group. Refuses a group that is not there, or that the caller is not in."""
    found: Row = {}
    if wanted.AccessCode:
        found["access_code"] = codes.value(codes.ACCESS_CODE, wanted.AccessCode, "AccessCode").recno
    if wanted.AccessGroup:
        members = codes.GROUPS.get(wanted.AccessGroup, ())
        if members is not None and archive.caller.login.lower() not in members:
            raise Refusal("Access Group is not a valid for the entity and subtype")
        found |= {"access_group": wanted.AccessGroup, "readers": members, "writers": members}
    return found


def parties(wanted: p.Case | p.Document) -> list[Row] | None:
    """The contacts, None for none named. Refuses roles and registered contacts that are not there."""
    if wanted.Contacts is None and wanted.UnregisteredContacts is None:
        return None
    found = []
    for each in wanted.Contacts or []:
        text = each.ReferenceNumber or ""
        kind, _, number = text.partition(":")
        registered = (
            person(int(number), None, None, None)
            if kind == "recno" and number.isdecimal() and len(number) < 9
            else person(None, text, None, text)
        )
        if registered is None:
            raise Refusal(f"Contacts: contact '{text[:60]}' not found")
        found.append({"role": role(each.Role), "name": registered.name, "email": registered.email, "reference": registered.email})
    for each in wanted.UnregisteredContacts or []:
        found.append({"role": role(each.Role), "name": each.ContactName or "", "email": each.Email or "", "reference": ""})
    return found


def role(text: str | None) -> int:
    return codes.value(codes.ROLE, text, "Role").recno if text else 1


def create(archive: Archive, wanted: p.Case) -> dict[str, Any]:
    """CreateCase. KLE and facet are mandatory and fixed from then on."""
    title = checked_title(wanted.Title, required=True)
    status = codes.value(codes.CASE_STATUS, wanted.Status, "Status").recno if wanted.Status else codes.RESERVED
    identity = wanted.ExternalId.model_dump() if wanted.ExternalId else None
    if identity and any(case["external"] == identity for case in archive.table("case").values()):
        raise Refusal(f"ExternalId already exists: {wanted.ExternalId.Id[:80] if wanted.ExternalId else ''}")
    today = now(archive.simulation)
    default = archive.caller.person.number if archive.caller.person else SERVICE_USER
    row = {
        "title": title,
        "unofficial": checked_title(wanted.UnofficialTitle, required=False) or title,
        "status": status,
        "archive_codes": class_codes(wanted.ArchiveCodes),
        "responsible": responsible(wanted, default),
        "access_code": 1,
        "access_group": "Alle",
        "readers": None,
        "writers": None,
        "external": identity,
        "contacts": parties(wanted) or [],
        "notes": wanted.Notes or "",
        "created": today.isoformat(),
        "indexed_at": archive.simulation.now().isoformat(),
        "closed": "",
        "documents": 0,
        **access(wanted, archive),
    }
    recno = archive.recno("case")
    number = f"{today.year}-{archive.simulation.store.count(f'edoc.number.{today.year}', first=NUMBERED):07d}"
    archive.changed("case", {"recno": recno, "number": number, **row})
    return {"Recno": recno, "CaseNumber": number}


def class_codes(wanted: list[p.ArchiveCode] | None) -> list[Row]:
    """KLE number and facet of a new case. Refuses missing, unknown and dead ones."""
    found: list[Row] = []
    for place, each in enumerate(wanted or [], 1):
        kind = each.ArchiveType.strip()
        rows = {"kle": codes.KLE, "facet": codes.FACET}.get(kind.lower())
        if rows is None:
            raise Refusal(f"ArchiveCodes: archive type '{kind[:40]}' not found")
        row = codes.subject(rows, each.ArchiveCode, kind)
        found.append({"ArchiveCode": row.code, "ArchiveType": kind, "Sort": each.Sort or place, "IsManualText": each.IsManualText})
    for kind, name in (("kle", "class code"), ("facet", "facet")):
        if not any(row["ArchiveType"].lower() == kind for row in found):
            raise Refusal(f"ArchiveCodes: {name} is mandatory")
    return found


def update(archive: Archive, wanted: p.Case) -> dict[str, Any]:
    """UpdateCase. Class codes are silently left as they are; a closed case is an archivist's."""
    case = archive.case(wanted.CaseNumber or None, wanted.Recno)
    changed = dict(case)
    if not (case["status"] in codes.LOCKED_CASES and archive.caller.login.lower() in ARCHIVISTS and archive.readable(case)):
        archive.to_change(case)
    if wanted.Title is not None:
        changed["title"] = checked_title(wanted.Title, required=True)
    if wanted.UnofficialTitle is not None:
        changed["unofficial"] = checked_title(wanted.UnofficialTitle, required=False)
    if wanted.Notes is not None:
        changed["notes"] = wanted.Notes
    if wanted.Status:
        status = codes.value(codes.CASE_STATUS, wanted.Status, "Status").recno
        if status in codes.LOCKED_CASES and not case["archive_codes"]:
            raise Refusal("ArchiveCodes: class code is mandatory when a case is closed")
        changed |= {"status": status, "closed": now(archive.simulation).isoformat() if status in codes.LOCKED_CASES else ""}
    changed["responsible"] = responsible(wanted, case["responsible"])
    changed |= access(wanted, archive)
    contacts = parties(wanted)
    changed["contacts"] = case["contacts"] if contacts is None else contacts
    archive.changed("case", changed)
    return {"Recno": case["recno"], "CaseNumber": case["number"]}


def get(archive: Archive, wanted: p.Cases) -> dict[str, Any]:
    """GetCases: what fits every given field, at most 100 without a hint that there are more."""
    most = MOST if wanted.MaxReturnedCases is None else max(0, min(wanted.MaxReturnedCases, 1000))
    found = [case for case in archive.cases() if fits(archive, case, wanted)][:most]
    return {"Cases": [shown(archive, case) for case in found], "TotalPageCount": 1 if found else 0, "TotalCount": len(found)}


def fits(archive: Archive, case: Row, wanted: p.Cases) -> bool:
    """Whether a case is what was asked for."""
    return (
        wanted.CaseNumber in {None, "", case["number"]}
        and wanted.Recno in {None, case["recno"]}
        and (wanted.ExternalId is None or case["external"] == wanted.ExternalId.model_dump())
        and (not wanted.Title or (indexed(archive, case) and like(wanted.Title, case["title"])))
        and (not wanted.ArchiveCode or any(row["ArchiveCode"] == wanted.ArchiveCode for row in case["archive_codes"]))
        and (not wanted.ContactReferenceNumber or any(row["reference"] == wanted.ContactReferenceNumber for row in case["contacts"]))
    )


def indexed(archive: Archive, case: Row) -> bool:
    """Whether title searches see the case already (`edoc_index_seconds` after it was created; by number it is there at once)."""
    lag = knob(archive.simulation, "edoc_index_seconds", 0)
    return not lag or (archive.simulation.now() - datetime.fromisoformat(case["indexed_at"])).total_seconds() >= lag


def shown(archive: Archive, case: Row) -> dict[str, Any]:
    """A case as GetCases gives it."""
    status = codes.named(codes.CASE_STATUS, case["status"])
    group = case["access_group"]
    return {
        "Recno": case["recno"],
        "CaseNumber": case["number"],
        "ExternalId": case["external"],
        "Title": case["title"],
        "UnofficialTitle": case["unofficial"],
        "Date": case["created"][:10],
        "Status": status.text,
        "StatusCode": status.code,
        "AccessCodeCode": codes.named(codes.ACCESS_CODE, case["access_code"]).code,
        "AccessGroup": group,
        "ArchiveCodes": [{**row, "ArchiveCodeTitle": class_title(row)} for row in case["archive_codes"]],
        "ResponsiblePerson": employee(numbered(case["responsible"])),
        "ResponsibleEnterprise": {"Name": numbered(case["responsible"]).department},
        "Contacts": [contact(row) for row in case["contacts"]],
        "Documents": [brief(archive, one) for one in archive.documents(case)],
        "Notes": case["notes"],
        "CreatedDate": case["created"],
        "ClosedDate": case["closed"] or None,
        "LastChangedDate": case["changed"],
        "URL": link(archive, "Case/Details/Simplified/2", case["recno"]),
    }


def brief(archive: Archive, document: Row) -> dict[str, Any]:
    """A document as it stands inside a case."""
    return {
        "DocumentNumber": document["number"],
        "DocumentTitle": document["title"],
        "Recno": document["recno"],
        "Files": [{"Recno": one["recno"], "Title": one["title"], "Format": one["format"]} for one in archive.files(document)],
    }


def class_title(row: Row) -> str:
    return next((one.text for one in (*codes.KLE, *codes.FACET) if one.code == row["ArchiveCode"]), "")


def employee(one: Person) -> dict[str, Any]:
    """A colleague as eDoc shows one."""
    return {"Recno": PERSON + one.number, "Name": one.name, "Email": one.email, "UserId": one.login}


def contact(row: Row) -> dict[str, Any]:
    return {
        "Role": codes.named(codes.ROLE, row["role"]).text,
        "RoleRecno": row["role"],
        "ContactName": row["name"],
        "SearchName": row["name"],
        "Email": row["email"],
        "ReferenceNumber": row["reference"],
    }


def link(archive: Archive, page: str, recno: int) -> str:
    """The address of a page for people, on the host that was asked."""
    return f"{archive.caller.host}/edoc/locator/DMS/{page}?recno={recno}"


def caller_known(login: str) -> Person:
    r"""The person whom ADContextUser names: domain\user. Refuses others."""
    text = login.strip().lower()
    found = BY_LOGIN.get(text) or BY_LOGIN.get(text.replace(f"{DOMAIN}\\", "kk\\"))
    if found is None:
        raise Refusal(f"User is not allowed to impersonate '{login[:60]}'")
    return found
