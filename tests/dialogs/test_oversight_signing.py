"""What is signed, what stands in the way of it, and versions: over runs whose source is told what to hold."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import update

import app
from connectors.directory import Directory
from dialogs.fields import Colleague
from dialogs.oversight import exports, judged, oversight_sign, samples, signing
from dialogs.oversight.judging import Entry
from dialogs.oversight.signing import Signed, Taken
from dialogs.oversight.store import Run
from jobs.__main__ import verified
from jobs.database import place as jobs_place
from tests.dialogs.test_oversight_runs import Q2, Place, place
from tests.house import House

__all__ = ["place"]  # a fixture
JENS, SOFIE = ("jens", "Jens Kjær"), ("sofie", "Sofie Lund")


async def signed(place: Place, run: Run, job: str = "sign:1") -> Signed:
    """As the job of that key signs a run now."""
    oversight = place.oversight
    draft = await signing.drafted(oversight, run)
    text = signing.text_of(run, draft.lines, "Fulgt op.")
    one = Signed(run.by_name, "Karen Mørch", oversight.now(), text, draft.version, "karen", job, draft.digest, "Fulgt op.", 40, draft.until)
    await oversight.signatures.put(run, one)
    return one


async def unmarked(place: Place, run: Run) -> None:
    """Its signature as those were kept whose digest was of the judgements alone."""
    (one,) = await place.oversight.signatures.of(run)
    body = {name: getattr(one, name) for name in ("prepared_by", "signed_by", "by_id", "text", "conclusion", "minutes", "until")}
    hashed = signing.digest(run, await place.oversight.judgements.of(run))
    change = update(signing.TABLE).values(digest=hashed, body=json.dumps(body)).where(signing.TABLE.c.run == run.id)
    await place.oversight.runs.do(lambda connection: connection.execute(change), signing.TABLE)


async def test_the_text_says_what_was_looked_at_found_and_judged_and_names_its_hashes(place: Place) -> None:
    run = await place.run()
    await place.oversight.judgements.put(run, [1], "ok", "", by=JENS)
    await place.oversight.judgements.put(run, [2], "fejl", "Betalt to gange, 010170-1234", by=SOFIE)
    one = await signed(place, run)
    lines = one.text.splitlines()
    assert lines[:2] == ["Ledelsestilsyn: Store fakturaer, 3. kvartal 2026.", signing.SENTENCE]
    assert lines[2:9] == [
        "Spørgsmål: Hvilke fakturaer er store?",
        "Periode: 3. kvartal 2026",
        "Population: 4 rækker: penge.fakturaer 2 (sum 500,00), penge.kreditorer 2",
        "Fund: 2",
        "Vurdering: 1 ok og 1 fejl",
        "Vurderet af: Jens Kjær (1), Sofie Lund (1)",
        "Kørt af: Jens Kjær, 24.11.2026 kl. 10.00",
    ]
    hashes = [line.partition(": ")[2].replace(" ", "") for line in lines if "SHA-256" in line]
    assert hashes == [run.sha256, run.sql_sha256, one.digest]
    assert lines[-2:] == ["Version: 1", "Konklusion: Fulgt op."]
    assert await place.oversight.signatures.current(run) == one
    shown = await exports.shown_of(place.oversight, run)
    assert (shown.signature, shown.conclusion) == (one, "Fulgt op.")


async def test_a_change_after_the_signature_is_a_new_version_that_shows_what_changed(place: Place) -> None:
    run, signatures = await place.run(), place.oversight.signatures
    await place.oversight.judgements.put(run, [1, 2], "ok", "", by=JENS)
    first = await signed(place, run)
    await signatures.put(run, replace(first, text="another"))  # the same job once more, after a crash: nothing new
    assert await signatures.of(run) == [first]
    with pytest.raises(Taken):
        await signatures.put(run, replace(first, job="sign:2"))
    await place.oversight.judgements.put(run, [2], "fejl", "Aftalen er udløbet", by=SOFIE)
    assert await signatures.current(run) is None
    assert (await exports.shown_of(place.oversight, run)).signature is None
    draft = await signing.drafted(place.oversight, run)
    assert (draft.version, draft.lines[-1]) == (2, ("Ændret siden version 1", "fund 2: ok → fejl (Aftalen er udløbet)"))
    second = await signed(place, run, "sign:2")
    assert await signatures.of(run) == [first, second]
    assert await signatures.current(run) == second


async def test_nothing_found_is_signed_too_and_a_broken_run_has_nothing_to_judge(place: Place) -> None:
    nothing = await place.run(graense="9000")
    assert await place.oversight.judgements.left(nothing) == []
    one = await signed(place, nothing)
    assert "Fund: 0, intet fundet" in one.text.splitlines()
    assert not any(line.startswith(("Vurdering:", "Vurderet af:")) for line in one.text.splitlines())
    assert await place.oversight.signatures.current(nothing) == one


async def test_a_sample_is_enough_where_the_tilsyn_asks_for_one_and_no_smaller_one(place: Place) -> None:
    sql = place.oversight.folder / "store.sql"
    sql.write_text(sql.read_text().replace("stikprøve: alle", "stikprøve: 3 tilfældige"))
    place.money.amounts = [200] * 16
    run, oversight = await place.run(), place.oversight
    assert await judged.to_judge(oversight, run) is None
    await samples.draw(oversight, run, samples.Wish(size=2), "Jens Kjær")
    assert await judged.to_judge(oversight, run) is None
    drawn = await samples.draw(oversight, run, samples.Wish(size=3), "Jens Kjær")
    wanted = await judged.to_judge(oversight, run)
    assert wanted == drawn.numbers
    assert len(await oversight.judgements.left(run, wanted)) == 3
    await oversight.judgements.put(run, drawn.numbers, "ok", "", by=JENS)
    assert await oversight.judgements.left(run, wanted) == []
    first = await signed(place, run)
    assert "Stikprøve: 3 tilfældige: 3 af 8 fund" in first.text.splitlines()
    assert await oversight.signatures.current(run) == first
    begun = oversight.now()
    oversight.now = lambda: begun + timedelta(hours=1)
    await unmarked(place, run)
    assert await oversight.signatures.current(run) == replace(
        first, digest=signing.digest(run, await oversight.judgements.of(run)), with_sample=False
    )
    await samples.draw(oversight, run, samples.Wish(size=5), "Jens Kjær")
    assert await oversight.signatures.current(run) is None  # two of the five are not judged
    await oversight.judgements.put(run, await judged.to_judge(oversight, run) or (), "ok", "", by=JENS)
    second = await signed(place, run, "sign:2")
    assert "Ændret siden version 1: stikprøven er nu 5 tilfældige: 5 af 8 fund; fund " in second.text
    assert await oversight.signatures.current(run) == second
    await samples.draw(oversight, run, samples.Wish(size=6), "Jens Kjær")
    assert await oversight.signatures.current(run) is None


async def test_findings_about_oneself_are_found_by_any_id_in_any_column(place: Place) -> None:
    run = await place.run()
    path = place.oversight.findings(run)
    table = pq.read_table(path)
    people = pa.array([" JKJA ", "en anden"], pa.string())
    pq.write_table(table.append_column("godkendt_af", people), path)
    first = table["nr"].to_pylist()[0]
    assert await signing.own_rows(place.oversight, run, ["jkja", "jens.kjaer@kk.example"]) == [first]
    assert await signing.own_rows(place.oversight, run, ["jkj", ""]) == []
    assert await signing.own_rows(place.oversight, run, ["ØRESUND"]) == [1, 2]


async def test_what_was_touched_since_the_run_is_not_signed(place: Place) -> None:
    run = await place.run()
    assert await signing.is_intact(place.oversight, run)
    path = place.oversight.findings(run)
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    assert not await signing.is_intact(place.oversight, run)
    pq.write_table(table, path)
    assert await signing.is_intact(place.oversight, run)
    sql = place.oversight.place(run.id) / "tilsyn.sql"
    sql.write_text(sql.read_text().replace("$graense", "$graense + 1", 1))
    assert not await signing.is_intact(place.oversight, run)


async def test_minutes_that_people_spent(place: Place) -> None:
    begun = place.oversight.now()

    def entry(nr: int, who: str, minutes: float, carried: str = "") -> Entry:
        return Entry("ok", "", who, begun + timedelta(minutes=minutes), who, carried, "", nr)

    one = {n: entry(n, "jens", n) for n in range(1, 6)}  # five in four minutes, and one for the first
    assert signing.spent(one, 0) == 5
    assert signing.spent(one | {6: entry(6, "jens", 200)}, 0) == 15  # lunch counts as ten
    assert signing.spent(one | {7: entry(7, "sofie", 2), 8: entry(8, "sofie", 6)}, 0) == 10  # at the same time: both worked
    assert signing.spent(one | {9: entry(9, "jens", 300, carried="before")}, 0) == 5
    assert signing.spent(one, 5) == 1  # all of it was counted when it was signed before
    assert signing.spent({}, 0) == 1


async def test_signatures_go_with_their_runs(place: Place) -> None:
    run = await place.run(Q2)
    await place.oversight.judgements.put(run, range(1, run.rows + 1), "ok", "", by=JENS)
    await signed(place, run)
    await place.oversight.signatures.remove([run.id])
    assert await place.oversight.signatures.of(run) == []


async def test_the_job_looks_for_the_signer_under_every_number_and_for_changes_since_the_yes(place: Place, house: House) -> None:
    sql = place.oversight.folder / "store.sql"
    sql.write_text(sql.read_text().replace("k.navn", "k.navn, '00100002' AS medarbejder_nr", 1))
    run, desk = await place.run(), replace(house.app[app.DESK], oversight=place.oversight)
    await place.oversight.judgements.put(run, [1, 2], "ok", "", by=SOFIE)
    draft = await signing.drafted(place.oversight, run)

    async def looked(name: str) -> str:
        (found,) = await desk.systems.get(Directory).find(name, 1)
        form = oversight_sign.Form(requester=Colleague.of(found), of=run.id, digest=draft.digest, lines=draft.lines)
        return await oversight_sign.looked(desk, form)

    assert await looked("Jens Kjær") == "Fund 1 og 2 handler om dig selv, så det er en anden, der skal skrive under."
    assert await looked("Henrik Dahl") == ""
    await place.oversight.judgements.put(run, [2], "fejl", "Se igen", by=SOFIE)
    assert await looked("Henrik Dahl") == oversight_sign.CHANGED
    pq.write_table(pq.read_table(place.oversight.findings(run)).slice(1), place.oversight.findings(run))
    assert await looked("Henrik Dahl") == oversight_sign.TOUCHED


async def test_a_signature_is_one_entry_of_the_chain_however_often_its_step_is_called(place: Place, house: House, tmp_path: Path) -> None:
    run, desk = await place.run(), replace(house.app[app.DESK], oversight=place.oversight)
    await place.oversight.judgements.put(run, [1, 2], "ok", "", by=SOFIE)
    draft = await signing.drafted(place.oversight, run)
    (karen,) = await desk.systems.get(Directory).find("Karen Mørch", 1)
    form = oversight_sign.Form(requester=Colleague.of(karen), of=run.id, digest=draft.digest, lines=draft.lines, minutes_used=7)
    for _ in range(2):
        assert await oversight_sign.kept(desk, form, "oversight.sign:1") == 120
        await oversight_sign.proved(desk, form, "oversight.sign:1")
    assert await oversight_sign.kept(desk, form, "oversight.sign:2") is None  # somebody else, the same version
    with closing(sqlite3.connect(tmp_path / "var" / "kollega.runs.sqlite")) as chain:
        asked = "SELECT body, detail FROM audit JOIN audit_detail USING (seq) WHERE kind = 'signature'"
        ((body, detail),) = [(json.loads(one), json.loads(more)) for one, more in chain.execute(asked)]
    (one,) = await place.oversight.signatures.of(run)
    assert (body["signed"], body["version"], body["result"], body["sql"]) == (run.id, 1, run.sha256, run.sql_sha256)
    assert (body["judgements"], body["text"]) == (one.digest, sha256(one.text.encode()).hexdigest())
    assert karen.id not in json.dumps(body)
    assert (detail["signed_by"], detail["prepared_by"], detail["minutes"]) == ("Karen Mørch", "Jens Kjær", 7)
    assert detail["used_by"] == ["Jens Kjær", "Karen Mørch", "Sofie Lund"]
    assert verified(jobs_place(None, tmp_path / "var"), tmp_path / "none", 1) == 0
