"""Pages for people: what a link to a record opens. No sign-in; everything is escaped, and no script can run."""

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import quote, urlsplit

from aiohttp import web
from yarl import URL

from simulators.servicenow.calls import PREFIX
from simulators.servicenow.columns import TABLES
from simulators.servicenow.conditions import Context
from simulators.servicenow.query import parse
from simulators.servicenow.records import Records, Row, class_of
from simulators.servicenow.sessions import ZONES, Session
from simulators.servicenow.wire import Wire
from simulators.simulation import Simulation

PORTAL = {  # a page of the portal → what it shows, by which parameter
    "sc_cat_item": ("sc_cat_item", "sys_id"),
    "kb_article_view": ("kb_knowledge", "sys_kb_id"),
}
RECORD = re.compile(r"/?(\w+)\.do")
SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
HEAD = """<!doctype html><html lang="da"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>
body{{font:15px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f6;color:#22262a}}
header{{background:#293e40;color:#fff;padding:12px 24px}} header a{{color:#fff}}
main{{max-width:960px;margin:24px auto;background:#fff;padding:8px 24px 24px;border:1px solid #dfe2e5;border-radius:6px}}
h1{{font-size:22px}} h2{{font-size:16px;margin-top:28px}} dl{{display:grid;grid-template-columns:220px 1fr;gap:6px 16px;margin:0}}
dt{{color:#5a6872}} dd{{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}}
article{{border-left:3px solid #81b5a1;padding:2px 12px;margin:12px 0;white-space:pre-wrap;overflow-wrap:anywhere}}
article.note{{border-color:#d9b44a}} small{{color:#5a6872}} table{{border-collapse:collapse;width:100%}} td,th{{text-align:left;padding:4px 8px}}
</style></head><body><header><a href="{home}">ServiceNow (simuleret)</a></header><main>"""
LISTED = ("incident", "sc_req_item", "sysapproval_approver", "kb_knowledge")
EARLY = {"number", "short_description", "description", "state", "priority", "caller_id", "requested_for", "assignment_group", "assigned_to"}
SKIPPED = {
    "sys_id",
    "sys_domain",
    "sys_domain_path",
    "sys_tags",
    "sys_mod_count",
    "user_password",
    "task_effective_number",
    "incident_state",
}


def routes(simulation: Simulation) -> list[web.RouteDef]:
    """The addresses of this file."""

    async def record(request: web.Request) -> web.Response:
        return opened(Records(simulation), request.match_info["table"], request.query)

    async def nav_to(request: web.Request) -> web.Response:
        parts = urlsplit(request.query.get("uri", ""))
        found = RECORD.fullmatch(parts.path)
        return opened(Records(simulation), found[1] if found else "", URL.build(query_string=parts.query).query)

    async def file(request: web.Request) -> web.Response:
        return download(Records(simulation), request.query.get("sys_id", ""))

    async def portal(request: web.Request) -> web.Response:
        table, name = PORTAL.get(request.query.get("id", ""), (request.query.get("table", ""), "sys_id"))
        return opened(Records(simulation), table, {"sys_id": request.query.get(name, "")})

    async def home(request: web.Request) -> web.Response:
        del request
        return overview(Records(simulation))

    return [
        web.get("/", home),
        web.get("/nav_to.do", nav_to),
        web.get("/sp", portal),
        web.get("/sys_attachment.do", file),
        web.get(r"/{table:\w+}.do", record),
    ]


def wire(records: Records) -> Wire:
    """Everything, as a Dane sees it."""
    session = Session("", "", "", frozenset({"admin"}), frozenset(), ZONES["Europe/Copenhagen"], "da", "%d-%m-%Y %H:%M:%S")
    return Wire(records, session, "", "true", links=False)


def html(title: str, body: str, status: int = 200) -> web.Response:
    """A page. `body` is HTML."""
    text = HEAD.format(title=escape(title), home=f"{PREFIX}/") + body + "</main></body></html>"
    return web.Response(text=text, status=status, content_type="text/html", headers=SAFE)


def link(table: str, sys_id: str, text: str) -> str:
    return f'<a href="{PREFIX}/{quote(table)}.do?sys_id={quote(sys_id)}">{escape(text)}</a>'


def opened(records: Records, table: str, query: Mapping[str, str]) -> web.Response:
    """The page of a record, by sys_id or by a query that finds it."""
    if table not in TABLES:
        return missing()
    row = records.find(table, query.get("sys_id", ""))
    if row is None and query.get("sysparm_query"):
        found = parse(Context(records, wire(records).session, table), query["sysparm_query"])
        row = next((one for one in records.rows(table) if not found.dropped and found.holds(one)), None)
    return page(records, table, row) if row else missing()


