"""DocumentService: CreateDocument (one transaction), UpdateDocument, GetDocuments, SignOffDocument, DispatchDocuments."""

import base64
from datetime import datetime
from typing import Any

from simulators.edoc import cases, codes
from simulators.edoc import parameters as p
from simulators.edoc.archive import Archive, like
from simulators.edoc.uploads import Content, contents
from simulators.edoc.wire import Refusal, moment, now
from simulators.store import Document as Row
from simulators.world import person as numbered

KINDS = {"I": "Indgående", "U": "Udgående", "N": "Internt"}


def create(archive: Archive, wanted: p.Document) -> dict[str, Any]:
    """CreateDocument: everything is checked before anything is kept."""
    if not wanted.CaseNumber:
        raise Refusal("CaseNumber: value is mandatory")
    case = archive.to_change(archive.case(wanted.CaseNumber, None))
    title = cases.checked_title(wanted.Title, required=True)
    category = codes.value(codes.CATEGORY, wanted.Category, "Category").recno if wanted.Category else 113
    row = {
        "case": case["recno"],
        "title": title,
        "unofficial": cases.checked_title(wanted.UnofficialTitle, required=False) or title,
        "category": category,
        "archive": codes.value(codes.ARCHIVE, wanted.Archive, "Archive").recno if wanted.Archive else 2,
        "responsible": cases.responsible(wanted, archive.caller.person.number if archive.caller.person else case["responsible"]),
        "access_code": case["access_code"],
        "senders_reference": wanted.SendersReference or "",
        "contacts": cases.parties(wanted) or [],
        "remarks": remarks(wanted),
        "signed_off": "",
        "journalised_at": "",
        "converted": False,
        "registered_by": archive.caller.name,
        **dates(archive, wanted, {}),
        **code_of(archive, wanted),
    }
    files = contents(archive, wanted.Files)
    status = codes.value(codes.DOCUMENT_STATUS, wanted.Status, "Status").recno if wanted.Status else 1
    place = case["documents"] + 1
    recno, number = archive.recno("document"), f"{case['number']}-{place}"
    row |= with_status(archive, row, status)
    archive.changed("document", {"recno": recno, "number": number, **row, "files": stored(archive, files, recno, first=True)})
    archive.changed("case", {**case, "documents": place})
    return {"Recno": recno, "DocumentNumber": number}


def update(archive: Archive, wanted: p.Document) -> dict[str, Any]:
    """UpdateDocument: fields and more files; files that are there stay as they are."""
    document = archive.unlocked(archive.document(wanted.DocumentNumber or None, wanted.Recno))
    changed = dict(document)
    if wanted.Title is not None:
        changed["title"] = cases.checked_title(wanted.Title, required=True)
    if wanted.UnofficialTitle is not None:
        changed["unofficial"] = cases.checked_title(wanted.UnofficialTitle, required=False)
    if wanted.SendersReference is not None:
        changed["senders_reference"] = wanted.SendersReference
    if wanted.Category:
        changed["category"] = codes.value(codes.CATEGORY, wanted.Category, "Category").recno
    if wanted.Remarks:
        changed["remarks"] = [*document["remarks"], *remarks(wanted)]
    contacts = cases.parties(wanted)
    changed["contacts"] = document["contacts"] if contacts is None else contacts
    changed["responsible"] = cases.responsible(wanted, document["responsible"])
    changed |= code_of(archive, wanted) | dates(archive, wanted, document)
    files = contents(archive, wanted.Files)
    if wanted.Status:
        changed |= with_status(archive, changed, codes.value(codes.DOCUMENT_STATUS, wanted.Status, "Status").recno)
    changed["files"] = [*document["files"], *stored(archive, files, document["recno"], first=not document["files"])]
    archive.changed("document", changed)
    return {"Recno": document["recno"], "DocumentNumber": document["number"]}


def dates(archive: Archive, wanted: p.Document, before: Row) -> Row:
    """Document date ≤ dispatched date ≤ journal date, local times. Refuses others."""
    today = now(archive.simulation).isoformat()
    document = given(wanted.DocumentDate, "DocumentDate") or before.get("document_date", today)
    dispatched = given(wanted.DispatchedDate, "DispatchedDate") or before.get("dispatched", "")
    journal = given(wanted.JournalDate, "JournalDate") or before.get("journal_date", "")
    if document > (journal or today):
        raise Refusal("DocumentDate must be before JournalDate")
    if dispatched > (journal or today):
        raise Refusal("DispatchedDate must be before JournalDate")
    if dispatched and document > dispatched:
        raise Refusal("DocumentDate must be before DispatchedDate")
    return {"document_date": document, "dispatched": dispatched, "journal_date": journal}


def given(text: str | None, field: str) -> str:
    """A date of the caller's as it is kept; empty for none."""
    return moment(text, field).isoformat() if text else ""


def code_of(archive: Archive, wanted: p.Document) -> Row:
    """The access code of a document; its access group is its case's, and only checked."""
    return {name: value for name, value in cases.access(wanted, archive).items() if name == "access_code"}


def with_status(archive: Archive, document: Row, status: int) -> Row:
    """What a new state sets: journalising sets the journal date and starts the conversion."""
    found: Row = {"status": status}
    if status in {codes.JOURNALISED, codes.COMPLETED} and not document["journalised_at"]:
        found |= {
            "journalised_at": archive.simulation.now().isoformat(),
            "journal_date": document["journal_date"] or now(archive.simulation).isoformat(),
        }
    return found


def remarks(wanted: p.Document) -> list[Row]:
    return [{"Title": one.Title, "Content": one.Content, "TypeCode": one.RemarkType or "recno:1"} for one in wanted.Remarks or []]


