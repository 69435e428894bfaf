"""What the tab answers, over HTTP: to whom, the same numbers as the chat's card, states that cannot be mistaken, judging by several at once."""

import asyncio
import shutil
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest

import app
from connectors.errors import Denied
from dialogs.oversight import cards, exports, samples, signing, telling
from dialogs.oversight.rights import REFUSAL
from dialogs.oversight.samples import Wish
from dialogs.oversight.signing import Signed
from dialogs.oversight.store import Run
from insights import views
from insights.identity import Rights
from tests.insights.conftest import IDS, Tab

pytestmark = pytest.mark.asyncio(loop_scope="module")


def every(run: str) -> list[str]:
    """All addresses that tell of a run."""
    ways = ("", "/rows", "/rows?group=hvorfor", "/rows/1", "/picture", "/development", "/excel", "/pdf")
    return ["runs", *(f"runs/{run}{way}" for way in ways)]


async def test_nobody_sees_anything_without_being_known_and_having_the_right(tab: Tab) -> None:
    run, before = tab.runs["found"].id, len(tab.sights())
    for path in every(run):
        assert await tab.get(path, "Ole Bang") == (403, {"error": REFUSAL})
        assert (await tab.get(path, "00000000-0000-4000-8000-00000000ffff"))[0] == 403
        for said in ({}, {"Authorization": ""}, {"Authorization": "Bearer x"}, {"Authorization": "Local"}):
            async with tab.house.http.get(f"{tab.house.bot}/tab/api/{path}", headers=said) as answer:
                assert answer.status == 401, (path, said)
    body = {"numbers": [1], "verdict": "ok"}
    assert await tab.post(f"runs/{run}/judge", body, "Ole Bang") == (403, {"error": REFUSAL})
    assert len(tab.sights()) == before
    assert (await tab.get("runs/nothing-like-it"))[0] == 404
    assert (await tab.get("runs/..%2f..%2fkollega.sqlite"))[0] == 404


async def test_a_page_of_another_name_for_this_machine_gets_nothing(tab: Tab) -> None:
    """A name that somebody else's server gives this machine's address would let their page in."""
    assert (await tab.get("runs", Host="evil.example"))[0] == 403


