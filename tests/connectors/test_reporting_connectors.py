"""Kvantum, the time registration and ServiceNow as datasets, over real HTTP: whole or not at all, and each trouble by its name."""

import asyncio
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import aiohttp
import pyarrow.parquet as pq
import pytest

from connectors.datasets import OffersDatasets, Period
from connectors.edoc import Edoc
from connectors.edoc_datasets import EdocDatasets
from connectors.errors import ConnectorError, Denied, Refused, Unavailable
from connectors.fetched import fetch
from connectors.identity import Client, client_credentials
from connectors.kvantum import Kvantum
from connectors.offered import offered
from connectors.systems import Systems
from connectors.timereg import Timereg
from simulators.planted import findings, planted
from simulators.world import NOW
from tests.connectors.conftest import Wild, World, says

JULY = Period(date(2026, 7, 1), date(2026, 7, 31))


def test_every_dataset_has_a_reader_and_columns_that_are_told(systems: Systems) -> None:
    found = offered(systems)
    assert {"kvantum.posteringer", "timereg.fravaer", "servicenow.sager"} <= set(found)
    for name, source in found.items():
        dataset = source.dataset(name)
        assert dataset.title, name
        assert set(dataset.key) <= {column.name for column in dataset.columns}, name
        assert all(column.meaning.endswith((".", "…")) for column in dataset.columns), name
        assert len({column.name for column in dataset.columns}) == len(dataset.columns), name
        assert {dataset.period, dataset.control} <= {None, *(column.name for column in dataset.columns)}, name


async def test_a_period_is_fetched_whole_and_proven(systems: Systems, tmp_path: Path) -> None:
    kvantum = systems.get(Kvantum)
    found = await fetch(kvantum, "kvantum.posteringer", JULY, tmp_path)
    assert found.rows == found.reported_rows
    assert found.control_total == found.reported_total == Decimal(0)
    days = pq.read_table(found.path)["bogfoeringsdato"].to_pylist()
    assert (min(days), max(days)) == (date(2026, 7, 1), date(2026, 7, 31))
    assert found.query.endswith("&$filter=bogfoeringsdato ge 2026-07-01 and bogfoeringsdato le 2026-07-31")
    again = await fetch(kvantum, "kvantum.posteringer", JULY, tmp_path / "again")
    assert again.sha256 == found.sha256
    changes = await fetch(kvantum, "kvantum.kreditoraendringer", JULY, tmp_path)
    assert {at.date().month for at in pq.read_table(changes.path)["aendret_tid"].to_pylist()} == {7}


async def test_employee_numbers_are_padded_alike_everywhere(systems: Systems, tmp_path: Path) -> None:
    timereg = systems.get(Timereg)
    absence = await fetch(timereg, "timereg.fravaer", None, tmp_path)
    jobs = await fetch(timereg, "timereg.ansaettelser", None, tmp_path)
    numbers = {str(number) for number in pq.read_table(jobs.path)["medarbejder_nr"].to_pylist()}
    assert {str(number) for number in pq.read_table(absence.path)["medarbejder_nr"].to_pylist()} <= numbers
    assert (jobs.notes, absence.notes) == ((), (f"medarbejder_nr: {absence.rows} numre fik nuller foran igen.",))


@pytest.mark.parametrize(
    ("switch", "kind", "code"),
    [
        ({"kvantum_hour": 2}, Unavailable, "closed"),
        ({"kvantum_cut_after": 1}, Unavailable, "no_answer"),
        ({"kvantum_lost_rows": 3}, Unavailable, "incomplete"),
        ({"kvantum_total_off": 1}, Refused, "control_total"),
    ],
)
async def test_what_goes_wrong_leaves_nothing(
    world: World, systems: Systems, tmp_path: Path, switch: dict[str, int], kind: type[ConnectorError], code: str
) -> None:
    await world.switch(**switch)
    with pytest.raises(kind) as caught:
        await fetch(systems.get(Kvantum), "kvantum.fakturaer", None, tmp_path / "run")
    assert caught.value.code == code
    assert not await asyncio.to_thread(lambda: list((tmp_path / "run").glob("*")))
    if code == "closed":
        assert caught.value.retry_after == 3600  # what a job may be asked to wait at most; three hours are left


