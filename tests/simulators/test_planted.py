"""Each rule read plainly finds what is planted and nothing else, in two worlds: so a tilsyn that misses one, or finds more, is at fault itself."""

import sqlite3
from datetime import date
from functools import cache

import pytest

from simulators.calendar_dk import is_workday
from simulators.kvantum import ledger
from simulators.planted import findings, planted
from simulators.staff import sap, staff
from simulators.timereg import sheets
from simulators.timereg.absence import absences
from simulators.timereg.cases import Cases
from simulators.world import person

FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)
PLAIN = "ltrim(replace(replace(replace(upper(faktura_nr), '-', ''), ' ', ''), '/', ''), '0')"
RULES = {
    "T3": """
        SELECT kreditor_nr, felt, aendret_tid FROM Kreditoraendringer AS a
        WHERE felt IN ('regnr', 'kontonr', 'iban', 'cvr', 'navn') AND aendret_af NOT IN ('NEMKONTO', 'CVRSYNC', 'MIGRERING')
          AND date(aendret_tid) BETWEEN :first AND :last
          AND (godkendt_af IS NULL OR godkendt_af = aendret_af OR EXISTS (SELECT 1 FROM Fakturaer AS f
               WHERE f.kreditor_nr = a.kreditor_nr AND f.betalt_dato >= date(a.aendret_tid) AND f.betalt_dato < date(a.godkendt_tid))
            OR (felt NOT IN ('cvr', 'navn') AND EXISTS (SELECT 1 FROM Fakturaer AS f
               WHERE f.kreditor_nr = a.kreditor_nr AND f.betalt_dato BETWEEN date(a.aendret_tid) AND date(a.aendret_tid, '+5 days')))
            OR (felt NOT IN ('cvr', 'navn') AND kreditor_nr IN (SELECT kreditor_nr FROM delt)))
        UNION
        SELECT kreditor_nr, 'oprettet', oprettet_dato || 'T00:00:00' FROM Kreditorer
        WHERE oprettet_dato BETWEEN :first AND :last AND kreditor_nr IN (SELECT kreditor_nr FROM delt)""",
    "T4": """
        SELECT faktura_id FROM Fakturaer AS f JOIN Bestillinger AS b USING (bestillingsnr)
        WHERE modtaget_dato BETWEEN :first AND :last AND aftale_nr IS NULL AND beloeb_ekskl > 0
          AND NOT EXISTS (SELECT 1 FROM Bemyndigelser AS m WHERE m.bruger_id = f.godkendt_af AND m.omkostningssted = b.omkostningssted
               AND f.modtaget_dato BETWEEN m.gyldig_fra AND m.gyldig_til AND f.beloeb_ekskl <= m.beloebsgraense)
        UNION
        SELECT a.bestillingsnr FROM Bestillinger AS a JOIN Bestillinger AS b
          ON a.kreditor_nr = b.kreditor_nr AND a.rekvirent = b.rekvirent AND a.bestillingsnr <> b.bestillingsnr AND abs(julianday(a.dato) - julianday(b.dato)) <= 14
        WHERE a.aftale_nr IS NULL AND b.aftale_nr IS NULL AND a.dato BETWEEN :first AND :last AND a.beloeb + b.beloeb > 5000000
          AND a.beloeb <= 5000000 AND b.beloeb <= 5000000""",
    "T5": f"""
        SELECT one.id, two.id FROM (
          SELECT faktura_id AS id, kreditor_nr, {PLAIN} AS plain, faktura_nr, cvr, beloeb_inkl, fakturadato FROM Fakturaer AS f JOIN Kreditorer USING (kreditor_nr)) AS one
        JOIN (
          SELECT faktura_id AS id, kreditor_nr, {PLAIN} AS plain, faktura_nr, cvr, beloeb_inkl, fakturadato, modtaget_dato FROM Fakturaer AS f
          JOIN Kreditorer USING (kreditor_nr)) AS two
          ON two.beloeb_inkl = one.beloeb_inkl AND one.id < two.id
        WHERE modtaget_dato BETWEEN :first AND :last AND one.beloeb_inkl > 0 AND (
              (one.kreditor_nr = two.kreditor_nr AND (one.plain = two.plain OR abs(julianday(one.fakturadato) - julianday(two.fakturadato)) <= 7))
           OR (one.cvr = two.cvr AND one.kreditor_nr <> two.kreditor_nr AND one.faktura_nr = two.faktura_nr))
          AND NOT EXISTS (SELECT 1 FROM Fakturaer AS k WHERE k.kreditor_nr = one.kreditor_nr AND k.beloeb_inkl = -one.beloeb_inkl)""",
    "T6": """
        SELECT regnskabsaar, bilagsnr FROM Posteringer WHERE linje = 1 AND bilagstype IN ('KK', 'UD') AND bilagsdato BETWEEN :first AND date(:last, '-30 days')
          AND (har_bilag = 0 OR length(tekst) < 5) AND tekst NOT LIKE 'Bilag ligger ved%' AND tekst NOT LIKE 'Bro/færge%'""",
    "T7": """
        SELECT regnskabsaar, bilagsnr FROM Posteringer AS p WHERE kort_id IS NOT NULL AND bilagsdato BETWEEN :first AND :last
          AND ((NOT is_workday(bilagsdato) AND tekst NOT LIKE 'Webshop%') OR EXISTS (SELECT 1 FROM Fravaer AS f JOIN bruger AS b USING (medarbejder_nr)
               WHERE b.sap = p.oprettet_af AND p.bilagsdato BETWEEN f.fra AND f.til AND f.omfang_pct = 100))""",
    "T8": """
        SELECT DISTINCT printf('%08d', r.medarbejder_nr), r.dato FROM Registreringer AS r JOIN Fravaer AS f USING (medarbejder_nr)
        WHERE r.dato BETWEEN f.fra AND f.til AND f.omfang_pct = 100 AND r.art = 'arbejde' AND r.status <> 'annulleret' AND r.timer > 0
          AND r.dato BETWEEN :first AND :last""",
    "T16": """
        SELECT kreditor_nr, bestillingsnr, maaned FROM (
          SELECT f.kreditor_nr, f.bestillingsnr, date(f.fakturadato, 'start of month', '-1 month') AS maaned, sum(f.beloeb_ekskl) AS faktureret
          FROM Fakturaer AS f JOIN Bestillinger AS b USING (bestillingsnr) WHERE b.aftale_nr LIKE 'KONS-%' GROUP BY 1, 2, 3) AS f
        LEFT JOIN (SELECT opgave_nr, date(dato, 'start of month') AS m, sum(timer) * 95000 / 100 AS timer_kr FROM Registreringer GROUP BY 1, 2) AS r
          ON r.opgave_nr = f.bestillingsnr AND r.m = f.maaned
        WHERE maaned BETWEEN :first AND :last AND abs(faktureret - coalesce(timer_kr, 0)) > max(0.02 * faktureret, 100000)""",
}


