"""The table of a run's findings: what an address asks for, its rows and groups as they are shown, and judging from it."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from multidict import MultiDict, MultiMapping

from dialogs.oversight import samples, telling
from dialogs.oversight.judging import CannotJudge, Entry
from dialogs.oversight.runner import Oversight
from dialogs.oversight.shown import VERDICTS, Judgement, Verdict, moment
from dialogs.oversight.store import Run
from insights.found import HOW, MOST, SCREEN, BadWish, Filter, Kind, Reader, Wish, kinds, said
from insights.since import grown, since
from insights.views import Json, bare, heading, judged

OPEN = "ingen"  # of `verdict`: findings that nobody has judged
AT_ONCE = 10_000  # findings judged together: more is a rule for the tilsyn's file, not a judgement


async def wished(query: MultiMapping[str], oversight: Oversight, reader: Reader, run: Run) -> Wish:
    """What an address asks for. Raises BadWish and NotRun (Danish)."""
    if run.state != "found":
        raise BadWish(bare(telling.answer(run)))
    only, never = await chosen(query.get("verdict", ""), query.get("sample", ""), oversight, run)
    if status := query.get("grown", ""):
        these = await grown(oversight, reader, run, status)
        only = these if only is None else only & these
    return Wish(
        search=query.get("q", "")[:200],
        filters=tuple(filter_of(text) for text in query.getall("f", [])[:10]),
        sort=query.get("sort", ""),
        descending=query.get("desc") == "1",
        group=query.get("group", ""),
        only=only,
        never=never,
        page=whole(query.get("page", "1"), 1_000_000),
        size=whole(query.get("size", str(SCREEN)), MOST),
    )


def filter_of(text: str) -> Filter:
    """A condition as an address writes it: "column:how:text". Raises BadWish."""
    column, _, rest = text.partition(":")
    how, _, value = rest.partition(":")
    if how not in HOW:
        raise BadWish("Det filter kender jeg ikke.")
    return Filter(column, how, value[:500])


def whole(text: str, most: int) -> int:
    """A number from 1. Raises BadWish."""
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise BadWish("Den side findes ikke.")
    return int(text)


async def chosen(verdict: str, sample: str, oversight: Oversight, run: Run) -> tuple[frozenset[int] | None, frozenset[int]]:
    """The numbers that a verdict and the sample leave: those alone (None for all), and those never. Raises BadWish."""
    only, never = None, frozenset[int]()
    if sample == "1":
        drawn = await samples.of(oversight, run)
        only = frozenset(drawn.numbers if drawn else ())
    if verdict == OPEN:
        never = frozenset(await oversight.judgements.of(run))
    elif verdict in VERDICTS:
        these = frozenset(nr for nr, one in (await oversight.judgements.of(run)).items() if one.verdict == verdict)
        only = these if only is None else only & these
    elif verdict:
        raise BadWish(f"Et fund kan være {', '.join(VERDICTS[:-1])} eller {VERDICTS[-1]}.")
    return only, never


async def table(oversight: Oversight, reader: Reader, run: Run, wish: Wish, *, compared: bool) -> Json:
    """A page of rows; where it is asked for, with what has become of each since the last run. Raises BadWish and NotRun."""
    holds = kinds(run.columns)
    found = await reader.rows(oversight.findings(run), holds, wish)
    numbers = [row["nr"] for row in found.rows]
    judgements = await oversight.judgements.of(run, among=numbers)
    last = await since(oversight, reader, run, numbers) if compared else {}
    return {
        "total": found.total,
        "totalText": f"{telling.number(found.total)} af {telling.number(run.rows)} fund",
        "page": wish.page,
        "pages": max(1, -(-found.total // wish.size)),
        "size": wish.size,
        "rows": [{**shown(row, judgements), "since": last.get(row["nr"])} for row in found.rows],
        "judged": judged(run, await oversight.judgements.count(run)),
    }


def shown(row: Mapping[str, Any], judgements: Mapping[int, Entry]) -> Json:
    """A row: its values as Danes write them, in the order of the columns, and what was said of it."""
    return {"nr": row["nr"], "cells": [telling.cell(value) for value in row.values()], **verdict_of(judgements.get(row["nr"]))}


def verdict_of(one: Judgement | None) -> Json:
    """A judgement in the table."""
    if one is None:
        return {"verdict": "", "reason": "", "by": "", "at": ""}
    return {"verdict": one.verdict, "reason": one.reason, "by": one.by, "at": moment(one.at)}


async def grouped(oversight: Oversight, reader: Reader, run: Run, wish: Wish) -> Json:
    """The findings counted by a column. Raises BadWish."""
    holds = kinds(run.columns)
    found = await reader.groups(oversight.findings(run), holds, wish)
    kind = holds[wish.group]
    return {
        "total": found.total,
        "totalText": f"{telling.number(found.total)} fund i {telling.number(found.groups)} grupper",
        "group": wish.group,
        "label": heading(wish.group),
        "sums": [heading(name) for name in found.columns],
        "rows": [
            {"name": telling.cell(value), "count": telling.number(count), "sums": [telling.cell(one) for one in sums], **way(value, kind)}
            for value, count, sums in found.rows
        ],
        "more": max(0, found.groups - len(found.rows)),
    }


def way(value: Any, kind: Kind) -> Json:
    """The filter that shows a group's rows alone; none for a value that may not stand in an address."""
    if value is None or value == "":
        return {"how": "empty", "value": ""}
    text = said(value, kind)
    return {"how": "is", "value": text} if telling.masked(text) == text and kind != "moment" else {"how": "", "value": ""}


