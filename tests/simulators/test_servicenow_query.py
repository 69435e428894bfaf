"""Encoded queries: every operator, silent dropping, and equality with a naive filter on generated ones."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.servicenow.conditions import OPERATORS, Context
from simulators.servicenow.query import Query, parse, sort
from simulators.servicenow.records import Records, Row
from simulators.servicenow.scripts import evaluate
from simulators.servicenow.sessions import session
from simulators.servicenow.values import moment, stored
from simulators.world import NOW
from tests.simulators.servicenow_desk import AMIR, BIRTHE, ROBOT, Desk

QUICK = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def context(desk: Desk, user_name: str = ROBOT, table: str = "incident") -> Context:
    records = Records(desk.simulation)
    user = records.first("sys_user", user_name=user_name)
    assert user
    return Context(records, session(records, user), table)


def matches(desk: Desk, query: str, user_name: str = ROBOT, table: str = "incident") -> list[Row]:
    at = context(desk, user_name, table)
    found = parse(at, query)
    assert not found.dropped, query
    return [row for row in at.records.rows(table) if found.holds(row)]


def incidents(desk: Desk) -> list[Row]:
    return list(Records(desk.simulation).rows("incident"))


def same(desk: Desk, query: str, naive: Callable[[Row], bool]) -> None:
    """The query finds what the naive filter finds, which is some rows and not all."""
    wanted = [row["sys_id"] for row in incidents(desk) if naive(row)]
    assert [row["sys_id"] for row in matches(desk, query)] == wanted, query
    assert 0 < len(wanted) < len(incidents(desk)), query


async def test_binding_of_and_or_and_new_query(desk: Desk) -> None:
    same(desk, "state=1^impact=2", lambda r: r["state"] == "1" and r["impact"] == "2")
    same(desk, "state=1^ORstate=2^impact=2", lambda r: r["state"] in {"1", "2"} and r["impact"] == "2")
    same(desk, "state=1^impact=2^NQstate=7^EQ", lambda r: (r["state"] == "1" and r["impact"] == "2") or r["state"] == "7")


async def test_operators_of_text_and_numbers(desk: Desk) -> None:
    def text(row: Row) -> str:
        return str(row["short_description"]).casefold()

    same(desk, "short_descriptionLIKEPRINT", lambda r: "print" in text(r))
    same(desk, "short_description*print", lambda r: "print" in text(r))
    same(desk, "short_descriptionNOT LIKEprint", lambda r: "print" not in text(r))
    same(desk, "short_description!*print", lambda r: "print" not in text(r))
    same(desk, "short_descriptionSTARTSWITHkan ikke", lambda r: text(r).startswith("kan ikke"))
    same(desk, "short_descriptionENDSWITHToner", lambda r: text(r).endswith("toner"))
    same(desk, "short_description%toner", lambda r: text(r).endswith("toner"))
    same(desk, "stateIN1,2", lambda r: r["state"] in {"1", "2"})
    same(desk, "stateNOT IN1,2", lambda r: r["state"] not in {"1", "2"})
    same(desk, "state>2^state<7", lambda r: 2 < int(r["state"]) < 7)
    same(desk, "priorityBETWEEN2@3", lambda r: 2 <= int(r["priority"]) <= 3)
    same(desk, "active!=true", lambda r: r["active"] != "true")
    same(desk, "hold_reasonISNOTEMPTY", lambda r: bool(r.get("hold_reason")))
    same(desk, "assigned_toISEMPTY", lambda r: not r.get("assigned_to"))
    same(desk, "assigned_to=", lambda r: not r.get("assigned_to"))
    same(desk, "close_code!=Solution provided", lambda r: r.get("close_code") != "Solution provided")
    same(desk, "impactSAMEASurgency", lambda r: r["impact"] == r["urgency"])
    same(desk, "impactGT_FIELDurgency", lambda r: r["impact"] > r["urgency"])
    assert len(matches(desk, "numberANYTHING")) == len(incidents(desk))


async def test_references_by_id_name_path_and_person(desk: Desk) -> None:
    birthe = context(desk, BIRTHE).session.user
    own = len(matches(desk, f"caller_id={birthe}"))
    assert own > 3
    for query in (
        "caller_id.email=birthe.holm@kk.example",
        "caller_idLIKEbirthe h",
        "caller_id.manager.name=Jens Kjær^caller_id.first_name=Birthe",
    ):
        assert len(matches(desk, query)) == own, query
    for query in ("caller_id=javascript:gs.getUserID()", "caller_idDYNAMIC90d1921e5f510100a9ad2572f2b477fe"):
        assert len(matches(desk, query, BIRTHE)) == own, query
    assert len(matches(desk, "caller_id.user_name=javascript:gs.getUserName()", BIRTHE)) == own


async def test_groups_classes_and_relations(desk: Desk) -> None:
    amir = context(desk, AMIR).session
    mine = [row for row in incidents(desk) if row["assignment_group"] in amir.groups]
    assert 0 < len(mine) < len(incidents(desk))
    for query in ("assignment_group=javascript:gs.getMyGroups()", "assignment_groupDYNAMICd6435e965f510100a9ad2572f2b47744"):
        assert len(matches(desk, query, AMIR)) == len(mine), query
    assert len(matches(desk, "sys_class_nameINSTANCEOFincident", table="task")) == len(incidents(desk))
    printers = matches(desk, "sys_class_nameINSTANCEOFcmdb_ci_printer", table="cmdb_ci")
    assert {row["sys_class_name"] for row in printers} == {"cmdb_ci_printer"}
    borups = matches(desk, "full_name=Borups Allé 177", table="cmn_location")[0]["sys_id"]
    assert len(matches(desk, f"parentIN_HIERARCHY{borups}", table="cmn_location")) == 5


async def test_joins_and_related_lists(desk: Desk) -> None:
    joined = matches(desk, "JOINincident.caller_id=sys_user.sys_id!user_name=birthe.holm")
    assert {row["caller_id"] for row in joined} == {context(desk, BIRTHE).session.user}
    busy = matches(desk, "RLQUERYincident.caller_id,>=3^active=true^ENDRLQUERY^active=true", table="sys_user")
    counts = [sum(r["caller_id"] == user["sys_id"] and r["active"] == "true" for r in incidents(desk)) for user in busy]
    assert counts
    assert min(counts) >= 3
    assert len(matches(desk, "RLQUERYincident.caller_id,=0,m2m^ENDRLQUERY", table="sys_user")) > 50


async def test_full_text(desk: Desk) -> None:
    assert "INC0010243" in {row["number"] for row in matches(desk, "123TEXTQUERY321=papirstop KB-3-02")}


async def test_dates_are_read_in_the_callers_zone(desk: Desk) -> None:
    # INC0010243 was opened 11:00 UTC, which is noon in Copenhagen
    one = "number=INC0010243^opened_at>=2026-11-22 11:30:00"
    assert [len(matches(desk, one, user)) for user in (ROBOT, BIRTHE)] == [0, 1]
    same(desk, "opened_at>javascript:gs.dateGenerate('2026-11-20','00:00:00')", lambda r: r["opened_at"] > "2026-11-20 00:00:00")
    same(desk, "opened_atBETWEEN2026-11-18@2026-11-20 12:00:00", lambda r: "2026-11-18 00:00:00" <= r["opened_at"] <= "2026-11-20 12:00:00")
    same(desk, "resolved_atMORETHANopened_at@hour@after@10", lambda r: took(r) > 10)
    same(desk, "opened_atDATEPARTMonday@javascript:gs.datePart('dayofweek','monday','EE')", lambda r: weekday(r["opened_at"]) == 0)


def took(row: Row) -> float:
    first, last = moment(row["opened_at"]), moment(row.get("resolved_at", ""))
    return (last - first).total_seconds() / 3600 if first and last else -1


def weekday(text: str) -> int:
    found = moment(text)
    assert found
    return found.weekday()


async def test_relative_dates_follow_the_clock(desk: Desk) -> None:
    row = await desk.create("incident", {"short_description": "Nu", "correlation_id": "now"})
    for query in (
        "opened_atRELATIVEGT@hour@ago@1",
        "opened_atRELATIVELT@minute@ahead@5",
        "opened_atONToday@javascript:gs.beginningOfToday()@javascript:gs.endOfToday()",
        "opened_at>=javascript:gs.daysAgoStart(0)^opened_at<=javascript:gs.daysAgoEnd(0)",
        "opened_at>javascript:gs.minutesAgo(5)",
    ):
        found = matches(desk, f"{query}^correlation_id=now")
        assert [one["sys_id"] for one in found] == [row["sys_id"]], query
    assert matches(desk, "opened_atNOTONToday@javascript:gs.beginningOfToday()@javascript:gs.endOfToday()^correlation_id=now") == []


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("gs.beginningOfToday()", "2026-11-22 23:00:00"),
        ("gs.endOfToday()", "2026-11-23 22:59:59"),
        ("gs.daysAgoStart(30)", "2026-10-23 22:00:00"),  # summer time then
        ("gs.beginningOfThisWeek()", "2026-11-22 23:00:00"),
        ("gs.beginningOfThisMonth()", "2026-10-31 23:00:00"),
        ("gs.endOfLastMonth()", "2026-10-31 22:59:59"),
        ("gs.beginningOfThisQuarter()", "2026-09-30 22:00:00"),
        ("gs.endOfThisYear()", "2026-12-31 22:59:59"),
        ("gs.monthsAgoStart(1)", "2026-09-30 22:00:00"),
        ("gs.hoursAgo(2)", "2026-11-23 07:00:00"),
        ("gs.daysAgo(1)", "2026-11-22 09:00:00"),
        ("gs.dateGenerate('2026-11-20', '08:00:00')", "2026-11-20 08:00:00"),
    ],
)
async def test_scripts_know_the_calendar(desk: Desk, script: str, wanted: str) -> None:
    assert evaluate(f"javascript:{script}", context(desk, BIRTHE).session, NOW) == wanted


@pytest.mark.parametrize(
    "part",
    [
        "nummer=INC1",
        "numberLIGNERx",
        "number",
        "=x",
        "caller_id.nope=x",
        "state.name=1",
        "opened_at>i går",
        "state>mange",
        "opened_at>javascript:gs.sleep(1)",
        "opened_at=javascript:new Foo().bar()",
        "caller_idDYNAMICnobody",
        "sys_class_nameINSTANCEOFnope",
        "impactSAMEASnope",
        "opened_atRELATIVEGT@eon@ago@1",
        "stateRELATIVEGT@hour@ago@1",
        "JOINincident.nope=sys_user.sys_id!",
        "RLQUERYnope.nope,>=1^ENDRLQUERY",
        "123TEXTQUERY321=",
        "ORDERBYnope",
        "Number=INC1",
    ],
)
async def test_invalid_parts_vanish_without_a_word(desk: Desk, part: str) -> None:
    at = context(desk)
    for query in (part, f"state=1^{part}", f"{part}^state=1", f"state=1^OR{part}", f"state=1^NQ{part}"):
        assert parse(at, query).dropped, query
    said = await desk.call("GET", "/api/now/table/incident", params={"sysparm_query": part, "sysparm_limit": "1"})
    assert (said.status, int(said.headers["X-Total-Count"])) == (200, len(incidents(desk)))
    said = await desk.call("GET", "/api/now/table/incident", params={"sysparm_query": f"number=INC0010243^{part}"})
    assert [row["number"] for row in said.result] == ["INC0010243"]


async def test_an_or_after_a_dropped_part_stands_alone(desk: Desk) -> None:
    found = parse(context(desk), "impact=2^nummer=1^ORstate=1")
    held = [row for row in incidents(desk) if found.holds(row)]
    assert {row["impact"] for row in held} == {"2"}
    assert {row["state"] for row in held} == {"1"}


async def test_the_property_returns_no_rows(desk: Desk) -> None:
    await desk.control("settings", servicenow_returns_no_rows=True)
    assert await desk.rows("incident", "nummer=INC1") == []
    assert len(await desk.rows("incident", "number=INC0010243")) == 1


async def test_a_value_cannot_be_kept_from_being_a_query(desk: Desk) -> None:
    text = "x^ORactive=true"  # what a person wrote, put into a filter as it is
    assert len(await desk.rows("incident", f"short_description={text}")) > 10


async def test_several_orders_in_their_rank(desk: Desk) -> None:
    rows = await desk.rows("incident", "ORDERBYpriority^ORDERBYDESCopened_at", user="admin")
    keys = [(int(row["priority"]), -(moment(row["opened_at"]) or NOW).timestamp()) for row in rows]
    assert keys == sorted(keys)
    names = await desk.rows("incident", "ORDERBYcaller_id", user="admin", sysparm_fields="caller_id", sysparm_display_value="true")
    shown = [row["caller_id"]["display_value"].casefold() for row in names]
    assert shown == sorted(shown)


VALUES = {
    "state": ["1", "2", "3", "6", "7", "8"],
    "impact": ["1", "2", "3"],
    "active": ["true", "false"],
    "category": ["print", "mail", "hardware", "PRINT", "ingen"],
    "short_description": ["Printer på 3. sal", "pc", "kan ikke", "Å", "printer"],
    "hold_reason": ["1", "4", ""],
    "caller_id.first_name": ["Birthe", "ole", "x"],
}
NAIVE: dict[str, Callable[[str, str], bool]] = {
    "=": lambda has, wanted: has.casefold() == wanted.casefold(),
    "!=": lambda has, wanted: has.casefold() != wanted.casefold(),
    "LIKE": lambda has, wanted: wanted.casefold() in has.casefold(),
    "STARTSWITH": lambda has, wanted: has.casefold().startswith(wanted.casefold()),
    "ENDSWITH": lambda has, wanted: has.casefold().endswith(wanted.casefold()),
    "NOT LIKE": lambda has, wanted: wanted.casefold() not in has.casefold(),
    "ISEMPTY": lambda has, _: has == "",
    "ISNOTEMPTY": lambda has, _: has != "",
    "ANYTHING": lambda *_: True,
}
Part = tuple[str, str, str]


@st.composite
def part(draw: st.DrawFn) -> Part:
    name, sign = draw(st.sampled_from(sorted(VALUES))), draw(st.sampled_from(sorted(NAIVE)))
    return name, sign, draw(st.sampled_from(VALUES[name]))


def naive_value(desk: Desk, row: Row, name: str) -> str:
    if name == "caller_id.first_name":
        user = desk.simulation.store.table("servicenow", "sys_user").get(row["caller_id"], {})
        return str(user.get("first_name", ""))
    return str(row.get(name, ""))


@QUICK
@given(st.lists(st.lists(st.lists(part(), min_size=1, max_size=3), min_size=1, max_size=3), min_size=1, max_size=2))
async def test_a_valid_query_finds_what_a_naive_filter_finds(desk: Desk, alternatives: list[list[list[Part]]]) -> None:
    query = "^NQ".join("^".join("^OR".join("".join(one) for one in group) for group in groups) for groups in alternatives)
    rows = incidents(desk)

    def holds(row: Row) -> bool:
        return any(
            all(any(NAIVE[sign](naive_value(desk, row, name), value) for name, sign, value in group) for group in groups)
            for groups in alternatives
        )

    assert [row["sys_id"] for row in matches(desk, query)] == [row["sys_id"] for row in rows if holds(row)]


WORDS = st.sampled_from(
    [
        *OPERATORS,
        *"^ ^OR ^NQ ^EQ ORDERBY ORDERBYDESC GROUPBY JOIN RLQUERY ENDRLQUERY ! @ , . = javascript: 321=".split(),
        *"number state caller_id opened_at sys_id name parent active short_description javascript:gs.daysAgo( ) 9999999999 -1 99-99-99".split(),
        "javascript:gs.daysAgoStart(99999999)",
        "javascript:gs.monthsAgoStart(99999)",
        "@year@ahead@99999",
        "TEXTQUERY321=",
        "gs.datePart('year','2026','EE')",
    ]
)


@QUICK
@given(
    st.lists(WORDS | st.text(max_size=4), max_size=14).map("".join),
    st.sampled_from(["incident", "task", "sys_user", "cmdb_ci", "sys_choice"]),
)
async def test_any_text_is_a_query(desk: Desk, text: str, table: str) -> None:
    at = context(desk, table=table)
    found = parse(at, text)
    rows = list(at.records.rows(table))[:20]
    assert len(sort(at, found, [row for row in rows if found.holds(row)], "0")) <= 20


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS | st.text(max_size=4), max_size=14).map("".join))
async def test_no_query_is_an_error_over_http(desk: Desk, text: str) -> None:
    params = {"sysparm_query": text, "sysparm_limit": "2"}
    said = await desk.call("GET", "/api/now/table/incident", params=params, headers={"Accept": "*/*"})
    assert said.status == 200
    assert len(said.result) <= 2


async def test_a_query_without_conditions_finds_everything(desk: Desk) -> None:
    assert Query().holds({})
    assert len(matches(desk, "^^")) == len(incidents(desk))
    assert stored(NOW - timedelta(hours=22)) in {row["opened_at"] for row in incidents(desk)}