def stored(archive: Archive, files: list[Content], document: int, *, first: bool) -> list[int]:
    """Keep the files; the first of a document is the main file (relation 1), the others are attachments (2)."""
    recnos = []
    for place, each in enumerate(files):
        recno = archive.recno("file")
        row = {"recno": recno, "document": document, "relation": 1 if first and place == 0 else 2, "checked_out": ""}
        archive.table("file")[str(recno)] = {**row, **each.row(archive.simulation.store)}
        recnos.append(recno)
    return recnos


def get(archive: Archive, wanted: p.Documents) -> dict[str, Any]:
    """GetDocuments: what fits every given field, at most 100 without a hint that there are more."""
    most = cases.MOST if wanted.MaxReturnedDocuments is None else max(0, min(wanted.MaxReturnedDocuments, 1000))
    case = next((one for one in archive.cases() if one["number"] == wanted.CaseNumber), None) if wanted.CaseNumber else None
    if wanted.CaseNumber and case is None:
        return {"Documents": [], "TotalPageCount": 0, "TotalCount": 0}
    found = [one for one in archive.documents(case) if fits(one, wanted)][:most]
    rows = [shown(archive, one, wanted) for one in found]
    return {"Documents": rows, "TotalPageCount": 1 if rows else 0, "TotalCount": len(rows)}


def fits(document: Row, wanted: p.Documents) -> bool:
    return (
        wanted.Recno in {None, document["recno"]}
        and wanted.DocumentNumber in {None, "", document["number"]}
        and (not wanted.Title or like(wanted.Title, document["title"]))
    )


def shown(archive: Archive, document: Row, wanted: p.Documents) -> dict[str, Any]:
    """A document as GetDocuments gives it."""
    category, status = codes.named(codes.CATEGORY, document["category"]), codes.named(codes.DOCUMENT_STATUS, document["status"])
    kind = direction(document)
    found = {
        "Recno": document["recno"],
        "DocumentNumber": document["number"],
        "CaseNumber": document["number"].rpartition("-")[0],
        "Title": document["title"],
        "UnofficialTitle": document["unofficial"],
        "DocumentDate": document["document_date"],
        "DispatchedDate": document["dispatched"] or None,
        "JournalDate": document["journal_date"] or None,
        "Category": {"Recno": category.recno, "Code": category.code, "Description": category.text},
        "Type": {"Code": kind, "Description": KINDS[kind]},
        "StatusCode": status.code,
        "StatusDescription": status.text,
        "AccessCodeCode": codes.named(codes.ACCESS_CODE, document["access_code"]).code,
        "ResponsiblePerson": cases.employee(numbered(document["responsible"])),
        "SendersReference": document["senders_reference"],
        "Contacts": [cases.contact(row) for row in document["contacts"]],
        "Files": [file(archive, one, bool(wanted.IncludeFileData)) for one in archive.files(document)],
        "URL": cases.link(archive, "Document/Details/Simplified/61000", document["recno"]),
    }
    return found | ({"Remarks": document["remarks"]} if wanted.IncludeRemarks else {})


def direction(document: Row) -> str:
    """I for incoming, U for outgoing, N for internal."""
    if document["category"] in codes.INCOMING:
        return "I"
    return "U" if document["category"] in {111, 115, 60006} else "N"


def file(archive: Archive, row: Row, with_data: bool) -> dict[str, Any]:
    """A file as it is shown, with its bytes where they are asked for."""
    found = {
        "Recno": row["recno"],
        "Title": row["title"],
        "Format": row["format"],
        "Note": row["note"],
        "VersionFormat": row["version"],
        "RelationTypeRecno": row["relation"],
        "CheckedOutBy": row["checked_out"] or None,
        "URL": cases.link(archive, "File/Content", row["recno"]),
    }
    return found | ({"Base64Data": base64.b64encode(archive.simulation.store.bytes(row["blob"])).decode()} if with_data else {})


def named(wanted: p.Dispatch) -> list[tuple[str | None, int | None]]:
    """The documents of a SignOffDocument or DispatchDocuments."""
    numbers: list[str] = [text for text in (wanted.DocumentNumber, wanted.Document, *(wanted.Documents or [])) if text]
    found: list[tuple[str | None, int | None]] = [(number, None) for number in numbers]
    found += [(None, wanted.Recno)] if wanted.Recno is not None else []
    if not found:
        raise Refusal("Document: value is mandatory")
    return found


def sign_off(archive: Archive, wanted: p.Dispatch) -> dict[str, Any]:
    """SignOffDocument: an incoming document is dealt with."""
    found = [archive.unlocked(archive.document(*one)) for one in named(wanted)]
    for document in found:
        if document["category"] not in codes.INCOMING or not document["journalised_at"]:
            raise Refusal(f"Document {document['number']} is not an incoming, officially recorded document")
    for document in found:
        text = f"{wanted.ResponseCode or 'TE'} {now(archive.simulation).isoformat()} {archive.caller.login}"
        archive.changed("document", {**document, "signed_off": text})
    return {"Recno": found[0]["recno"], "DocumentNumber": found[0]["number"]}


def dispatch(archive: Archive, wanted: p.Dispatch) -> dict[str, Any]:
    """DispatchDocuments: outgoing documents get their dispatch date."""
    found = [archive.unlocked(archive.document(*one)) for one in named(wanted)]
    for document in found:
        if direction(document) != "U":
            raise Refusal(f"Document {document['number']} is not an outgoing document")
    for document in found:
        sent = datetime.fromisoformat(document["document_date"])
        today = max(now(archive.simulation), sent).isoformat()
        archive.changed("document", {**document, "status": codes.DISPATCHED, "dispatched": today})
    return {"Documents": [document["number"] for document in found]}