async def test_every_answer_has_the_headers_that_keep_the_tab_to_itself(tab: Tab) -> None:
    for path in (
        "/tab/",
        "/tab/runs/x",
        "/tab/page/main.js",
        "/tab/library/echarts.js",
        "/tab/api/runs",
        "/tab/nothing",
        "/tab/page/..%2froutes.py",
    ):
        async with tab.house.http.get(tab.house.bot + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "Set-Cookie" not in answer.headers
            assert answer.status == (401 if "api" in path else 404 if "nothing" in path or ".." in path else 200), path
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'self'" in policy
        assert "unsafe" not in policy
    async with tab.house.http.get(f"{tab.house.bot}/tab?as=x", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (308, "/tab/?as=x")


async def test_the_list_says_how_each_tilsyn_stands(tab: Tab) -> None:
    status, told = await tab.get("runs")
    assert status == 200
    stands = {one["name"]: (one["stateText"], one["judgedText"], one["next"]) for one in told["tilsyn"]}
    assert stands["manglende_bilag"] == ("7 fund", "0 af 7", "Vurdér 7")
    assert stands["koeb_over_bemyndigelse"] == ("intet fundet", "–", "Skriv under")
    assert stands["mulige_dobbeltfakturaer"] == ("ingen data", "–", "Prøv igen")
    assert stands["konsulentfakturaer_mod_timer"] == ("delvist hentet", "–", "Prøv igen")
    assert stands["licenser_uden_brug"] == ("ikke kørt", "–", "Kør det")
    assert [one["state"] for one in told["tilsyn"]][:3] == ["partial", "empty", "found"]
    assert "2 uden resultat, 1 mangler vurdering og 1 mangler underskrift." in told["answer"]
    assert (await tab.get("runs", "Jens Kjær"))[1] == told  # who leads somebody sees them too


WHEEL = """
[[punkt]]
tilsyn = "{}"
maaneder = "kvartal"
frist = {}
konsekvens = 5
sandsynlighed = 4
ejer = "{}@kk.example"
"""


async def test_the_list_tells_the_deadlines_that_are_theirs(tab: Tab) -> None:
    path = tab.var / "aarshjul.toml"
    before = path.read_text()
    path.write_text(WHEEL.format("licenser_uden_brug", 10, "jens.kjaer") + WHEEL.format("manglende_bilag", 80, "sofie.lund"))
    told, mine = (await tab.get("runs"))[1], (await tab.get("runs", "Jens Kjær"))[1]
    path.write_text(before)
    due = {one["name"]: one["deadline"] for one in told["tilsyn"] if one["deadline"]}
    assert (due["licenser_uden_brug"]["late"], due["licenser_uden_brug"]["period"][-4:]) == (True, "2025")
    assert told["tilsyn"][0]["deadline"]["late"]
    assert " over fristen" in told["answer"]
    assert "kvartal%202025" in told["tilsyn"][0]["chat"]
    assert due.keys() == {"licenser_uden_brug", "manglende_bilag"}
    assert {one["name"] for one in mine["tilsyn"] if one["deadline"]} == {"licenser_uden_brug"}


async def test_a_run_shows_the_same_as_its_card(tab: Tab) -> None:
    run = tab.runs["found"]
    card = await cards.card(tab.house.app[app.DESK], run, IDS["Sofie Lund"])
    told = (await tab.get(f"runs/{run.id}"))[1]
    assert card.text.startswith(told["answer"])
    way = next(one.url for one in card.buttons if one.label == "Åbn i fanen")
    assert way.endswith(f"/tab/runs/{run.id}?as={IDS['Sofie Lund']}")
    facts = {one.label: one.value for one in card.facts}
    for number in told["numbers"]:
        assert facts[number["label"]] == number["value"]
    shown = await exports.shown_of(tab.oversight, run)
    assert told["judgedText"] == shown.judged
    grown = (await tab.get(f"runs/{run.id}/development"))[1]
    assert grown["text"] == shown.compared
    first = (await tab.get(f"runs/{run.id}/rows"))[1]["rows"][0]
    assert telling.cell(first["nr"]) == first["cells"][0]
    assert any(fact.label == f"Nr. {first['nr']}" and first["cells"][2] in fact.value.replace(" ", "") for fact in card.facts)


async def test_each_sight_of_rows_is_on_record_and_what_shows_none_is_not(tab: Tab) -> None:
    run, before = tab.runs["found"].id, len(tab.sights())
    await tab.get("runs")
    await tab.get(f"runs/{run}")
    await tab.get(f"runs/{run}/rows?q=findes+ikke")
    assert len(tab.sights()) == before
    for path in every(run)[2:]:
        assert path.endswith(("excel", "pdf")) or (await tab.get(path))[0] == 200
    seen = tab.sights()[before:]
    assert {(one["what"], len(seen)) for one in seen} == {("rows of a tilsyn", 5)}


async def test_a_run_that_is_not_whole_has_no_numbers_rows_or_files(tab: Tab) -> None:
    for name, words in (("empty", "ingen data"), ("partial", "kun delvist hentet")):
        run = tab.runs[name].id
        told = (await tab.get(f"runs/{run}"))[1]
        assert (told["whole"], told["numbers"], told["excel"], told["pdf"]) == (False, [], "", "")
        assert words in told["answer"]
        assert "say=k%C3%B8r%20tilsynet" in told["again"]
        for way in ("rows", "rows/1", "excel", "pdf"):
            assert (await tab.get(f"runs/{run}/{way}"))[0] == 409
    nothing = (await tab.get(f"runs/{tab.runs['nothing'].id}"))[1]
    assert (nothing["whole"], nothing["answer"].endswith("intet fundet.")) == (True, True)


async def asked(tab: Tab, run: Run, query: str) -> list[int]:
    """The numbers of the rows of an address."""
    status, told = await tab.get(f"runs/{run.id}/rows?{query}")
    assert status == 200, told
    return [one["nr"] for one in told["rows"]]


async def test_rows_are_searched_filtered_sorted_and_turned(tab: Tab) -> None:
    run = tab.runs["found"]
    rows = pq.read_table(tab.oversight.findings(run)).to_pylist()
    assert await asked(tab, run, "") == [one["nr"] for one in rows]
    assert await asked(tab, run, "sort=beloeb") == [one["nr"] for one in sorted(rows, key=lambda one: Decimal(one["beloeb"]))]
    assert (
        await asked(tab, run, "sort=beloeb&desc=1&size=2&page=2")
        == [one["nr"] for one in sorted(rows, key=lambda one: Decimal(one["beloeb"]), reverse=True)][2:4]
    )
    assert await asked(tab, run, "f=hvorfor:has:BILAG&f=beloeb:from:1.000") == [
        one["nr"] for one in rows if "bilag" in one["hvorfor"] and one["beloeb"] >= 1000
    ]
    assert await asked(tab, run, f"q={rows[2]['bilagsnr'][-6:]}") == [rows[2]["nr"]]
    told = (await tab.get(f"runs/{run.id}/rows?group=hvorfor"))[1]
    assert [(one["name"], one["count"]) for one in told["rows"]] == [("bilag mangler", "5"), ("teksten siger intet om formålet", "2")]
    assert sum(Decimal(one["sums"][0].replace(".", "").replace(",", ".")) for one in told["rows"]) == sum(one["beloeb"] for one in rows)


@pytest.mark.parametrize(
    "query",
    [
        "sort=beloeb%22%20desc%3B%20drop%20table%20x",
        "group=nr%22",
        "f=beloeb%22:is:1",
        "f=beloeb:like:1",
        "f=beloeb:is:1%20OR%201=1",
        "f=koebt:from:i%20g%C3%A5r",
        "f=koebt:from:31.2.2026",
        "page=0",
        "page=-1",
        "size=1000",
        "page=x",
        "verdict=m%C3%A5ske",
    ],
)
async def test_what_cannot_be_had_is_refused_in_words(tab: Tab, query: str) -> None:
    status, told = await tab.get(f"runs/{tab.runs['found'].id}/rows?{query}")
    assert (status, told["error"][-1]) == (409, ".")


async def test_what_a_person_writes_is_a_value_and_nothing_else(tab: Tab) -> None:
    run = tab.runs["odd"]
    assert await asked(tab, run, "q=%27)%20OR%20true%20--") == []
    assert await asked(tab, run, "f=tekst:has:%3DHYPERLINK(%22") == [1]
    assert await asked(tab, run, "f=tekst:is:-2%2B3") == [3]
    assert await asked(tab, run, "f=tekst:empty:") == [9]


async def test_evidence_is_found_by_other_columns_names_and_led_on_by_what_is_found(tab: Tab) -> None:
    """A doubled invoice says neither faktura_id nor kreditor_nr; a case says number where what hangs on it says sys_id."""
    run = await tab.run("mulige_dobbeltfakturaer", "2026-Q3")
    told = (await tab.get(f"runs/{run.id}/rows/1"))[1]
    invoices, creditors = told["sources"]
    assert (invoices["dataset"], invoices["total"]) == ("kvantum.fakturaer", 2)
    assert {row[0] for row in invoices["rows"]} == set(told["name"].split(" · "))
    whose = invoices["columns"].index("Kreditor nr")
    assert creditors["total"] == len({row[whose] for row in invoices["rows"]})
    run = await tab.run("sager_over_sla_uden_ejer", "2026-Q3")
    cases = {one["dataset"]: one for one in (await tab.get(f"runs/{run.id}/rows/1"))[1]["sources"]}
    assert cases["servicenow.sager"]["total"] == cases["servicenow.sla"]["total"] == 1
    assert "Ingen rækker" in cases["timereg.fravaer"]["text"]


async def test_a_sample_is_all_that_needs_judging_and_can_be_seen_alone(tab: Tab) -> None:
    run = tab.runs["odd"]
    drawn = await samples.draw(tab.oversight, run, Wish(size=2), "Sofie Lund")
    assert sorted(await asked(tab, run, "sample=1")) == sorted(drawn.numbers)
    told = (await tab.get(f"runs/{run.id}"))[1]["sample"]
    assert (told["size"], told["method"]) == (2, "2 tilfældige")
    standing = await views.standing(tab.oversight, await tab.oversight.of(run), run)
    assert (standing.wanted, standing.next) == (2, "Vurdér 2")
    await tab.post(f"runs/{run.id}/judge", {"numbers": list(drawn.numbers), "verdict": "ok"})
    standing = await views.standing(tab.oversight, await tab.oversight.of(run), run)
    assert (standing.next, standing.signed) == ("Skriv under", "")


async def test_a_signature_is_shown_and_holds_until_a_judgement_changes(tab: Tab) -> None:
    run = await tab.run("manglende_bilag", "2026-Q2")
    await tab.post(f"runs/{run.id}/judge", {"numbers": [1, 2, 3], "verdict": "ok"})
    draft = await signing.drafted(tab.oversight, run)
    one = Signed(
        prepared_by="Sofie Lund",
        signed_by="Jens Kjær",
        at=tab.oversight.now(),
        text=signing.text_of(run, draft.lines, ""),
        digest=draft.digest,
        job="j",
    )
    await tab.oversight.signatures.put(run, one)
    [shown] = (await tab.get(f"runs/{run.id}"))[1]["signed"]
    assert (shown["by"], shown["holds"], shown["version"]) == ("Jens Kjær", True, 1)
    assert signing.SENTENCE in shown["text"]
    standing = await views.standing(tab.oversight, await tab.oversight.of(run), run)
    assert (standing.signed.split(",")[0], standing.next) == ("Jens Kjær", "")
    await tab.post(f"runs/{run.id}/judge", {"numbers": [2], "verdict": "fejl", "reason": "det mangler alligevel"})
    [shown] = (await tab.get(f"runs/{run.id}"))[1]["signed"]
    assert shown["holds"] is False


async def test_each_finding_says_what_has_become_of_it_since_the_last_run(tab: Tab) -> None:
    runs = [await tab.run("faellespostkasser_uden_ejer", period) for period in ("2026-Q2", "2026-Q3")]
    [row] = (await tab.get(f"runs/{runs[1].id}/rows?since=1"))[1]["rows"]
    assert row["since"] == {"kind": "gentaget", "text": "gentaget, 2. gang", "changes": ""}
    assert await asked(tab, runs[1], "grown=gentaget") == [row["nr"]]
    assert await asked(tab, runs[1], "grown=ny") == []
    assert (await tab.get(f"runs/{tab.runs['before'].id}/rows?grown=ny"))[0] == 409
    shown = (await tab.get(f"runs/{tab.runs['found'].id}/rows?since=1&sort=beloeb"))[1]["rows"]
    assert {one["since"]["text"] for one in shown} == {"ny"}
    assert (await tab.get(f"runs/{tab.runs['found'].id}/rows?grown=l%C3%B8st"))[0] == 409


async def test_a_cpr_number_is_shown_nowhere(tab: Tab) -> None:
    run = tab.runs["odd"]
    for way in ("rows", "rows?group=tekst", "rows/5", "picture"):
        assert "010170" not in str((await tab.get(f"runs/{run.id}/{way}"))[1])


async def test_evidence_is_the_rows_that_share_the_key(tab: Tab) -> None:
    run = tab.runs["found"]
    told = (await tab.get(f"runs/{run.id}/rows/3"))[1]
    row = next(one for one in pq.read_table(tab.oversight.findings(run)).to_pylist() if one["nr"] == 3)
    [source] = told["sources"]
    data = pq.read_table(tab.oversight.place(run.id) / "kvantum.posteringer.parquet").to_pylist()
    wanted = [one for one in data if (one["regnskabsaar"], one["bilagsnr"]) == (row["regnskabsaar"], row["bilagsnr"])]
    assert source["total"] == len(wanted)
    assert source["text"] == f"{len(wanted)} rækker, hvor regnskabsår er {row['regnskabsaar']} og bilagsnr er {row['bilagsnr']}."
    assert [one[0] for one in source["rows"]] == [one["bilagsnr"] for one in wanted]
    assert await tab.get(f"runs/{run.id}/rows/8") == (409, {"error": "Det fund er ikke i kørslen."})


async def test_several_people_judge_at_once_and_no_entry_is_lost(tab: Tab) -> None:
    run = tab.runs["before"]
    people = ("Sofie Lund", "Jens Kjær") * 5
    said = [
        tab.post(f"runs/{run.id}/judge", {"numbers": [1 + number % 3], "verdict": "forklaret", "reason": f"grund {number}"}, name)
        for number, name in enumerate(people)
    ]
    assert {status for status, _ in await asyncio.gather(*said)} == {200}
    told = [(await tab.get(f"runs/{run.id}/rows/{nr}"))[1]["history"] for nr in (1, 2, 3)]
    assert sorted(one["reason"] for some in told for one in some) == sorted(f"grund {number}" for number in range(10))
    assert {one["by"] for some in told for one in some} == {"Sofie Lund", "Jens Kjær"}
    assert (await tab.get(f"runs/{run.id}/rows"))[1]["judged"] == {"done": 3, "of": 3, "text": "3 af 3 vurderet"}
    assert await asked(tab, run, "verdict=ingen") == []
    assert sorted(await asked(tab, run, "verdict=forklaret")) == [1, 2, 3]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"numbers": [1], "verdict": "fejl"}, "Skriv en begrundelse"),
        ({"numbers": [1], "verdict": "måske", "reason": "x"}, "Et fund kan være"),
        ({"numbers": [8], "verdict": "ok"}, "Der er ikke noget fund nr. 8"),
        ({"numbers": [], "verdict": "ok"}, "Skriv, hvilket fund"),
        ({"numbers": ["1"], "verdict": "ok"}, "Vælg mindst ét fund"),
        ({"numbers": [True], "verdict": "ok"}, "Vælg mindst ét fund"),
        ({"numbers": [*range(1, 10_002)], "verdict": "ok"}, "Der kan vurderes 10.000 fund ad gangen"),
        ({"all": {"query": "", "count": 3}, "verdict": "ok"}, "Der er nu 7 fund i udvalget"),
        ([], "Vælg en vurdering"),
    ],
)
async def test_a_judgement_that_does_not_hold_is_refused_and_nothing_kept(tab: Tab, body: Any, words: str) -> None:
    run = tab.runs["found"]
    status, told = await tab.post(f"runs/{run.id}/judge", body)
    assert (status, words in told["error"]) == (409, True), told
    assert await tab.oversight.judgements.of(run) == {}


