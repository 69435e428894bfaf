"""Mail: lists, filters, searches, ids, changes, delta, batches and sending."""

from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import quote

import pytest

from tests.simulators.graph_edoc_world import BIRTHE, INBOX, World, running

NEWEST = "Aftale om nye licenser"
MARK = "String {6f9619ff-8b86-4d01-b42d-00cf4fc964ff} Name KollegaSag"
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as one:
        yield one


async def subjects(world: World, **params: str) -> list[str]:
    return [str(one["subject"]) for one in await world.messages(**params)]


async def test_folders_by_name_and_by_id(world: World) -> None:
    folders = (await world.graph(f"users/{BIRTHE}/mailFolders?$top=20")).json["value"]
    assert {"Indbakke", "Sendt post", "Arkiv"} <= {one["displayName"] for one in folders}
    inbox = (await world.graph(f"users/{BIRTHE}/mailFolders/inbox")).json
    assert (inbox["totalItemCount"], inbox["unreadItemCount"] > 0) == (len(await world.messages()), True)
    one = (await world.graph(f"users/{BIRTHE}/mailFolders?$filter=displayName eq 'Indbakke'&$select=displayName")).json["value"]
    assert one == [{"id": inbox["id"], "displayName": "Indbakke"}]
    root = quote(inbox["parentFolderId"], safe="")
    assert (await world.graph(f"users/{BIRTHE}/mailFolders/{root}")).json["childFolderCount"] == len(folders)
    assert (await world.graph(f"users/{BIRTHE}/mailFolders/{root}/childFolders?$top=20")).json["value"] == folders
    assert (await world.graph(f"users/{BIRTHE}/mailFolders('inbox')/childFolders")).json["value"] == []
    assert (await world.graph(f"users/{BIRTHE}/mailFolders?$filter=unreadItemCount gt 0")).status == 400


async def test_ten_at_a_time_and_links_to_the_rest(world: World) -> None:
    found: list[str] = []
    reply = await world.graph(f"{INBOX}?$select=id,receivedDateTime&$count=true")
    total = reply.json["@odata.count"]
    while True:
        rows = reply.json["value"]
        found += [one["receivedDateTime"] for one in rows]
        link = reply.json.get("@odata.nextLink")
        if link is None:
            break
        assert len(rows) == 10
        assert link.startswith(f"{world.url}/graph/v1.0/")
        reply = await world.graph(link)
    assert len(found) == total == int((await world.graph(f"{INBOX}/$count")).body)
    assert found == sorted(found, reverse=True)


async def test_bodies_as_text_and_only_what_was_chosen(world: World) -> None:
    path, one = await world.mail(NEWEST, select="subject,hasAttachments")
    assert set(one) == {"@odata.etag", "id", "subject", "hasAttachments"}
    html = (await world.graph(path)).json["body"]
    text = (await world.graph(path, headers={"Prefer": 'outlook.body-content-type="text"'})).json["body"]
    assert (html["contentType"], text["contentType"]) == ("html", "text")
    assert "<p>Hej Birthe</p>" in html["content"]
    assert text["content"].startswith("Hej Birthe\n\nHer er den endelige aftale")


@pytest.mark.parametrize(
    "text",
    [
        "from/emailAddress/address eq 'SOFIE.LUND@kk.example' and receivedDateTime gt 2026-11-23T09:40:00+01:00",
        "receivedDateTime ge 2026-11-23T08:45:00Z",
        "hasAttachments eq true and startswith(subject,'Aftale om')",
        "contains(subject,'nye licenser') and not (isRead eq true)",
        "(subject eq 'Aftale om nye licenser' or subject eq 'O''Hara') and importance eq 'normal'",
    ],
)
async def test_filters_find_the_mail(world: World, text: str) -> None:
    assert await subjects(world, filter=text) == [NEWEST]


async def test_a_mail_is_found_by_its_internet_message_id(world: World) -> None:
    _, one = await world.mail(NEWEST)
    assert await subjects(world, filter=f"internetMessageId eq '{one['internetMessageId']}'") == [NEWEST]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"$filter": "isRead eq false", "$orderby": "receivedDateTime desc"}, "InefficientFilter"),
        ({"$filter": "isRead eq false and receivedDateTime ge 2026-11-01", "$orderby": "receivedDateTime desc"}, "InefficientFilter"),
        ({"$search": '"licenser"', "$filter": "isRead eq false"}, "SearchWithFilter"),
        ({"$search": '"licenser"', "$orderby": "receivedDateTime desc"}, "SearchWithOrderBy"),
        ({"$search": "licenser"}, "BadRequest"),
        ({"$search": '"nothing:x"'}, "BadRequest"),
        ({"$filter": "toRecipients/any(r:r/emailAddress/address eq 'x')"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "receivedDateTime ge 'yesterday'"}, "BadRequest"),
        ({"$filter": "receivedDateTime ge 2026-13-45"}, "BadRequest"),
        ({"$filter": "subject eq"}, "BadRequest"),
        ({"$orderby": "body"}, "ErrorInvalidUrlQuery"),
        ({"$top": "0"}, "BadRequest"),
        ({"$top": "1001"}, "BadRequest"),
        ({"$skiptoken": "guessed"}, "BadRequest"),
        ({"$expand": "everything"}, "BadRequest"),
        ({"$expand": "singleValueExtendedProperties"}, "ErrorInvalidUrlQuery"),
    ],
)
async def test_questions_that_outlook_refuses(world: World, params: dict[str, str], code: str) -> None:
    reply = await world.graph(INBOX, params=params)
    assert (reply.status, reply.code) == (400, code)