async def test_the_door_and_the_queue(world: World, tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as http:
        base = f"{world.url}/kvantum"
        stranger = Kvantum(http, base, client_credentials("kvantum", f"{base}/oauth/token", Client("kollega", "wrong"), http))
        with pytest.raises(Denied):
            await fetch(stranger, "kvantum.kreditorer", None, tmp_path)
        with pytest.raises(Denied):
            await fetch(Timereg(http, f"{world.url}/timereg", "kollega", "wrong"), "timereg.fravaer", None, tmp_path)
        await world.fault("/timereg/odata", status=429, retry_after=0, times=2)
        found = await fetch(Timereg(http, f"{world.url}/timereg", "kollega", "simulator"), "timereg.fravaer", None, tmp_path)
        assert found.rows > 1000


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (['{"antal": "x", "sum": "1.00"}'], "not_json"),
        (['{"antal": 1, "sum": "NaN"}'], "not_json"),
        (['{"antal": 1, "sum": "1.00"}', '{"value": [{"faktura_id": "1", "beloeb_inkl": "1,00"}]}'], "bad_row"),
        (['{"antal": 1, "sum": "1.00"}', '{"value": [], "@odata.nextLink": "http://elsewhere.example/x"}'], "foreign_link"),
        (['{"antal": 1, "sum": "1.00"}', '{"value": {}}'], "not_json"),
    ],
)
async def test_answers_that_make_no_sense_are_refused(wild: Wild, tmp_path: Path, answers: list[str], code: str) -> None:
    wild.script = [says(200, answer) for answer in answers]
    async with aiohttp.ClientSession() as http:
        with pytest.raises(ConnectorError) as caught:
            await fetch(Kvantum(http, wild.url), "kvantum.fakturaer", None, tmp_path)
    assert caught.value.code == code


async def test_servicenow_times_are_danish_and_hidden_rows_are_told(systems: Systems, tmp_path: Path) -> None:
    source: OffersDatasets = offered(systems)["servicenow.sager"]
    found = await fetch(source, "servicenow.sager", None, tmp_path)
    table = pq.read_table(found.path)
    rows = {row["number"]: row for row in table.to_pylist()}
    assert rows["INC0010089"]["closed_at"].isoformat() == "2026-09-28T08:59:12"  # 06:59:12 UTC, in summer
    assert all(note.endswith("rækker må Kollega ikke læse i ServiceNow.") for note in found.notes)
    assert rows["RITM0009001"]["requested_for"]
    third = Period(date(2026, 7, 1), date(2026, 9, 30))
    approvals = await fetch(offered(systems)["servicenow.godkendelser"], "servicenow.godkendelser", third, tmp_path)
    assert {at.date().month for at in pq.read_table(approvals.path)["sys_updated_on"].to_pylist()} == {7, 8, 9}


