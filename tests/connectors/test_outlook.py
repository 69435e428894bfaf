"""Mails in Graph: found, read, and marked without losing what others wrote on them."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.errors import Denied, NotFound, Refused, Unavailable
from connectors.outlook import Away, Mail, MailQuery, Outlook
from connectors.systems import Systems
from simulators.world import BIRTHE, PEOPLE, SOFIE, TENANT
from tests.connectors.conftest import World


def between(start: str, end: str, zone: str = "Romance Standard Time") -> dict[str, Any]:
    """The times of automatic replies, as Graph has them."""
    times = {"scheduledStartDateTime": start, "scheduledEndDateTime": end}
    return {name: {"dateTime": text, "timeZone": zone} for name, text in times.items()}


def at(month: int, day: int, hour: int) -> datetime:
    """A time of 2026, UTC."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def outlook(systems: Systems) -> Outlook:
    return systems.get(Outlook)


async def one_with(outlook: Outlook, kind: str) -> tuple[Mail, str]:
    """A mail in Birthe's inbox that has an attachment of that kind, and its id."""
    for mail in await outlook.mails(BIRTHE.id, MailQuery(limit=100)):
        for attachment in await outlook.attachments(BIRTHE.id, mail.id):
            if attachment.kind == kind:
                return mail, attachment.id
    raise AssertionError(f"no {kind} in the inbox")


async def test_the_newest_come_first(outlook: Outlook) -> None:
    mails = await outlook.mails(BIRTHE.id, MailQuery(limit=5))
    assert [mail.received_at for mail in mails] == sorted((mail.received_at for mail in mails), reverse=True)
    assert mails[0].received_at.utcoffset() is not None
    assert mails[0].internet_message_id.startswith("<")
    assert mails[0].sender_email
    assert mails[0].link.startswith("https://")
    assert "birthe.holm@kk.example" in {address for mail in mails for address in mail.to}


@pytest.mark.parametrize(
    "query",
    [
        MailQuery(words="ICENSER 2027"),  # the inside of a word
        MailQuery(sender="lund sof", subject="licens"),
        MailQuery(sender="sofie.lund@kk.example", words="licenser"),
    ],
)
async def test_words_senders_and_subjects(outlook: Outlook, query: MailQuery) -> None:
    found = await outlook.mails(BIRTHE.id, query)
    assert "Licenser 2027" in {mail.subject for mail in found}
    if query.sender:
        assert {mail.sender_email for mail in found} == {"sofie.lund@kk.example"}


async def test_nothing_fits(outlook: Outlook) -> None:
    assert await outlook.mails(BIRTHE.id, MailQuery(words="flodhest")) == []
    assert await outlook.mails(BIRTHE.id, MailQuery(words='") OR (a AND NOT "')) == []


async def test_words_of_the_text_are_found_by_graphs_search(outlook: Outlook) -> None:
    found = await outlook.mails(BIRTHE.id, MailQuery(words="sommervikarer budgettet"))
    assert "Licenser 2027" not in {mail.subject for mail in found}
    found = await outlook.mails(BIRTHE.id, MailQuery(words="90 dage budgettet lukker"))
    assert [mail.subject for mail in found if "licenser" in mail.subject.lower()]
    assert "skære ned" not in next(mail.preview for mail in found if mail.subject == "Licenser 2027")[:10]


async def test_a_long_inbox_is_read_in_pages_and_its_rest_is_searched(outlook: Outlook, monkeypatch: pytest.MonkeyPatch) -> None:
    every = await outlook.mails(BIRTHE.id, MailQuery(limit=30))
    monkeypatch.setattr("connectors.outlook.PAGE", 4)
    assert await outlook.mails(BIRTHE.id, MailQuery(limit=30)) == every
    monkeypatch.setattr("connectors.outlook.WINDOW", 4)
    old = every[-1]
    found = await outlook.mails(BIRTHE.id, MailQuery(words=old.subject, sender=old.sender_email))
    assert old.id in {mail.id for mail in found}


async def test_days_are_days_in_denmark(outlook: Outlook) -> None:
    every = await outlook.mails(BIRTHE.id, MailQuery(limit=200))
    day = date(2026, 11, 18)
    found = await outlook.mails(BIRTHE.id, MailQuery(since=day, until=day, limit=200))
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Europe/Copenhagen")
    assert [mail.id for mail in found] == [mail.id for mail in every if mail.received_at.astimezone(zone).date() == day]
    assert found


async def test_one_mail_and_its_mime(outlook: Outlook) -> None:
    mail = (await outlook.mails(BIRTHE.id, MailQuery(limit=1)))[0]
    assert await outlook.mail(BIRTHE.id, mail.id) == mail
    assert mail.internet_message_id.encode() in await outlook.mime(BIRTHE.id, mail.id)


@pytest.mark.parametrize("mail_id", ["", "AAMk+/=x", "../../users", "not an id"])
async def test_no_such_mail(outlook: Outlook, mail_id: str) -> None:
    with pytest.raises(NotFound):
        await outlook.mail(BIRTHE.id, mail_id)


async def test_a_mail_of_somebody_else_is_not_there(outlook: Outlook) -> None:
    mail = (await outlook.mails(BIRTHE.id, MailQuery(limit=1)))[0]
    with pytest.raises(NotFound):
        await outlook.mail(SOFIE.id, mail.id)