def overview(records: Records) -> web.Response:
    """The newest records of a few tables."""
    shown = wire(records)
    parts = ["<h1>Seneste poster</h1>"]
    for table in LISTED:
        rows = sorted(records.rows(table), key=lambda row: row["sys_updated_on"], reverse=True)[:15]
        lines = "".join(f"<tr><td>{link(table, row['sys_id'], title(shown, table, row))}</td></tr>" for row in rows)
        parts.append(f"<h2>{escape(TABLES[table].label)}</h2><table>{lines}</table>")
    return html("ServiceNow", "".join(parts))


def title(shown: Wire, table: str, row: Row) -> str:
    """What a record is called: its number or name, and its subject."""
    kind = TABLES[class_of(table, row)]
    name = shown.display(kind.name, kind.columns[kind.display], row)
    if kind.name == "sysapproval_approver":
        name = " · ".join(shown.display(kind.name, kind.columns[one], row) for one in ("sysapproval", "approver", "state"))
    return " ".join(part for part in (name, str(row.get("short_description", ""))) if part)


def page(records: Records, table: str, row: Row) -> web.Response:
    """A record with its columns, answers, journal and attachments."""
    shown, kind = wire(records), TABLES[class_of(table, row)]
    heading = title(shown, table, row)
    body = [f"<h1>{escape(heading)}</h1><small>{escape(kind.label)}</small><h2>Oplysninger</h2><dl>"]
    for column in sorted(kind.columns.values(), key=lambda column: column.name not in EARLY):
        idle = column.kind == "journal" or column.name in SKIPPED or (row.get(column.name) == column.default and column.name not in EARLY)
        if not idle and (text := shown.display(kind.name, column, row)):
            value = link(column.reference, row[column.name], text) if column.kind == "ref" else escape(plain(column.kind, text))
            body.append(f"<dt>{escape(column.label)}</dt><dd>{value}</dd>")
    body += ["</dl>", answers(records, row), entries(records, shown, row), files(records, row)]
    return html(heading, "".join(body))


def plain(kind: str, text: str) -> str:
    """Booleans in Danish; HTML as text."""
    if kind == "bool":
        return "Ja" if text == "true" else "Nej"
    return re.sub(r"<[^>]+>", "", text) if kind == "html" else text


def section(heading: str, inner: str) -> str:
    return f"<h2>{heading}</h2>{inner}" if inner else ""


def answers(records: Records, row: Row) -> str:
    """What was answered when an item was ordered."""
    lines = []
    for link_row in records.where("sc_item_option_mtom", request_item=row["sys_id"]):
        option = records.find("sc_item_option", link_row["sc_item_option"]) or {}
        asked = records.find("item_option_new", option.get("item_option_new", "")) or {}
        if option.get("value") and asked.get("hidden") != "true":
            value = (records.display(asked["reference"], option["value"]) if asked.get("reference") else None) or option["value"]
            lines.append(f"<dt>{escape(asked.get('question_text', ''))}</dt><dd>{escape(value)}</dd>")
    return section("Svar", f"<dl>{''.join(lines)}</dl>" if lines else "")


def entries(records: Records, shown: Wire, row: Row) -> str:
    """The journal, newest first."""
    lines = []
    for one in reversed(records.journals(row["sys_id"])):
        note = one["element"] == "work_notes"
        head = f"{shown.time('dt', one['sys_created_on'])} · {records.author(one['sys_created_by'])}{' · arbejdsnote' if note else ''}"
        lines.append(f'<article class="{"note" if note else "comment"}"><small>{escape(head)}</small>\n{escape(one["value"])}</article>')
    return section("Journal", "".join(lines))


def files(records: Records, row: Row) -> str:
    """The attachments."""
    found = records.where("sys_attachment", table_sys_id=row["sys_id"])
    lines = [
        f"<li>{link('sys_attachment', one['sys_id'], one['file_name'])} <small>{escape(one['size_bytes'])} byte</small></li>"
        for one in found
    ]
    return section("Vedhæftede filer", f"<ul>{''.join(lines)}</ul>" if lines else "")


def download(records: Records, sys_id: str) -> web.Response:
    """A file, to save and not to show."""
    row = records.find("sys_attachment", sys_id)
    if row is None:
        return missing()
    name = quote(row["file_name"])
    headers = {**SAFE, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return web.Response(body=records.simulation.store.bytes(row["blob"]), content_type="application/octet-stream", headers=headers)


def missing() -> web.Response:
    return html("Findes ikke", "<h1>Posten findes ikke</h1><p>Den er måske slettet, eller linket er forkert.</p>", 404)