async def test_the_plain_rules_find_what_is_planted_in_servicenow(systems: Systems, tmp_path: Path) -> None:
    """T11 and T12 read plainly."""
    tables = {}
    for name in ("sager", "sla", "godkendelser", "brugere", "stedfortraedere"):
        found = await fetch(offered(systems)[f"servicenow.{name}"], f"servicenow.{name}", None, tmp_path)
        tables[name] = pq.read_table(found.path).to_pylist()
    cases = {row["sys_id"]: row for row in tables["sager"]}
    breached = [cases[row["task"]] for row in tables["sla"] if row["has_breached"] and row["stage"] != "paused" and row["task"] in cases]
    lone = {(case["number"],) for case in breached if case["active"] and not case["assigned_to"]}
    readable = {(case["number"],) for case in cases.values()}
    assert lone == {one.key for one in planted() if one.tilsyn == "T11" and one.finding} & readable
    assert len(lone) >= 3
    users = {row["sys_id"]: row for row in tables["brugere"]}
    acts = {(users[row["user"]]["user_name"], users[row["delegate"]]["user_name"]) for row in tables["stedfortraedere"]}
    odd = set()
    for row in tables["godkendelser"]:
        if row["state"] != "approved" or row["sysapproval"] not in cases:
            continue
        approver, writer = users[row["approver"]]["user_name"], row["sys_updated_by"]
        own = row["approver"] in {cases[row["sysapproval"]]["requested_for"], cases[row["sysapproval"]]["opened_by"]}
        led = users[row["approver"]]["manager"] == cases[row["sysapproval"]]["requested_for"]
        if own or led or (writer not in {approver, "system"} and (approver, writer) not in acts):
            odd.add((row["sys_id"],))
    for approver in users:
        own_rows = sorted((one["sys_updated_on"], one["sys_id"]) for one in tables["godkendelser"] if one["approver"] == approver)
        for n, (begin, first) in enumerate(own_rows):
            steps = [(b - a).seconds <= 10 and (b - a).days == 0 for (a, _), (b, _) in pairwise(own_rows[n : n + 21])]
            if len(steps) == 20 and all(steps) and not (n and (begin - own_rows[n - 1][0]).total_seconds() <= 10):
                odd.add((first,))
    assert odd == findings("T12", date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_plain_rules_find_who_left_and_what_is_not_used(world: World, systems: Systems, tmp_path: Path, seed: int) -> None:
    """T1 (accounts) and T15 (licences that a person has directly) read plainly, for the third quarter."""
    await world.switch(world_seed=seed)
    tables = {}
    for name in ("graph.brugere", "graph.licenser", "timereg.ansaettelser", "timereg.fravaer"):
        tables[name] = pq.read_table((await fetch(offered(systems)[name], name, None, tmp_path)).path).to_pylist()
    end = date(2026, 9, 30)
    jobs: dict[str, list[date | None]] = {}
    for row in tables["timereg.ansaettelser"]:
        jobs.setdefault(row["bruger_id"], []).append(row["til"])
    gone = {who for who, ends in jobs.items() if all(one and one < end for one in ends)}
    enabled = {row["bruger_id"] for row in tables["graph.brugere"] if row["accountEnabled"]}
    assert {(who,) for who in gone & enabled} == findings("T1", date(2026, 1, 1), end, seed)
    assert gone - enabled
    signed = {row["userPrincipalName"]: row["lastSignIn"].date() for row in tables["graph.brugere"] if row["lastSignIn"]}
    direct = {row["userPrincipalName"] for row in tables["graph.licenser"] if row["tildelt_via"] == "direkte"}
    away = {
        row["medarbejder_nr"]
        for row in tables["timereg.fravaer"]
        if row["fra"] <= end <= row["til"] and (row["til"] - row["fra"]).days > 90
    }
    on_leave = {row["userPrincipalName"] for row in tables["graph.brugere"] if row["employeeId"] in away}
    assert on_leave
    unused = {(who,) for who in direct - on_leave if (end - signed[who]).days > 90}
    assert unused == {one.key for one in planted(seed) if one.tilsyn == "T15" and one.finding}
    assert len(unused) == 4


async def test_cases_documents_and_things(world: World, systems: Systems, tmp_path: Path) -> None:
    """What the integration may not see in eDoc is not there; documents are those filed since the period began; each thing has its price."""
    await world.reset()
    found = {}
    for name in ("edoc.sager", "edoc.dokumenter", "servicenow.aktiver"):
        found[name] = await fetch(offered(systems)[name], name, Period(date(2026, 9, 1), date(2026, 11, 22)), tmp_path)
    cases = {row["sagsnr"]: row for row in pq.read_table(found["edoc.sager"].path).to_pylist()}
    assert "2026-0012345" in cases
    assert "2026-0012399" not in cases  # the personnel case
    assert (cases["2026-0012345"]["kle"], cases["2026-0012345"]["ansvarlig"]) == ("85.11.20", "birthe.holm@kk.example")
    documents = pq.read_table(found["edoc.dokumenter"].path).to_pylist()
    assert {row["sagsnr"] for row in documents} <= set(cases)
    assert min(row["journaliseret"] for row in documents).date() >= date(2026, 9, 1)
    assert any(row["besked_id"] for row in documents)
    things = pq.read_table(found["servicenow.aktiver"].path).to_pylist()
    assert len(things) > 200
    assert all(row["cost"] and row["assigned_to"] and row["purchase_date"] for row in things)


async def test_a_full_answer_of_edoc_counts_as_broken_off(wild: Wild, tmp_path: Path) -> None:
    rows = ",".join(f'{{"CaseNumber": "2026-{n:07d}"}}' for n in range(1000))
    table = '{"Successful": true, "CodeTableRows": [{"Recno": 1, "Code": "85.00", "Description": "x"}]}'
    wild.script = [says(200, table), says(200, f'{{"Successful": true, "Cases": [{rows}]}}')]
    async with aiohttp.ClientSession() as http:
        with pytest.raises(Unavailable) as caught:
            await fetch(EdocDatasets(Edoc(http, wild.url, "kollega", "key")), "edoc.sager", None, tmp_path)
    assert caught.value.code == "incomplete"


async def test_mailboxes_that_nobody_looks_after(world: World, systems: Systems, tmp_path: Path) -> None:
    """T14 read plainly: nobody who is here may open it, or 180 days without use. The world as it was seeded."""
    await world.reset()
    await world.switch(exchange_latency_seconds=0)
    tables = {}
    for name in ("exchange.postkasser", "exchange.tilladelser", "graph.brugere"):
        tables[name] = pq.read_table((await fetch(offered(systems)[name], name, None, tmp_path)).path).to_pylist()
    here = {row["id"] for row in tables["graph.brugere"] if row["accountEnabled"]}
    opened_by = {
        row["postkasse"]
        for row in tables["exchange.tilladelser"]
        if row["ret"] == "full" and (row["user_id"] in here or row["art"] == "liste")
    }
    found = {
        (row["postkasse"],)
        for row in tables["exchange.postkasser"]
        if row["postkasse"] not in opened_by or (NOW.date() - row["sidst_brugt"].date()).days > 180
    }
    assert found == {one.key for one in planted() if one.tilsyn == "T14" and one.finding}