@cache
def everything(seed: int) -> sqlite3.Connection:
    """Both systems in one database, with what joins them."""
    found = sqlite3.connect(":memory:")
    ledger.load(seed).database.backup(found)
    for name, entity in sheets.load(seed).entities.items():
        found.execute(f'CREATE TABLE "{name}" ({", ".join(entity.columns)})')
        rows = sheets.load(seed).database.execute(f'SELECT * FROM "{name}"').fetchall()
        found.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(entity.columns))})', rows)
    for table, column in (
        ("Fakturaer", "kreditor_nr"),
        ("Fakturaer", "bestillingsnr"),
        ("Bestillinger", "kreditor_nr"),
        ("Fravaer", "medarbejder_nr"),
    ):
        found.execute(f"CREATE INDEX {table}_{column} ON {table} ({column})")
    found.execute("CREATE TABLE bruger (medarbejder_nr, sap)")
    users = [(one.employee.lstrip("0"), sap(person(one.number))) for one in staff(seed).employments if one.number]
    found.executemany("INSERT INTO bruger VALUES (?, ?)", users)
    found.execute(
        "CREATE TABLE delt AS SELECT k.kreditor_nr FROM Kreditorer AS k JOIN Kreditorer AS a ON a.iban = k.iban AND a.kreditor_nr <> k.kreditor_nr"
        " AND a.cvr IS NOT k.cvr"
    )
    found.create_function("is_workday", 1, lambda text: is_workday(date.fromisoformat(text)))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("tilsyn", RULES)
