"""The Knowledge API: `/api/sn_km_api/knowledge/articles`."""

import re
from html import escape, unescape
from typing import Any

from simulators.servicenow.access import readable
from simulators.servicenow.calls import Answer, Call, result
from simulators.servicenow.records import Row
from simulators.servicenow.refusals import no_record
from simulators.servicenow.tables import whole

TABLE = "kb_knowledge"
SNIPPET = 160  # characters


def articles(call: Call) -> Answer:
    """The published articles that the user may read and that hold a word of the text, best first."""
    words = [word for word in re.split(r"\W+", call.query.get("query", "").casefold()) if word]
    limit, offset = whole(call, "limit", 30), whole(call, "offset", 0)
    language, base = call.query.get("language", call.session.language), call.query.get("kb", "")
    rows = [
        row
        for row in call.records.rows(TABLE)
        if row["workflow_state"] == "published"
        and readable(call.records, call.session, TABLE, row)
        and row["language"] == language
        and base in {"", row["kb_knowledge_base"]}
    ]
    scored = sorted(((score(row, words), row) for row in rows), key=lambda pair: (-pair[0], pair[1]["number"]))
    hits = [(points, row) for points, row in scored if points or not words]
    fields = [name for name in call.query.get("fields", "").split(",") if name]
    page = [body(call, row, points, place, words, fields) for place, (points, row) in enumerate(hits[offset : offset + limit], offset + 1)]
    meta = {
        "start": offset,
        "end": offset + len(page),
        "fields": ",".join(fields),
        "query": call.query.get("query", ""),
        "count": len(hits),
    }
    return result({"meta": meta | {"language": language, "ts_query_id": "", "status": {"code": 200}}, "articles": page})


def plain(row: Row) -> str:
    """An article's text without its HTML."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", row.get("text", ""))).split())


def score(row: Row, words: list[str]) -> float:
    """A word counts ten in the title, three among the meta words and one in the text."""
    places = ((row["short_description"], 10), (row.get("meta", ""), 3), (plain(row), 1))
    return sum(weight * (word in text.casefold()) for word in words for text, weight in places)


def snippet(text: str, words: list[str]) -> str:
    """The beginning of the text from the first hit on, hits in <B>."""
    starts = [at for word in words if (at := text.casefold().find(word)) >= 0]
    start = max(0, min(starts, default=0) - 30)
    shown = escape(text[start : start + SNIPPET], quote=False)
    return re.sub("|".join(map(re.escape, words)), lambda hit: f"<B>{hit[0]}</B>", shown, flags=re.IGNORECASE) if words else shown


def body(call: Call, row: Row, points: float, place: int, words: list[str], fields: list[str]) -> dict[str, Any]:  # noqa: PLR0917 - the parts of one hit
    wire = call.wire()
    found = {
        "id": f"{TABLE}:{row['sys_id']}",
        "number": row["number"],
        "title": row["short_description"],
        "snippet": snippet(plain(row), words),
        "score": points,
        "rank": place,
        "link": f"?id=kb_article_view&sys_kb_id={row['sys_id']}",
    }
    shown = {name: wire.walked(TABLE, name, row) for name in fields}
    return found | {"fields": {name: {"name": name, "label": name, "value": value} for name, value in shown.items() if value is not None}}


def article(call: Call, sys_id: str) -> Answer:
    """One article with its HTML and attachments. Raises Refusal (404)."""
    row = call.records.find(TABLE, sys_id) or call.records.first(TABLE, number=sys_id)
    if row is None or not readable(call.records, call.session, TABLE, row):
        raise no_record()
    files = call.records.where("sys_attachment", table_sys_id=row["sys_id"])
    return result(
        {
            "sys_id": row["sys_id"],
            "number": row["number"],
            "short_description": row["short_description"],
            "content": row.get("text", ""),
            "template": False,
            "display_attachments": bool(files),
            "attachments": [{"sys_id": one["sys_id"], "file_name": one["file_name"], "size_bytes": one["size_bytes"]} for one in files],
        }
    )