async def test_all_that_an_address_shows_are_judged_together(tab: Tab) -> None:
    run = await tab.run("manglende_bilag", "2026-Q3")
    query = "f=hvorfor%3Ahas%3Abilag"
    status, told = await tab.post(f"runs/{run.id}/judge", {"all": {"query": query, "count": 5}, "verdict": "ok"})
    assert (status, told["done"], told["judged"]["text"]) == (200, 5, "5 af 7 vurderet")
    assert len(await asked(tab, run, "verdict=ingen")) == 2


async def test_a_file_comes_under_its_own_name(tab: Tab) -> None:
    run = tab.runs["found"].id
    said = {"Authorization": f"Local {IDS['Sofie Lund']}"}
    for way, begins in (("excel", b"PK"), ("pdf", b"%PDF")):
        async with tab.house.http.get(f"{tab.house.bot}/tab/api/runs/{run}/{way}", headers=said) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''Manglende%20bilag")
            assert (await answer.read()).startswith(begins)


async def test_a_run_whose_files_are_gone_is_told_of_and_breaks_nothing(tab: Tab) -> None:
    run = await tab.run("timer_under_fravaer", "2026-Q3")
    shutil.rmtree(tab.oversight.place(run.id))
    for way in ("", "/rows", "/rows/1", "/picture", "/excel"):
        status, told = await tab.get(f"runs/{run.id}{way}")
        assert (status, "ikke længere gemt" in told["error"]) == (409, True), (way, told)
    assert (await tab.get("runs"))[0] == 200


