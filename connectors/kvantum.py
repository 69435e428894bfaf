"""Kvantum, the municipality's finance system: postings, creditors, invoices, orders and who may approve what, as datasets for the oversight."""

from typing import ClassVar, Self

import aiohttp
from pydantic import SecretStr
from typing_extensions import override

from connectors.datasets import Column, Dataset
from connectors.identity import Client, client_credentials
from connectors.reporting import Reporting
from settings import Settings

NIGHTLY = "Opdateres hver nat kl. 1-5; viser posteringer til og med dagen før."
CREDITOR = Column("kreditor_nr", "text", "Kreditorens nummer, ti cifre.", identity="kreditor_nr", width=10)
CENTRE = Column("omkostningssted", "text", "Omkostningssted, ti cifre.", width=10)


def user(name: str, meaning: str) -> Column:
    """A user of Kvantum: upper case, at most 12 characters."""
    return Column(name, "text", f"{meaning} (bruger i Kvantum, store bogstaver).", personal=True, identity="sap_bruger")


POSTINGS = Dataset(
    "kvantum.posteringer",
    "Posteringer",
    "Hver linje i bogholderiet. Et bilags linjer går op i nul; indtægter er negative.",
    (
        Column("bilagsnr", "text", "Bilagets nummer; begynder forfra hvert år."),
        Column("linje", "integer", "Linjens nummer i bilaget."),
        Column("regnskabsaar", "integer", "Regnskabsår."),
        Column("periode", "integer", "Måned 1-12; 13-16 er afslutningsperioder."),
        Column("bogfoeringsdato", "date", "Dagen, det blev bogført."),
        Column("bilagsdato", "date", "Dagen på bilaget, for kort købsdagen."),
        Column("artskonto", "text", "Artskonto."),
        CENTRE,
        Column("psp_element", "text", "PSP-element, hvis der er et."),
        Column("beloeb", "decimal", "Beløb i kroner med fortegn."),
        Column("tekst", "text", "Posteringstekst.", personal=True),
        CREDITOR,
        Column("faktura_nr", "text", "Kreditorens fakturanummer."),
        Column("bestillingsnr", "text", "Bestillingens nummer."),
        Column("bilagstype", "text", "KR kreditorfaktura, KK indkøbskort, UD udlæg, LØ løn, IN intern."),
        user("oprettet_af", "Den, der har oprettet bilaget; for indkøbskort kortets ejer"),
        user("godkendt_af", "Den, der har godkendt bilaget"),
        Column("har_bilag", "boolean", "Om der er en kvittering eller faktura ved bilaget."),
        Column("kort_id", "text", "Indkøbskortet, på bilagets udgiftslinje.", personal=True),
    ),
    key=("regnskabsaar", "bilagsnr", "linje"),
    freshness=NIGHTLY,
    period="bogfoeringsdato",
    control="beloeb",
)
CREDITORS = Dataset(
    "kvantum.kreditorer",
    "Kreditorer",
    "Alle, der kan få penge. Medarbejdere, der er kreditorer, har 09 og medarbejdernummeret som nummer.",
    (
        CREDITOR,
        Column("navn", "text", "Kreditorens navn.", personal=True),
        Column("cvr", "text", "CVR-nummer, otte cifre; tomt for personer.", width=8),
        Column("regnr", "text", "Bankens registreringsnummer, fire cifre.", personal=True, width=4),
        Column("kontonr", "text", "Kontonummer, ti cifre.", personal=True, width=10),
        Column("iban", "text", "IBAN.", personal=True),
        Column("oprettet_dato", "date", "Dagen, kreditoren blev oprettet."),
        user("oprettet_af", "Den, der har oprettet kreditoren"),
        Column("spaerret", "boolean", "Om der er spærret for betaling."),
    ),
    key=("kreditor_nr",),
    freshness=NIGHTLY,
)
CHANGES = Dataset(
    "kvantum.kreditoraendringer",
    "Kreditorændringer",
    "Hver ændring af et felt på en kreditor, med hvem der godkendte den. Værdierne selv er hashet.",
    (
        CREDITOR,
        Column("felt", "text", "Det ændrede felt: regnr, kontonr, iban, cvr, navn, adresse …"),
        Column("gammel_hash", "text", "Den gamle værdi, hashet."),
        Column("ny_hash", "text", "Den nye værdi, hashet."),
        Column("aendret_tid", "timestamp", "Hvornår det blev ændret."),
        user("aendret_af", "Den, der ændrede; NEMKONTO, CVRSYNC og MIGRERING er systemer"),
        Column("godkendt_tid", "timestamp", "Hvornår det blev godkendt; tomt, hvis ingen har."),
        user("godkendt_af", "Den, der godkendte"),
    ),
    key=("kreditor_nr", "felt", "aendret_tid"),
    freshness=NIGHTLY,
    period="aendret_tid",
)
INVOICES = Dataset(
    "kvantum.fakturaer",
    "Fakturaer",
    "Modtagne fakturaer og kreditnotaer; kreditnotaer er negative.",
    (
        Column("faktura_id", "text", "Fakturaens nummer i Kvantum."),
        CREDITOR,
        Column("faktura_nr", "text", "Kreditorens eget nummer, som det er tastet."),
        Column("fakturadato", "date", "Dagen på fakturaen."),
        Column("modtaget_dato", "date", "Dagen, den kom."),
        Column("beloeb_inkl", "decimal", "Beløb i kroner med moms."),
        Column("beloeb_ekskl", "decimal", "Beløb i kroner uden moms."),
        Column("valuta", "text", "Valuta."),
        Column("bestillingsnr", "text", "Bestillingen, hvis der er en."),
        Column("status", "text", "modtaget, godkendt eller betalt."),
        user("konteret_af", "Den, der har konteret"),
        user("godkendt_af", "Den, der har godkendt"),
        Column("betalt_dato", "date", "Dagen, den blev betalt; tom, hvis den ikke er."),
    ),
    key=("faktura_id",),
    freshness=NIGHTLY,
    period="modtaget_dato",
    control="beloeb_inkl",
)
ORDERS = Dataset(
    "kvantum.bestillinger",
    "Bestillinger",
    "Indkøbsordrer, en række for hver linje.",
    (
        Column("bestillingsnr", "text", "Bestillingens nummer."),
        Column("linje", "integer", "Linjens nummer."),
        Column("dato", "date", "Dagen, der blev bestilt."),
        CREDITOR,
        Column("aftale_nr", "text", "Rammeaftale (RA-), konsulentaftale (KONS-) eller fast pris (FAST-); tomt, hvis ingen."),
        Column("beloeb", "decimal", "Beløb i kroner uden moms."),
        user("rekvirent", "Den, der har bestilt"),
        user("godkender", "Den, der har godkendt bestillingen"),
        CENTRE,
        Column("leveret_dato", "date", "Dagen, der blev leveret."),
    ),
    key=("bestillingsnr", "linje"),
    freshness=NIGHTLY,
    period="dato",
    control="beloeb",
)
AUTHORITIES = Dataset(
    "kvantum.bemyndigelser",
    "Bemyndigelser",
    "Hvem der må godkende hvor meget på hvilket omkostningssted, og hvornår.",
    (
        user("bruger_id", "Den bemyndigede"),
        CENTRE,
        Column("beloebsgraense", "decimal", "Grænsen i kroner uden moms."),
        Column("gyldig_fra", "date", "Første dag."),
        Column("gyldig_til", "date", "Sidste dag; 9999-12-31 er uden ende."),
    ),
    key=("bruger_id", "omkostningssted", "gyldig_fra"),
    freshness=NIGHTLY,
)


class Kvantum(Reporting):
    """Kvantum, by OAuth client credentials."""

    name: ClassVar[str] = "kvantum"
    setting: ClassVar[str] = "KVANTUM_URL"
    offers: ClassVar[tuple[Dataset, ...]] = (POSTINGS, CREDITORS, CHANGES, INVOICES, ORDERS, AUTHORITIES)

    @override
    @classmethod
    def account(cls, settings: Settings) -> tuple[str | None, SecretStr | None]:
        return settings.kvantum_client_id, settings.kvantum_client_secret

    @override
    @classmethod
    def entered(cls, session: aiohttp.ClientSession, url: str, account: str, secret: str) -> Self:
        return cls(session, url, client_credentials(cls.name, f"{url}/oauth/token", Client(account, secret), session))
