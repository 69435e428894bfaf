"""The data of the simulated Kvantum, made at first use: sets, columns and rows of one world."""

from collections import defaultdict
from datetime import date
from functools import cache

from simulators.kvantum.creditors import changes, creditors
from simulators.kvantum.postings import ledger
from simulators.kvantum.purchases import purchases
from simulators.planted import Plant
from simulators.reporting import Entity, Warehouse

TEXT, NUMBER, MONEY, DATE, TIME, TRUTH = "text", "integer", "decimal", "date", "timestamp", "boolean"
ENTITIES = (
    Entity(
        "Posteringer",
        {
            "bilagsnr": TEXT, "linje": NUMBER, "regnskabsaar": NUMBER, "periode": NUMBER, "bogfoeringsdato": DATE, "bilagsdato": DATE, "artskonto": TEXT,
            "omkostningssted": TEXT, "psp_element": TEXT, "beloeb": MONEY, "tekst": TEXT, "kreditor_nr": TEXT, "faktura_nr": TEXT, "bestillingsnr": TEXT,
            "bilagstype": TEXT, "oprettet_af": TEXT, "godkendt_af": TEXT, "har_bilag": TRUTH, "kort_id": TEXT,
        },
        ("regnskabsaar", "bilagsnr", "linje"),
        "beloeb",
    ),
    Entity(
        "Kreditorer",
        {
            "kreditor_nr": TEXT, "navn": TEXT, "cvr": TEXT, "regnr": TEXT, "kontonr": TEXT, "iban": TEXT, "oprettet_dato": DATE, "oprettet_af": TEXT,
            "spaerret": TRUTH,
        },
        ("kreditor_nr",),
    ),
    Entity(
        "Kreditoraendringer",
        {
            "kreditor_nr": TEXT, "felt": TEXT, "gammel_hash": TEXT, "ny_hash": TEXT, "aendret_tid": TIME, "aendret_af": TEXT, "godkendt_tid": TIME,
            "godkendt_af": TEXT,
        },
        ("kreditor_nr", "felt", "aendret_tid"),
    ),
    Entity(
        "Fakturaer",
        {
            "faktura_id": TEXT, "kreditor_nr": TEXT, "faktura_nr": TEXT, "fakturadato": DATE, "modtaget_dato": DATE, "beloeb_inkl": MONEY,
            "beloeb_ekskl": MONEY, "valuta": TEXT, "bestillingsnr": TEXT, "status": TEXT, "konteret_af": TEXT, "godkendt_af": TEXT, "betalt_dato": DATE,
        },
        ("faktura_id",),
        "beloeb_inkl",
    ),
    Entity(
        "Bestillinger",
        {
            "bestillingsnr": TEXT, "linje": NUMBER, "dato": DATE, "kreditor_nr": TEXT, "aftale_nr": TEXT, "beloeb": MONEY, "rekvirent": TEXT,
            "godkender": TEXT, "omkostningssted": TEXT, "leveret_dato": DATE,
        },
        ("bestillingsnr", "linje"),
        "beloeb",
    ),
    Entity(
        "Bemyndigelser",
        {"bruger_id": TEXT, "omkostningssted": TEXT, "beloebsgraense": MONEY, "gyldig_fra": DATE, "gyldig_til": DATE},
        ("bruger_id", "omkostningssted", "gyldig_fra"),
    ),
)  # fmt: skip


@cache
def made(seed: int) -> tuple[Warehouse, tuple[Plant, ...]]:
    """The rows of one world in SQLite, and what is planted among them."""
    bought = purchases(seed)
    books = ledger(seed, bought)
    paid: dict[str, list[date]] = defaultdict(list)
    for one in bought.invoices:
        if one.paid:
            paid[one.creditor].append(one.paid)
    changed = changes(seed, {number: sorted(days) for number, days in paid.items()})
    warehouse = Warehouse({entity.name: entity for entity in ENTITIES})
    warehouse.fill("Posteringer", books.lines)
    warehouse.fill("Kreditorer", (one.row() for one in creditors(seed)))
    warehouse.fill("Kreditoraendringer", (one.row() for one in changed.found))
    warehouse.fill("Fakturaer", (one.row() for one in bought.invoices))
    warehouse.fill("Bestillinger", (one.row() for one in bought.orders))
    warehouse.fill("Bemyndigelser", (one.row() for one in bought.authorities))
    return warehouse, (*bought.plan.plants, *books.plan.plants, *changed.plan.plants)


def load(seed: int) -> Warehouse:
    """The rows of one world."""
    return made(seed)[0]


def plants(seed: int) -> tuple[Plant, ...]:
    """What is planted here."""
    return made(seed)[1]
