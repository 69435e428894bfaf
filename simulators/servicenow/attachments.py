"""The Attachment API: `/api/now/attachment`."""

import json
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from hashlib import sha256
from typing import Any

from simulators.servicenow.access import check_change, readable
from simulators.servicenow.calls import Answer, Call, result
from simulators.servicenow.records import Row, class_of
from simulators.servicenow.refusals import Refusal, acl, bad_request, no_record
from simulators.servicenow.tables import paged
from simulators.servicenow.writing import seen

TABLE = "sys_attachment"
MOST = 1024 * 1024 * 1024  # bytes; com.glide.attachment.max_size
METADATA = (
    "sys_id table_name table_sys_id file_name content_type size_bytes size_compressed compressed hash state "
    "sys_created_on sys_created_by sys_updated_on sys_updated_by sys_mod_count sys_tags average_image_color image_width image_height"
).split()


def metadata(call: Call, row: Row) -> dict[str, Any]:
    """What is known of a file; all of it strings."""
    found = {name: str(row.get(name, "")) for name in METADATA}
    return found | {"download_link": f"{call.base}/api/now/attachment/{row['sys_id']}/file"}


def listed(call: Call) -> Answer:
    """The files that a query finds, with the Table API's paging."""
    rows, headers = paged(call, TABLE)
    return result([metadata(call, row) for row in rows], headers=headers)


def visible(call: Call, sys_id: str) -> Row:
    """A file that the user may read. Raises Refusal (404)."""
    row = call.records.find(TABLE, sys_id)
    if row is None or not readable(call.records, call.session, TABLE, row):
        raise no_record()
    return row


def one(call: Call, sys_id: str) -> Answer:
    return result(metadata(call, visible(call, sys_id)))


def content(call: Call, sys_id: str) -> Answer:
    """The bytes, with the metadata in a header."""
    row = visible(call, sys_id)
    answer = Answer(call.records.simulation.store.bytes(row["blob"]))
    answer.headers["Content-Type"] = row["content_type"]
    answer.headers["X-Attachment-Metadata"] = json.dumps(metadata(call, row))
    answer.headers["Content-Disposition"] = "attachment"
    return answer


def raw(call: Call) -> Answer:
    """A file as the whole body: `POST /attachment/file?table_name=&table_sys_id=&file_name=`."""
    names = ("table_name", "table_sys_id", "file_name")
    missing = [name for name in names if not call.query.get(name)]
    if missing:
        raise bad_request(f"Missing required parameter: {missing[0]}")
    table, sys_id, file_name = (call.query[name] for name in names)
    return kept(call, (table, sys_id), file_name, call.headers.get("Content-Type", "application/octet-stream"), call.body)


def upload(call: Call) -> Answer:
    """A file in a form: table_name, table_sys_id, then the file as the last part."""
    parts = form_parts(call.headers.get("Content-Type", ""), call.body)
    if not parts:
        raise bad_request("Missing multipart form")
    fields = {name: content.decode("utf-8", "replace") for name, file_name, _, content in parts if not file_name}
    _, file_name, kind, content = parts[-1]
    missing = [name for name in ("table_name", "table_sys_id") if not fields.get(name)]
    if missing or not file_name:
        raise bad_request(f"Missing required parameter: {(missing or ['uploadFile'])[0]}")
    return kept(call, (fields["table_name"], fields["table_sys_id"]), file_name, kind, content)


def form_parts(kind: str, body: bytes) -> list[tuple[str, str, str, bytes]]:
    """The parts of a multipart form: name, file name (empty for a field), type, content. Empty for what is none."""
    outer = Message()
    outer["Content-Type"] = clean(kind)
    boundary = outer.get_boundary()
    if not boundary or outer.get_content_type() != "multipart/form-data":
        return []
    found = []
    for section in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        head, blank, content = section.partition(b"\r\n\r\n")
        if section.startswith(b"--") or not blank:
            break
        part = BytesParser(policy=HTTP).parsebytes(head.lstrip() + b"\r\n\r\n", headersonly=True)
        name = str(part.get_param("name", "", "content-disposition"))
        found.append((clean(name), clean(part.get_filename("")), part.get_content_type(), content))
    return found


def clean(text: str) -> str:
    """A text that can be stored: half characters and control characters become marks."""
    return "".join(one if one.isprintable() else "_" for one in text.encode("utf-8", "replace").decode())


def kept(call: Call, target: tuple[str, str], file_name: str, kind: str, body: bytes) -> Answer:
    """Store a file on a record that the user may read and write. Raises Refusal (400, 403, 404)."""
    table, sys_id = target
    record = seen(call.records, call.session, table, sys_id)
    check_change(call.records, call.session, class_of(table, record), record)
    limit = call.records.setting("attachment_max_size", default=MOST)
    if len(body) > limit:
        raise bad_request("File size exceeds the maximum", f"com.glide.attachment.max_size is {limit} bytes")
    allowed = call.records.setting("attachment_extensions", default="")
    if allowed and file_name.rpartition(".")[2].lower() not in allowed.lower().split(","):
        raise Refusal(403, "Operation Failed", f"File type is not allowed: {file_name}")
    row = call.records.add(
        TABLE,
        call.session.user_name,
        table_name=class_of(table, record),
        table_sys_id=sys_id,
        file_name=clean(file_name)[:255],
        content_type=clean(kind.partition(";")[0].strip())[:255] or "application/octet-stream",
        size_bytes=str(len(body)),
        size_compressed=str(len(body)),
        hash=sha256(body).hexdigest(),
        blob=call.records.simulation.store.keep(body),
    )
    return result(metadata(call, row), 201, {"Location": f"{call.base}/api/now/attachment/{row['sys_id']}"})


def rename(call: Call, sys_id: str) -> Answer:
    """`PATCH /attachment/{id}` with `{"file_name": …}`."""
    row = visible(call, sys_id)
    check_owner(call, row)
    name = call.json().get("file_name")
    if not isinstance(name, str) or not name.strip():
        raise bad_request("Missing required parameter: file_name")
    call.records.touch(TABLE, row | {"file_name": clean(name)[:255]}, call.session.user_name)
    return Answer(status=204)


def remove(call: Call, sys_id: str) -> Answer:
    row = visible(call, sys_id)
    check_owner(call, row)
    call.records.drop(TABLE, sys_id)
    return Answer(status=204)


def check_owner(call: Call, row: Row) -> None:
    """Raises Refusal (403) for a file of somebody else's, without itil."""
    if not (call.session.may("itil") or row.get("sys_created_by") == call.session.user_name):
        raise acl("Delete")