async def judge(oversight: Oversight, reader: Reader, run: Run, body: Any, by: tuple[str, str]) -> Json:
    """Judge the findings of some numbers, or all that an address shows. Raises CannotJudge and BadWish."""
    if not isinstance(body, dict) or not isinstance(body.get("verdict"), str) or not isinstance(body.get("reason", ""), str):
        raise CannotJudge("Vælg en vurdering.")
    numbers = await numbers_of(oversight, reader, run, body)
    await oversight.judgements.put(run, numbers, cast("Verdict", body["verdict"]), body.get("reason", ""), by=by)
    judgements = await oversight.judgements.of(run, among=numbers[:MOST])
    return {
        "done": len(numbers),
        "judged": judged(run, await oversight.judgements.count(run)),
        "rows": {str(nr): verdict_of(one) for nr, one in judgements.items()},
    }


async def numbers_of(oversight: Oversight, reader: Reader, run: Run, body: Mapping[str, Any]) -> list[int]:
    """Which findings are meant. Raises CannotJudge where what an address shows is no longer what was seen."""
    numbers = body.get("numbers")
    if isinstance(numbers, list) and all(type(one) is int for one in numbers):
        if len(set(numbers)) > AT_ONCE:
            raise CannotJudge(f"Der kan vurderes {telling.number(AT_ONCE)} fund ad gangen. Vælg færre.")
        return sorted(set(numbers))
    every = body.get("all")
    if not isinstance(every, dict) or not isinstance(every.get("query"), str):
        raise CannotJudge("Vælg mindst ét fund.")
    wish = await wished(MultiDict(parse_qsl(every["query"])), oversight, reader, run)
    found = await reader.numbers(oversight.findings(run), kinds(run.columns), wish, AT_ONCE + 1)
    if len(found) > AT_ONCE:
        raise CannotJudge(f"Der kan vurderes {telling.number(AT_ONCE)} fund ad gangen. Vælg et filter mere.")
    if len(found) != every.get("count"):
        raise CannotJudge(f"Der er nu {telling.number(len(found))} fund i udvalget. Se dem igennem, og prøv igen.")
    return sorted(found)
