"""The time registration: employments, hours and absence, as datasets for the oversight."""

from typing import ClassVar, Self

import aiohttp
from pydantic import SecretStr
from typing_extensions import override

from connectors.datasets import Column, Dataset
from connectors.reporting import Reporting
from settings import Settings

DAILY = "Opdateres løbende; den indeværende uge er ikke fuldstændig."
EMPLOYEE = Column(
    "medarbejder_nr", "text", "Medarbejdernummer, otte cifre med nuller foran.", personal=True, identity="medarbejder_nr", width=8
)

EMPLOYMENTS = Dataset(
    "timereg.ansaettelser",
    "Ansættelser",
    "Hver ansættelse med sit nummer. En person kan have flere, og et bruger_id kan have tilhørt en anden før: se på datoerne.",
    (
        EMPLOYEE,
        Column("bruger_id", "text", "Bruger-id i kommunens netværk.", personal=True, identity="bruger_id"),
        Column("fra", "date", "Første dag."),
        Column("til", "date", "Sidste dag; tom, hvis ansættelsen løber."),
        Column("ugenorm", "decimal", "Timer om ugen; 0 for konsulenter."),
        Column("enhed", "text", "Enheden."),
        Column("leder_nr", "text", "Lederens medarbejdernummer.", personal=True, identity="medarbejder_nr", width=8),
        Column("type", "text", "fast, timeloen eller konsulent."),
    ),
    key=("medarbejder_nr", "fra"),
    freshness=DAILY,
)
HOURS = Dataset(
    "timereg.registreringer",
    "Timeregistreringer",
    "Timer, dag for dag, på opgaver og sager. Ledere registrerer ikke.",
    (
        EMPLOYEE,
        Column("dato", "date", "Dagen, der blev arbejdet."),
        Column("timer", "decimal", "Timer."),
        Column("opgave_nr", "text", "Opgaven; for konsulenter bestillingens nummer."),
        Column("sag_nr", "text", "Sagens nummer i ServiceNow, som det er tastet."),
        Column("art", "text", "arbejde, flex …"),
        Column("status", "text", "indsendt, godkendt eller annulleret."),
        Column("registreret_tid", "timestamp", "Hvornår linjen blev indtastet."),
        Column("godkendt_af", "text", "Hvem der har godkendt.", personal=True),
    ),
    key=("medarbejder_nr", "dato", "opgave_nr", "sag_nr", "art"),
    freshness=DAILY,
    period="dato",
    control="timer",
)
ABSENCE = Dataset(
    "timereg.fravaer",
    "Fravær",
    "Sammenhængende fravær. Rækker hentes altid alle: et fravær kan begynde før perioden.",
    (
        EMPLOYEE,
        Column("fra", "date", "Første dag.", personal=True),
        Column("til", "date", "Sidste dag.", personal=True),
        Column("art", "text", "ferie, sygdom, barns sygdom, omsorgsdag.", personal=True),
        Column("omfang_pct", "integer", "Hvor meget af dagen, i procent."),
    ),
    key=("medarbejder_nr", "fra", "art"),
    freshness=DAILY,
)


class Timereg(Reporting):
    """The time registration, by HTTP Basic."""

    name: ClassVar[str] = "timereg"
    setting: ClassVar[str] = "TIMEREG_URL"
    offers: ClassVar[tuple[Dataset, ...]] = (EMPLOYMENTS, HOURS, ABSENCE)

    def __init__(self, session: aiohttp.ClientSession, url: str, user: str, password: str) -> None:
        super().__init__(session, url)
        self._basic = aiohttp.encode_basic_auth(user, password, "utf-8")

    @override
    @classmethod
    def account(cls, settings: Settings) -> tuple[str | None, SecretStr | None]:
        return settings.timereg_user, settings.timereg_password

    @override
    @classmethod
    def entered(cls, session: aiohttp.ClientSession, url: str, account: str, secret: str) -> Self:
        return cls(session, url, account, secret)

    @override
    def headers(self) -> dict[str, str]:
        return {"Authorization": self._basic}