async def test_nobody_and_no_mailbox(outlook: Outlook) -> None:
    with pytest.raises(NotFound):
        await outlook.mails("", MailQuery())
    with pytest.raises(NotFound) as caught:
        await outlook.mails(PEOPLE[-1].id, MailQuery())
    assert caught.value.code == "MailboxNotEnabledForRESTAPI"


async def test_attachments_and_their_bytes(outlook: Outlook) -> None:
    mail, attachment_id = await one_with(outlook, "file")
    assert len(await outlook.attachment(BIRTHE.id, mail.id, attachment_id)) > 100
    found = next(one for one in await outlook.attachments(BIRTHE.id, mail.id) if one.id == attachment_id)
    assert found.name
    assert found.size > 0


async def test_marking_keeps_other_categories_and_can_be_repeated(world: World, outlook: Outlook) -> None:
    await world.reset()
    mail = (await outlook.mails(BIRTHE.id, MailQuery(limit=1)))[0]
    await outlook.mark(BIRTHE.id, mail.id, "Vigtig")
    await outlook.mark(BIRTHE.id, mail.id)
    await outlook.mark(BIRTHE.id, mail.id)
    assert set((await outlook.mail(BIRTHE.id, mail.id)).categories) == {"Vigtig", "Journaliseret"}
    assert len(await world.writes("graph")) == 2


async def test_two_marks_at_once_lose_none(outlook: Outlook) -> None:
    mail = (await outlook.mails(BIRTHE.id, MailQuery(limit=1)))[0]
    await asyncio.gather(*(outlook.mark(BIRTHE.id, mail.id, name) for name in ("A", "B", "C")))
    assert {"A", "B", "C"} <= set((await outlook.mail(BIRTHE.id, mail.id)).categories)


async def test_a_mark_whose_answer_is_lost(world: World, outlook: Outlook) -> None:
    await world.reset()
    mail = (await outlook.mails(BIRTHE.id, MailQuery(limit=1)))[0]
    await world.fault("/messages/", method="PATCH", drop_answer=True, times=1)
    with pytest.raises(Unavailable):
        await outlook.mark(BIRTHE.id, mail.id)
    await outlook.mark(BIRTHE.id, mail.id)
    assert (await outlook.mail(BIRTHE.id, mail.id)).categories == ("Journaliseret",)
    assert len(await world.writes("graph")) == 1


async def test_a_mark_that_meets_changes_again_and_again(world: World, outlook: Outlook) -> None:
    await world.reset()
    mail = (await outlook.mails(BIRTHE.id, MailQuery(limit=1)))[0]
    await world.fault("/messages/", method="PATCH", status=412)
    with pytest.raises(Refused) as caught:
        await outlook.mark(BIRTHE.id, mail.id)
    assert caught.value.code == "not_taken"


async def test_out_of_the_apps_scope(world: World, outlook: Outlook) -> None:
    await world.switch(graph_mailboxes=["sofie.lund@kk.example"])
    with pytest.raises(Denied):
        await outlook.mails(BIRTHE.id, MailQuery())
    assert await outlook.mails(SOFIE.id, MailQuery(limit=1))


async def test_many_calls_in_one_mailbox_stay_below_its_limit(outlook: Outlook) -> None:
    found = await asyncio.gather(*(outlook.mails(BIRTHE.id, MailQuery(limit=1)) for _ in range(12)))
    assert len({mails[0].id for mails in found}) == 1


async def test_graph_slows_us_down(world: World, outlook: Outlook) -> None:
    await world.fault("/graph/v1.0/users", status=429, retry_after=0, times=2)
    assert await outlook.mails(BIRTHE.id, MailQuery(limit=1))


@pytest.mark.parametrize(
    ("setting", "away"),
    [
        ({"status": "disabled"}, None),
        ({"status": "alwaysEnabled"}, Away(until=None)),
        ({"status": "scheduled", **between("2026-11-20T08:00:00.0000000", "2026-12-03T08:00:00.0000000")}, Away(until=at(12, 3, 7))),
        ({"status": "scheduled", **between("2026-11-20T08:00:00", "2026-12-03T08:00:00", "UTC")}, Away(until=at(12, 3, 8))),
        ({"status": "scheduled", **between("2026-11-24T08:00:00", "2026-12-03T08:00:00")}, None),
        ({"status": "scheduled", **between("2026-11-01T08:00:00", "2026-11-23T09:59:59")}, None),
    ],
)
async def test_who_is_away_and_until_when(outlook: Outlook, world: World, setting: dict[str, Any], away: Away | None) -> None:
    url, form = f"{world.url}/graph", {"grant_type": "client_credentials", "client_id": "kollega", "client_secret": "simulator"}
    form["scope"] = "https://graph.microsoft.com/.default"
    async with world.session.post(f"{url}/{TENANT}/oauth2/v2.0/token", data=form) as answer:
        headers = {"Authorization": f"Bearer {(await answer.json())['access_token']}"}
    async with world.session.patch(
        f"{url}/v1.0/users/{SOFIE.id}/mailboxSettings", json={"automaticRepliesSetting": setting}, headers=headers
    ) as answer:
        assert answer.status == 200, await answer.text()
    assert await outlook.away(SOFIE.id, at(11, 23, 9)) == away


async def test_where_the_settings_of_a_mailbox_may_not_be_read(outlook: Outlook, world: World) -> None:
    with pytest.raises(NotFound):
        await outlook.away(PEOPLE[-1].id, at(11, 23, 9))
    await world.switch(graph_mailboxes=[])
    with pytest.raises(Denied):
        await outlook.away(SOFIE.id, at(11, 23, 9))
