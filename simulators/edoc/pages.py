r"""Pages for people: a case with its documents, a document with its files, a file. Links in chat point here.

A page of a restricted case is shown to somebody who may read it: `&user=kk\mfri` says who is looking. The real one signs people in.
"""

from collections.abc import Sequence
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
STYLE = """
*{box-sizing:border-box}
body{margin:0;font:15px/1.5 "Segoe UI",system-ui,sans-serif;color:#1b1b1b;background:#f3f5f6;overflow-wrap:anywhere}
header{padding:.6rem 1.5rem;background:#00405c;color:#fff;font-weight:600}
main{max-width:64rem;margin:1.25rem auto;padding:0 1rem}
section{margin:0 0 1rem;padding:1rem 1.25rem;background:#fff;border:1px solid #c9d1d5;border-radius:4px;overflow-x:auto}
h1{margin:.1rem 0 0;font-size:1.4rem}h2{margin:0 0 .6rem;font-size:1.05rem}p{margin:0}
.kind{color:#50606a}.state{display:inline-block;margin-top:.5rem;padding:.1rem .6rem;border-radius:1rem;background:#e2eef3;color:#00405c;font-weight:600}
dl{display:grid;grid-template-columns:fit-content(12rem) 1fr;gap:.35rem 1.5rem;margin:0}dt{color:#50606a}dd{margin:0}
table{border-collapse:collapse;width:100%;overflow-wrap:break-word}th,td{text-align:left;padding:.4rem .8rem .4rem 0;border-bottom:1px solid #dde2e5;vertical-align:top}
tr:last-child td{border-bottom:0}th{color:#50606a;font-weight:600}summary{cursor:pointer;font-weight:600}details p{margin-top:.5rem}
td:first-child{min-width:9rem}td:nth-child(n+3){white-space:nowrap}nav{margin-bottom:.75rem}a{color:#00529b}
"""


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
        f"<title>{escape(title)} - eDoc</title><style>{STYLE}</style></head><body><header>eDoc (simuleret)</header><main>{inner}</main></body></html>"
    )
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff"}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def absent() -> web.Response:
    said = "<p>Sagen eller dokumentet findes ikke, eller du har ikke adgang til det.</p>"
    return answered("Findes ikke", f"<section><h1>Findes ikke</h1>{said}</section>", 404)


def heading(kind: str, number: str, title: str, state: str) -> str:
    """What it is, its number, title and state; escaped."""
    top = f'<p class="kind">{escape(kind)} {escape(number)}</p><h1>{escape(title)}</h1><p class="state">{escape(state)}</p>'
    return f"<section>{top}</section>"


def rows(pairs: list[tuple[str, str]]) -> str:
    """Names and texts, escaped; a line of a text a line."""
    lines = (f"<dt>{escape(name)}</dt><dd>{'<br>'.join(map(escape, text.splitlines()))}</dd>" for name, text in pairs if text)
    return f"<section><h2>Oplysninger</h2><dl>{''.join(lines)}</dl></section>"


def listed(title: str, heads: tuple[str, ...], lines: Sequence[tuple[str, ...]], none: str) -> str:
    """A table whose cells are HTML already; `none` is said of an empty one."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if lines else f"<p>{none}</p>"
    return f"<section><h2>{title}</h2>{table}</section>"


def parties(contacts: list[Row]) -> list[tuple[str, str]]:
    """The parties of each role, one a line; an address that is also the name is said once."""
    found: dict[str, list[str]] = {}
    for row in contacts:
        both = dict.fromkeys(text for text in (row["name"], row["email"]) if text)
        found.setdefault(danish(codes.ROLE, row["role"]), []).append(", ".join(both))
    return [(role, "\n".join(dict.fromkeys(people))) for role, people in found.items()]


def remarks(document: Row) -> str:
    """Folded away: what programs note for themselves stands there too."""
    notes = "".join(f"<p><strong>{escape(one['Title'])}</strong><br>{escape(one['Content'])}</p>" for one in document["remarks"])
    return f"<section><details><summary>Bemærkninger ({len(document['remarks'])})</summary>{notes}</details></section>" if notes else ""


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
        ("KLE og facet", class_codes),
        ("Sagsansvarlig", numbered(case["responsible"]).name),
        ("Afdeling", numbered(case["responsible"]).department),
        ("Adgang", case["access_group"]),
        *parties(case["contacts"]),
        ("Oprettet", day(case["created"])),
        ("Notat", case["notes"]),
    ]
    heads = ("Nummer", "Titel", "Art", "Dato", "Status", "Filer")
    documents_ = [line(archive, one) for one in archive.documents(case)]
    table = listed("Dokumenter", heads, documents_, "Der er ingen dokumenter på sagen.")
    state = danish(codes.CASE_STATUS, case["status"])
    return answered(case["number"], heading("Sag", case["number"], case["title"], state) + rows(facts) + table)


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
        ("Kategori", danish(codes.CATEGORY, document["category"])),
        ("Brevdato", day(document["document_date"])),
        ("Journaldato", day(document["journal_date"])),
        ("Ansvarlig", numbered(document["responsible"]).name),
        ("Registreret af", document["registered_by"]),
        *parties(document["contacts"]),
    ]
    files = [
        (
            anchor(archive, "File/Content", one["recno"], f"{one['title']}.{one['format']}"),
            f"{'Hoveddokument' if one['relation'] == 1 else 'Bilag'}{', arkivformat' if one['version'] == 'A' else ''}",
            size(one["size"]),
        )
        for one in archive.files(document)
    ]
    back = f"<nav>{anchor(archive, 'Case/Details/Simplified/2', case['recno'], case['number'] + ' ' + case['title'])}</nav>"
    top = heading("Dokument", document["number"], document["title"], danish(codes.DOCUMENT_STATUS, document["status"]))
    table = listed("Filer", ("Fil", "Rolle", "Størrelse"), files, "Dokumentet har ingen filer.")
    return answered(document["number"], back + top + rows(facts) + table + remarks(document))


def size(count: int) -> str:
    """So many bytes, as people read it: 5,2 KB."""
    return f"{count} byte" if count < 1024 else f"{count / 1024:.1f} KB".replace(".", ",")


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