async def test_a_sorted_filter_must_begin_with_what_it_sorts_by(world: World) -> None:
    found = await subjects(world, filter="receivedDateTime ge 2026-11-23 and hasAttachments eq true", orderby="receivedDateTime asc")
    assert found == ["Natlig genstart af printserver", NEWEST]


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("subject:aftale from:sofie", True),
        ('"nye licenser" AND received>=2026-11-23', True),
        ("attachment:prisoversigt", True),
        ("aftal*", True),
        ("aftal", False),  # words, not parts of words
        ("licenser NOT from:sofie", False),
        ("(from:amir OR from:sofie) AND subject:licenser", True),
        ("received:2026-11-23 hasAttachments:true", True),
        ("received<2026-11-20 subject:licenser", False),
        ("size>100 licenser", True),
        ("sent:2026-11-20..2026-11-23 participants:sofie.lund", True),
    ],
)
async def test_searching_by_words(world: World, text: str, hit: bool) -> None:
    quoted = text.replace('"', '\\"')
    assert (NEWEST in await subjects(world, search=f'"{quoted}"')) is hit


async def test_hits_come_by_sent_date(world: World) -> None:
    sent = [one["sentDateTime"] for one in await world.messages(search='"licenser"')]
    assert len(sent) > 2
    assert sent == sorted(sent, reverse=True)


async def test_ids_change_with_a_move_unless_they_are_immutable(world: World) -> None:
    path, one = await world.mail(NEWEST)
    assert set("/+=") & set(one["id"])
    lasting = (await world.graph(path, headers=IMMUTABLE)).json["id"]
    moved = (await world.graph(f"{path}/move", "POST", json={"destinationId": "deleteditems"})).json
    assert moved["id"] != one["id"]
    assert (await world.graph(path)).code == "ErrorItemNotFound"
    again = await world.graph(f"users/{BIRTHE}/messages/{quote(lasting, safe='')}", headers=IMMUTABLE)
    assert (again.json["id"], again.json["parentFolderId"]) == (lasting, moved["parentFolderId"])
    body = {"inputIds": [moved["id"]], "sourceIdType": "restId", "targetIdType": "restImmutableEntryId"}
    translated = await world.graph(f"users/{BIRTHE}/translateExchangeIds", "POST", json=body)
    assert [row["targetId"] for row in translated.json["value"]] == [lasting]


async def test_an_id_of_another_mailbox_is_not_here(world: World) -> None:
    _, one = await world.mail(NEWEST)
    identity = quote(one["id"], safe="")
    assert (await world.graph(f"users/sofie.lund@kk.example/messages/{identity}")).code == "ErrorItemNotFound"
    assert (await world.graph(f"users/{BIRTHE}/messages/{identity.swapcase()}")).status in {400, 404}
    assert (await world.graph(f"users/{BIRTHE}/messages/guessed")).code == "ErrorInvalidIdMalformed"


async def test_categories_are_replaced_and_a_stale_etag_is_refused(world: World) -> None:
    path, one = await world.mail(NEWEST)
    first = await world.graph(path, "PATCH", json={"categories": ["Rød kategori"]}, headers={"If-Match": one["@odata.etag"]})
    assert first.status == 200
    stale = await world.graph(path, "PATCH", json={"categories": ["Journaliseret"]}, headers={"If-Match": one["@odata.etag"]})
    assert (stale.status, stale.code) == (412, "ErrorIrresolvableConflict")
    second = await world.graph(path, "PATCH", json={"categories": ["Journaliseret"], "isRead": True, "flag": {"flagStatus": "complete"}})
    assert (second.json["categories"], second.json["isRead"]) == (["Journaliseret"], True)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"categories": "Journaliseret"}, "RequestBodyRead"),
        ({"isRead": "yes"}, "RequestBodyRead"),
        ({"subject": "Noget andet"}, "ErrorInvalidPropertySet"),
        ({"nothing": 1}, "BadRequest"),
        ({"singleValueExtendedProperties": [{"id": "KollegaSag", "value": "x"}]}, "ErrorInvalidProperty"),
        ([1], "BadRequest"),
    ],
)
async def test_changes_that_are_refused(world: World, body: Any, code: str) -> None:
    path, _ = await world.mail(NEWEST)
    reply = await world.graph(path, "PATCH", json=body)
    assert (reply.status, reply.code) == (400, code)


async def test_a_mark_is_the_journals_key(world: World) -> None:
    path, _ = await world.mail(NEWEST)
    await world.graph(path, "PATCH", json={"singleValueExtendedProperties": [{"id": MARK, "value": "2026-0012345"}]})
    assert [(line["method"], line["key"]) for line in await world.journal()] == [("PATCH", "2026-0012345")]


