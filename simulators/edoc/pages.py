r"""Pages for people: a case with its documents, a document with its files, a file. Links in chat point here.

A page of a restricted case is shown to somebody who may read it: `&user=kk\mfri` says who is looking. The real one signs people in.
"""

from html import escape
from urllib.parse import quote

from aiohttp import web

from simulators.edoc import cases, codes, documents
from simulators.edoc.archive import Archive
from simulators.edoc.wire import Caller, Refusal
from simulators.simulation import Simulation
from simulators.store import Document as Row
from simulators.world import BY_LOGIN
from simulators.world import person as numbered

DANISH = {  # what people read for the product's descriptions
    "Reserved": "Reserveret",
    "In process": "Under behandling",
    "Closed": "Afsluttet",
    "No follow-up": "Ingen opfølgning",
    "Cancelled": "Annulleret",
    "Closed by caseworker": "Afsluttet af sagsbehandler",
    "Dispatched": "Ekspederet",
    "Officially recorded": "Journaliseret",
    "Registration completed": "Registrering afsluttet",
    "Document in": "Indgående",
    "Document out": "Udgående",
    "Minutes": "Referat",
    "Internal memo with follow-up": "Internt notat",
    "E-mail in": "E-mail ind",
    "E-mail out": "E-mail ud",
    "Contract": "Kontrakt",
    "Decision": "Afgørelse",
    "Contact": "Kontakt",
    "Sender": "Afsender",
    "Recipient": "Modtager",
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "h1{font-size:1.5rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #767676}td{overflow-wrap:anywhere}"
    "a{color:#00529b}"
)


def danish(rows: tuple[codes.Row, ...], recno: int) -> str:
    """The Danish word for a code value; a rare one has the product's."""
    text = codes.named(rows, recno).text
    return DANISH.get(text, text)


def archive_of(simulation: Simulation, request: web.Request) -> tuple[Archive, int]:
    """The records as the one who looks may see them, and the recno in the address (0 for none)."""
    text = request.query.get("recno", "")
    viewer = BY_LOGIN.get(request.query.get("user", "").lower())
    host = f"{request.scheme}://{request.host}"
    return Archive(simulation, Caller(viewer, host)), int(text) if text.isdecimal() and text.isascii() and len(text) < 12 else 0


def answered(title: str, inner: str, status: int = 200) -> web.Response:
    text = (
        f'<!DOCTYPE html><html lang="da"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)} - eDoc</title><style>{STYLE}</style></head><body><main>{inner}</main></body></html>"
    )
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff"}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def absent() -> web.Response:
    return answered("Findes ikke", "<h1>Findes ikke</h1><p>Sagen eller dokumentet findes ikke, eller du har ikke adgang til det.</p>", 404)


def rows(pairs: list[tuple[str, str]]) -> str:
    """A table of names and texts, escaped."""
    lines = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>' for name, text in pairs if text)
    return f"<table>{lines}</table>"


def listed(heads: tuple[str, ...], lines: list[tuple[str, ...]]) -> str:
    """A table whose cells are HTML already."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def anchor(archive: Archive, page: str, recno: int, text: str) -> str:
    """A link to another page, for the same viewer."""
    user = f"&user={quote(archive.caller.login)}" if archive.caller.person else ""
    return f'<a href="{escape(cases.link(archive, page, recno) + user)}">{escape(text)}</a>'


async def case_page(simulation: Simulation, request: web.Request) -> web.Response:
    """GET /locator/DMS/Case/Details/Simplified/2?recno=…"""
    archive, recno = archive_of(simulation, request)
    try:
        case = archive.case(None, recno)
    except Refusal:
        return absent()
    class_codes = ", ".join(f"{row['ArchiveCode']} {cases.class_title(row)}" for row in case["archive_codes"])
    facts = [
        ("Status", danish(codes.CASE_STATUS, case["status"])),
        ("KLE og facet", class_codes),
        ("Sagsansvarlig", numbered(case["responsible"]).name),
        ("Afdeling", numbered(case["responsible"]).department),
        ("Adgang", case["access_group"]),
        ("Parter", ", ".join(row["name"] for row in case["contacts"])),
        ("Oprettet", day(case["created"])),
        ("Notat", case["notes"]),
    ]
    lines = [line(archive, one) for one in archive.documents(case)]
    table = listed(("Nummer", "Titel", "Art", "Dato", "Status", "Filer"), lines) if lines else "<p>Der er ingen dokumenter på sagen.</p>"
    return answered(
        case["number"], f"<p>{escape(case['number'])}</p><h1>{escape(case['title'])}</h1>{rows(facts)}<h2>Dokumenter</h2>{table}"
    )


def line(archive: Archive, document: Row) -> tuple[str, ...]:
    """A document in the table of a case."""
    return (
        anchor(archive, "Document/Details/Simplified/61000", document["recno"], document["number"]),
        escape(document["title"]),
        escape(documents.KINDS[documents.direction(document)]),
        day(document["document_date"]),
        escape(danish(codes.DOCUMENT_STATUS, document["status"])),
        str(len(document["files"])),
    )


async def document_page(simulation: Simulation, request: web.Request) -> web.Response:
    """GET /locator/DMS/Document/Details/Simplified/61000?recno=…"""
    archive, recno = archive_of(simulation, request)
    try:
        document = archive.document(None, recno)
    except Refusal:
        return absent()
    case = archive.table("case")[str(document["case"])]
    facts = [
        ("Status", danish(codes.DOCUMENT_STATUS, document["status"])),
        ("Kategori", danish(codes.CATEGORY, document["category"])),
        ("Brevdato", day(document["document_date"])),
        ("Journaldato", day(document["journal_date"])),
        ("Ansvarlig", numbered(document["responsible"]).name),
        ("Registreret af", document["registered_by"]),
        *((danish(codes.ROLE, row["role"]), f"{row['name']} {row['email']}".strip()) for row in document["contacts"]),
        *((f"Bemærkning: {row['Title']}", row["Content"]) for row in document["remarks"]),
    ]
    lines: list[tuple[str, ...]] = [
        (
            anchor(archive, "File/Content", one["recno"], f"{one['title']}.{one['format']}"),
            "Hoveddokument" if one["relation"] == 1 else "Bilag",
            f"{one['size']} byte",
        )
        for one in archive.files(document)
    ]
    back = anchor(archive, "Case/Details/Simplified/2", case["recno"], f"{case['number']} {case['title']}")
    inner = f"<p>{back}</p><h1>{escape(document['title'])}</h1>{rows(facts)}<h2>Filer</h2>{listed(('Fil', 'Rolle', 'Størrelse'), lines)}"
    return answered(document["number"], f"<p>{escape(document['number'])}</p>{inner}")


async def file_content(simulation: Simulation, request: web.Request) -> web.Response:
    """GET /locator/DMS/File/Content?recno=…: a download."""
    archive, recno = archive_of(simulation, request)
    try:
        row = archive.file(recno)
    except Refusal:
        return absent()
    name = quote(f"{row['title']}.{row['format']}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=simulation.store.bytes(row["blob"]), content_type="application/octet-stream", headers=headers)


def day(text: str) -> str:
    """23.11.2026 from an ISO time; empty for none."""
    return f"{text[8:10]}.{text[5:7]}.{text[:4]}" if text else ""