def test_the_plain_rule_finds_what_is_planted(tilsyn: str, seed: int) -> None:
    rows = everything(seed).execute(RULES[tilsyn], {"first": FIRST.isoformat(), "last": LAST.isoformat()}).fetchall()
    found = {tuple(map(str, row)) for row in rows}
    wanted = findings(tilsyn, FIRST, LAST, seed)
    assert wanted
    assert (found - wanted, wanted - found) == (set(), set())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_weeks_that_are_not_in_order(seed: int) -> None:
    """T9: hours and absence of each week against the norm of its employed workdays; 80 to 115 %."""
    base = everything(seed)
    worked: dict[tuple[str, str], int] = {}
    for employee, week, hours in base.execute(
        "SELECT printf('%08d', medarbejder_nr), date(dato, '-6 days', 'weekday 1'), sum(timer) FROM Registreringer WHERE status <> 'annulleret' AND art = 'arbejde' GROUP BY 1, 2"
    ):
        worked[employee, week] = hours
    bosses = {row[0] for row in base.execute("SELECT DISTINCT leder_nr FROM Ansaettelser")}
    found = set()
    for one in staff(seed).employments:
        if one.kind == "konsulent" or one.employee in bosses or not one.number:
            continue
        for n in range(11):
            monday = date.fromordinal(date(2026, 7, 6).toordinal() + 7 * n)
            days = [day for k in range(5) if is_workday(day := date.fromordinal(monday.toordinal() + k)) and one.covers(day)]
            away = sum(
                row.percent for row in absences(seed)[one.employee] if one.employee != overworked(seed) for day in days if row.covers(day)
            )
            norm = one.hours / 5
            share = (worked.get((one.employee, monday.isoformat()), 0) / 100 + away / 100 * norm) / (norm * len(days)) if days else 1
            if not 0.8 <= share <= 1.15:
                found.add((one.employee, monday.isoformat()))
    assert found == findings("T9", date(2026, 7, 6), date(2026, 9, 20), seed)


def overworked(seed: int) -> str:
    """The one with 17 long weeks."""
    [found] = {one.key[0] for one in planted(seed) if one.why == "50 timer om ugen i 17 uger"}
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_time_on_cases_that_are_closed_or_not_there(seed: int) -> None:
    """T10, in the weeks of which the seeded ServiceNow has cases."""
    import random

    cases = {one.number: one for one in Cases(random.Random(1)).every}
    found = set()
    for employee, day, case in everything(seed).execute(
        "SELECT printf('%08d', medarbejder_nr), dato, upper(trim(sag_nr)) FROM Registreringer WHERE sag_nr IS NOT NULL"
    ):
        closed = cases[case].closed if case in cases else date.min
        if closed and (date.fromisoformat(day) - closed).days > 3:
            found.add((employee, day, case))
    assert found == findings("T10", date(2026, 10, 1), date(2026, 11, 30), seed)


def test_what_only_looks_like_it_is_told_apart_by_name() -> None:
    alike = {(one.tilsyn, one.key) for one in planted() if not one.finding}
    assert alike.isdisjoint({(one.tilsyn, one.key) for one in planted() if one.finding})
    assert {tilsyn for tilsyn, _ in alike} == {one.tilsyn for one in planted()}


def test_a_world_is_the_same_each_time() -> None:
    before = planted(2)
    for made in (ledger.made, sheets.made, planted):
        made.cache_clear()
    assert planted(2) == before