async def test_a_colour_is_registered_once(world: World) -> None:
    path = f"users/{BIRTHE}/outlook/masterCategories"
    made = await world.graph(path, "POST", json={"displayName": "Journaliseret", "color": "preset4"})
    assert made.status == 201
    assert (await world.graph(path, "POST", json={"displayName": "journaliseret", "color": "preset4"})).status == 409
    assert (await world.graph(path, "POST", json={"displayName": "Blå", "color": "blue"})).status == 400
    assert "Journaliseret" in [row["displayName"] for row in (await world.graph(path)).json["value"]]
    assert (await world.graph(f"{path}/{made.json['id']}")).json["color"] == "preset4"


async def test_delta_tells_what_is_new_changed_and_gone(world: World) -> None:
    reply = await world.graph(f"{INBOX}/delta?$select=subject", headers={"Prefer": "odata.maxpagesize=15"})
    rows: list[Any] = []
    while "@odata.deltaLink" not in reply.json:
        assert len(reply.json["value"]) == 15
        rows += reply.json["value"]
        reply = await world.graph(reply.json["@odata.nextLink"], headers={"Prefer": "odata.maxpagesize=15"})
    rows += reply.json["value"]
    assert len(rows) == len(await world.messages())
    changed, gone = rows[3], rows[4]
    base = f"users/{BIRTHE}/messages/"
    await world.graph(base + quote(changed["id"], safe=""), "PATCH", json={"categories": ["Journaliseret"]})
    await world.graph(base + quote(gone["id"], safe=""), "DELETE")
    mail = {"subject": "Ny mail", "toRecipients": [{"emailAddress": {"address": BIRTHE}}]}
    await world.graph("users/sofie.lund@kk.example/sendMail", "POST", json={"message": mail})
    later = await world.graph(reply.json["@odata.deltaLink"])
    found = {row["id"]: row.get("subject", "gone") for row in later.json["value"]}
    assert sorted(found.values()) == sorted(["Ny mail", changed["subject"], "gone"])
    assert found[gone["id"]] == "gone"
    assert (await world.graph(later.json["@odata.deltaLink"])).json["value"] == []


async def test_delta_starts_over_after_a_reset(world: World) -> None:
    link = (await world.graph(f"{INBOX}/delta", headers={"Prefer": "odata.maxpagesize=500"})).json["@odata.deltaLink"]
    await world.control("reset")
    reply = await world.graph(link)
    assert (reply.status, reply.code) == (410, "SyncStateNotFound")
    for query in ("$filter=isRead eq true", '$search="x"', "$orderby=subject", "changeType=all", "$deltatoken=guessed"):
        assert (await world.graph(f"{INBOX}/delta?{query}")).status == 400


async def test_a_batch_answers_each_part_for_itself(world: World) -> None:
    parts: list[dict[str, Any]] = [
        {"id": "1", "method": "GET", "url": f"/users/{BIRTHE}?$select=displayName"},
        {"id": "2", "method": "GET", "url": "/users/nobody@kk.example"},
        {"id": "3", "method": "GET", "url": f"/users/{BIRTHE}", "dependsOn": ["2"]},
        {"id": "4", "method": "GET", "url": f"/users/{BIRTHE}/messages?$top=1", "depends_on": []},
    ]
    reply = await world.graph("$batch", "POST", json={"requests": parts})
    assert [(one["id"], one["status"]) for one in reply.json["responses"]] == [("1", 200), ("2", 404), ("3", 424), ("4", 200)]
    assert reply.json["responses"][0]["body"]["displayName"] == "Birthe Holm"
    twice = await world.graph("$batch", "POST", json={"requests": [parts[0], parts[0]]})
    many = await world.graph("$batch", "POST", json={"requests": [{**parts[0], "id": str(n)} for n in range(21)]})
    assert (twice.status, many.status) == (400, 400)


async def test_a_sent_mail_arrives_with_its_file(world: World) -> None:
    attachment = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "æøå.txt", "contentType": "text/plain", "contentBytes": "aGVq"}
    mail = {"subject": "Møde\r\nBcc: x", "body": {"contentType": "HTML", "content": "<p>Hej</p>"}, "attachments": [attachment]}
    to = {"toRecipients": [{"emailAddress": {"name": "Birthe \u201cB\u201d Holm", "address": BIRTHE}}]}
    assert (await world.graph("users/sofie.lund@kk.example/sendMail", "POST", json={"message": mail | to})).status == 202
    path, one = await world.mail("Møde\r\nBcc: x")
    assert one["hasAttachments"]
    parsed = message_from_bytes((await world.graph(f"{path}/$value")).body, policy=policy.default)
    assert (parsed["Subject"], parsed["Bcc"]) == ("Møde Bcc: x", None)
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["æøå.txt"]
    sent = await world.graph("users/sofie.lund@kk.example/mailFolders/sentitems/messages?$top=1")
    assert sent.json["value"][0]["internetMessageId"] == one["internetMessageId"]
    assert (await world.graph("users/sofie.lund@kk.example/sendMail", "POST", json={"message": mail})).code == "ErrorInvalidRecipients"