async def test_a_right_holds_for_a_minute_and_a_refusal_for_nothing(tab: Tab) -> None:
    now, desk = 100.0, tab.house.app[app.DESK]
    rights = Rights(clock=lambda: now)
    assert await rights.may_see(desk, IDS["Sofie Lund"])
    assert not await rights.may_see(desk, IDS["Ole Bang"])
    run = tab.runs["nothing"].id
    assert (await tab.get(f"runs/{run}"))[0] == 200
    await tab.house.fault(path="/graph", status=403, times=99)
    assert (await tab.get(f"runs/{run}"))[0] == 200
    assert (await tab.post(f"runs/{run}/judge", {"numbers": [1], "verdict": "ok"}))[0] == 503  # a write asks anew
    now += 59
    assert await rights.may_see(desk, IDS["Sofie Lund"])
    with pytest.raises(Denied):
        await rights.may_see(desk, IDS["Ole Bang"])
    now += 2
    with pytest.raises(Denied):
        await rights.may_see(desk, IDS["Sofie Lund"])
    await tab.house.fault(path="/graph", times=0)


async def test_a_system_that_is_down_is_told_and_shows_nothing(tab: Tab) -> None:
    ole = "00000000-0000-4000-8000-000000000004"  # nobody has asked about her yet, so nothing of her is known
    await tab.house.fault(path="/graph", status=503, times=99)
    status, told = await tab.get("runs", ole)
    await tab.house.fault(path="/graph", times=0)
    assert (status, told["error"]) == (503, "Microsoft 365 svarer ikke lige nu. Prøv igen om lidt.")
