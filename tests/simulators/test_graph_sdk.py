"""Microsoft's own client, unmodified, against the simulated Graph."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any

import pytest
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator, BaseBearerTokenAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.models.event_message_request import EventMessageRequest
from msgraph.generated.models.file_attachment import FileAttachment
from msgraph.generated.models.item_attachment import ItemAttachment
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.outlook_category import OutlookCategory
from msgraph.generated.models.reference_attachment import ReferenceAttachment
from msgraph.generated.models.single_value_legacy_extended_property import SingleValueLegacyExtendedProperty
from msgraph.generated.models.user import User
from msgraph.generated.users.item.messages.item.move.move_post_request_body import MovePostRequestBody
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from typing_extensions import override

from simulators.world import BIRTHE, JENS, PEOPLE
from tests.simulators.graph_edoc_world import World, running

EVENTUAL = {"ConsistencyLevel": "eventual"}
MARK = "String {6f9619ff-8b86-4d01-b42d-00cf4fc964ff} Name KollegaSag"
pytestmark = [  # the SDK warns of its own classes when it imports them
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


def asked(**options: Any) -> Any:
    """The options of one call. The SDK has a class of them for each address; any object with the same names will do."""
    headers = options.pop("headers", {})
    found = RequestConfiguration[Any](query_parameters=Options(**options))
    for name, value in headers.items():
        found.headers.add(name, value)
    return found


@dataclass
class Options:
    """Query options by their names in Graph."""

    top: int | None = None
    select: list[str] | None = None
    filter: str | None = None
    orderby: list[str] | None = None
    search: str | None = None
    expand: list[str] | None = None

    def get_query_parameter(self, name: str) -> str:
        return f"%24{name}"


class Fixed(AccessTokenProvider):
    """One token for every host."""

    def __init__(self, token: str) -> None:
        self.token = token

    @override
    async def get_authorization_token(self, uri: str, additional_authentication_context: dict[str, object] | None = None) -> str:
        return self.token

    @override
    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as one:
        yield one


@pytest.fixture
async def graph(world: World) -> AsyncIterator[GraphServiceClient]:
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Fixed(await world.token())))
    adapter.base_url = f"{world.url}/graph/v1.0"
    yield GraphServiceClient(request_adapter=adapter)
    await adapter._http_client._transport.transport.aclose()  # the SDK's transport does not close the one inside it


def inbox(graph: GraphServiceClient) -> Any:
    return graph.users.by_user_id(BIRTHE.email).mail_folders.by_mail_folder_id("inbox").messages


async def newest(graph: GraphServiceClient, top: int = 1) -> list[Message]:
    found = await inbox(graph).get(asked(top=top, orderby=["receivedDateTime desc"]))
    return list(found.value)


async def by_subject(graph: GraphServiceClient, subject: str) -> Message:
    found = await inbox(graph).get(asked(filter=f"subject eq '{subject}'"))
    return list[Message](found.value)[0]


async def test_people_are_found_by_id_upn_filter_and_search(graph: GraphServiceClient) -> None:
    by_id, by_upn = await graph.users.by_user_id(BIRTHE.id).get(), await graph.users.by_user_id(BIRTHE.email).get()
    assert by_id
    assert by_upn
    assert by_id.id == by_upn.id == BIRTHE.id
    assert by_upn.department is None  # only by $select
    wanted = ["displayName", "department", "onPremisesSamAccountName", "accountEnabled"]
    found = await graph.users.get(asked(filter="mail eq 'sofie.lund@kk.example'", select=wanted))
    assert found
    assert [(one.department, one.on_premises_sam_account_name, one.account_enabled) for one in found.value or []] == [
        ("Økonomi", "slun", True)
    ]
    hits = await graph.users.get(asked(search='"displayName:bang" AND "displayName:ole"', headers=EVENTUAL))
    assert hits
    assert [one.display_name for one in hits.value or []] == ["Ole Bang"]


async def test_everybody_comes_in_pages(graph: GraphServiceClient) -> None:
    page = await graph.users.get()
    names = []
    while page:
        names += [one.id for one in page.value or []]
        page = await graph.users.with_url(page.odata_next_link).get() if page.odata_next_link else None
    assert names == [one.id for one in PEOPLE]
    assert await graph.users.count.get(asked(headers=EVENTUAL)) == len(PEOPLE)


async def test_managers_reports_and_nobody_at_the_top(graph: GraphServiceClient) -> None:
    manager = await graph.users.by_user_id(BIRTHE.id).manager.get()
    assert isinstance(manager, User)
    assert manager.id == JENS.id
    reports = await graph.users.by_user_id(JENS.id).direct_reports.get()
    assert reports
    assert BIRTHE.id in [one.id for one in reports.value or []]
    with pytest.raises(ODataError) as top:
        await graph.users.by_user_id("karen.moerch@kk.example").manager.get()
    assert top.value.response_status_code == 404
    assert top.value.error
    assert top.value.error.code == "Request_ResourceNotFound"
    assert top.value.error.inner_error
    assert top.value.error.inner_error.request_id


async def test_newest_mail_with_its_attachments(graph: GraphServiceClient) -> None:
    (mail,) = await newest(graph)
    assert mail.subject == "Aftale om nye licenser"
    assert mail.from_
    assert mail.from_.email_address
    assert mail.from_.email_address.address == "sofie.lund@kk.example"
    found = await graph.users.by_user_id(BIRTHE.email).messages.by_message_id(mail.id or "").attachments.get()
    assert found
    names = [one.name for one in found.value or [] if isinstance(one, FileAttachment)]
    assert names == ["Licensaftale 2027.pdf", "Prisoversigt licenser.xlsx"]
    first = (found.value or [])[0]
    assert isinstance(first, FileAttachment)
    assert (first.content_bytes or b"").startswith(b"%PDF")


async def test_mime_holds_the_same_files(graph: GraphServiceClient) -> None:
    (mail,) = await newest(graph)
    raw = await graph.users.by_user_id(BIRTHE.email).messages.by_message_id(mail.id or "").content.get()
    parsed = message_from_bytes(raw or b"")
    assert parsed["Message-ID"] == mail.internet_message_id
    assert [part.get_filename() for part in parsed.walk() if part.get_filename()] == ["Licensaftale 2027.pdf", "Prisoversigt licenser.xlsx"]


async def test_attachments_of_three_kinds_and_a_meeting(graph: GraphServiceClient) -> None:
    cloud = await by_subject(graph, "Opfølgning på ledelsestilsyn 3. kvartal")
    mine = graph.users.by_user_id(BIRTHE.email).messages
    found = await mine.by_message_id(cloud.id or "").attachments.get()
    assert found
    assert isinstance((found.value or [])[0], ReferenceAttachment)
    hits = await graph.users.by_user_id("mette.friis@kk.example").messages.get(asked(search='"vedhæftning"', top=5))
    assert hits
    theirs = graph.users.by_user_id("mette.friis@kk.example").messages
    attached = [await theirs.by_message_id(one.id or "").attachments.get() for one in hits.value or []]
    assert [one for each in attached if each for one in each.value or [] if isinstance(one, ItemAttachment)]
    assert isinstance(await by_subject(graph, "Tavlemøde hver mandag kl. 9.30"), EventMessageRequest)


async def test_categories_and_marks_are_written_and_found(graph: GraphServiceClient) -> None:
    (mail,) = await newest(graph)
    one = graph.users.by_user_id(BIRTHE.email).messages.by_message_id(mail.id or "")
    mark = SingleValueLegacyExtendedProperty(id=MARK, value="2026-0012345")
    changed = await one.patch(Message(categories=["Journaliseret"], single_value_extended_properties=[mark]))
    assert changed
    assert changed.categories == ["Journaliseret"]
    expand = f"singleValueExtendedProperties($filter=id eq '{MARK}')"
    again = await one.get(asked(expand=[expand], select=["categories"]))
    assert again
    assert [row.value for row in again.single_value_extended_properties or []] == ["2026-0012345"]
    marked = f"singleValueExtendedProperties/any(ep:ep/id eq '{MARK}' and ep/value eq '2026-0012345')"
    for text in ("categories/any(c:c eq 'Journaliseret')", marked):
        hits = await inbox(graph).get(asked(filter=text))
        assert hits
        assert [hit.id for hit in hits.value or []] == [mail.id]
    colour = await graph.users.by_user_id(BIRTHE.email).outlook.master_categories.post(OutlookCategory(display_name="Journaliseret"))
    assert colour
    assert colour.display_name == "Journaliseret"


async def test_a_moved_mail_has_another_id_and_shows_in_delta(graph: GraphServiceClient) -> None:
    before = await inbox(graph).delta.get()
    while before and not before.odata_delta_link:
        before = await inbox(graph).delta.with_url(before.odata_next_link or "").get()
    assert before
    (mail,) = await newest(graph)
    mine = graph.users.by_user_id(BIRTHE.email).messages
    moved = await mine.by_message_id(mail.id or "").move.post(MovePostRequestBody(destination_id="archive"))
    assert moved
    assert moved.id != mail.id
    with pytest.raises(ODataError) as gone:
        await mine.by_message_id(mail.id or "").get()
    assert gone.value.error
    assert gone.value.error.code == "ErrorItemNotFound"
    after = await inbox(graph).delta.with_url(before.odata_delta_link or "").get()
    assert after
    assert [(one.id, one.additional_data.get("@removed")) for one in after.value or []] == [(mail.id, {"reason": "deleted"})]


async def test_throttled_once_the_client_waits_and_comes_again(world: World, graph: GraphServiceClient) -> None:
    await world.control("faults", path="/graph/v1.0/users", status=429, retry_after=1, times=1)
    found, _ = await asyncio.gather(graph.users.by_user_id(BIRTHE.id).get(), asyncio.sleep(0))
    assert found
    assert found.display_name == "Birthe Holm"
