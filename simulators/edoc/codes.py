"""The code tables: states, categories, roles, formats, and a small part of a subject plan (KLE) with its facets.

Recnos and descriptions are the product's defaults; the short codes and the subjects that say so in their title are invented.
"""

from dataclasses import dataclass

from simulators.edoc.wire import Refusal


@dataclass(frozen=True)
class Row:
    """One value of a code table. `expired`: the day it died, empty while it lives."""

    recno: int
    code: str
    text: str
    expired: str = ""


CASE_STATUS = (
    Row(4, "R", "Reserved"),
    Row(5, "B", "In process"),
    Row(6, "A", "Closed"),
    Row(7, "U", "No follow-up"),
    Row(8, "UT", "Cancelled"),
    Row(9, "K", "Copied extract"),
    Row(17, "AS", "Closed by caseworker"),
)
RESERVED, OPEN, CLOSED, CANCELLED = 4, 5, 6, 8
LOCKED_CASES = frozenset({6, 7, 9, 17})
DOCUMENT_STATUS = (
    Row(1, "R", "Reserved"),
    Row(2, "S", "Preliminary recorded"),
    Row(3, "M", "Registered by responsible"),
    Row(4, "F", "Finished by responsible"),
    Row(5, "E", "Dispatched"),
    Row(6, "J", "Officially recorded"),
    Row(7, "A", "Registration completed"),
    Row(8, "U", "Cancelled"),
    Row(9, "G", "In approval"),
    Row(10, "GK", "Approved"),
    Row(11, "IG", "Not approved"),
    Row(12, "H", "For review"),
)
DISPATCHED, JOURNALISED, COMPLETED = 5, 6, 7
LOCKED_DOCUMENTS = frozenset({7, 8})
CATEGORY = (
    Row(110, "I", "Document in"),
    Row(111, "U", "Document out"),
    Row(112, "R", "Minutes"),
    Row(113, "N", "Internal memo with follow-up"),
    Row(114, "EI", "E-mail in"),
    Row(115, "EU", "E-mail out"),
    Row(125, "K", "Contract"),
    Row(127, "AI", "Access request"),
    Row(60005, "X", "Internal memo without follow-up"),
    Row(60006, "AF", "Decision"),
)
INCOMING = frozenset({110, 114, 127})
ROLE = (
    Row(1, "K", "Contact"),
    Row(5, "A", "Sender"),
    Row(6, "M", "Recipient"),
    Row(7, "MA", "Co-sender"),
    Row(8, "KO", "Copy to"),
    Row(20, "BK", "Blind copy to"),
)
ACCESS_CODE = (Row(1, "U", "Unclassified"), Row(2, "F", "Confidential"), Row(3, "P", "Personnel"))
ARCHIVE = (Row(1, "SAG", "Case archive"), Row(2, "DOK", "Case documents"))
FORMATS = "pdf docx doc xlsx xls pptx msg eml txt rtf html jpg png tif xml csv".split()
FORMAT = tuple(Row(n, code, code.upper()) for n, code in enumerate(FORMATS, 1))
CONVERTED = frozenset(FORMATS) - {"pdf", "xml", "csv"}  # what the conversion job makes a PDF of
KLE = tuple(
    Row(1000 + n, *row)
    for n, row in enumerate(
        (
            ("00.01.00", "Kommunens styrelse i almindelighed"),
            ("00.01.10", "Opgaver der dækker flere hovedgrupper"),
            ("00.07.03", "Aktindsigt - forvaltningsprincipper"),
            ("00.07.10", "Notatpligt mv."),
            ("00.15.20", "Tværgående ledelsesinformation"),
            ("00.22.02", "Kommunalbestyrelsen"),
            ("00.22.04", "Udvalg, bestyrelser mv."),
            ("19.02.19", "Indsigt i arkivalier med personoplysninger"),
            ("23.25.00", "Den registreredes rettigheder i almindelighed"),
            ("23.25.05", "Oplysningspligt"),
            ("23.25.10", "Den registreredes indsigtsret"),
            ("23.25.15", "Ret til berigtigelse"),
            ("23.25.20", "Ret til sletning"),
            ("23.25.35", "Ret til indsigelse"),
            ("81.00.00", "Kommunens personale"),
            ("81.02.00", "Rekruttering, i almindelighed"),
            ("81.03.00", "Ansættelse, i almindelighed"),
            ("81.31.00", "Personalelegitimation"),
            ("81.36.00", "Afsked"),
            ("81.39.15", "Intern uddannelse"),
            ("85.00.00", "Kommunens administrative systemer i almindelighed"),
            ("85.02.00", "Grundlaget for den administrative tilrettelæggelse"),
            ("85.02.01", "Informationshåndtering/journalisering"),
            ("85.02.02", "Dagsordener"),
            ("85.08.00", "Arkivering"),
            ("85.08.02", "Bevaring og kassation"),
            ("85.08.20", "Makulering"),
            ("85.08.25", "Sletning af personoplysninger, dataminimering"),
            ("85.10.00", "Databeskyttelse"),
            ("85.10.01", "Behandling og videregivelse"),
            ("85.10.09", "Dataansvarlig, kommunen som"),
            ("85.10.12", "Fortegnelser over behandlingsaktiviteter"),
            ("85.10.13", "Brud på persondatasikkerheden"),
            ("85.10.14", "Konsekvensanalyse"),
            ("85.10.18", "Risikovurdering vedrørende databeskyttelse"),
            ("85.11.00", "Etablering og udvikling af it-systemer"),
            ("85.11.02", "Hardware"),
            ("85.11.04", "Fagsystemer"),
            ("85.11.06", "Administrative systemer"),
            ("85.11.20", "Software, it-værktøjer"),
            ("85.15.00", "Drift af it-systemer og systemanvendelse i almindelighed"),
            ("85.15.03", "Brugeradgang og autorisation af brugere"),
            ("85.15.07", "Elektroniske/digitale signaturer"),
            ("85.15.25", "Logning"),
            ("85.15.60", "Dummy-emne"),
            ("85.15.70", "Papirkurv (fejl- og testsager)"),
            ("85.15.05", "Telefaxanlæg (opdigtet)", "2024-02-01"),
            ("85.11.10", "Skrivemaskiner (opdigtet)", "2019-05-01"),
            ("97.01.00", "Drift af printere (opdigtet)"),
            ("97.01.05", "Toner og papir (opdigtet)"),
            ("97.02.00", "Netværk og wifi (opdigtet)"),
            ("97.02.10", "Fjernadgang (opdigtet)"),
            ("97.03.00", "Mobiltelefoner (opdigtet)"),
            ("97.03.15", "Personsøgere (opdigtet)", "2022-11-01"),
        )
    )
)
FACET = tuple(
    Row(2000 + n, *row)
    for n, row in enumerate(
        (
            ("G01", "Generelle sager, konkret enkeltsag"),
            ("A26", "Procedure, instruks"),
            ("A53", "Konkrete anmodninger om indsigt"),
            ("P05", "Konsekvensanalyse"),
            ("P22", "Politik"),
            ("P30", "Risikovurdering"),
            ("P35", "Møder"),
            ("K07", "Afrapportering"),
            ("Ø54", "Kontrakt"),
            ("I00", "Test- og fejlsager"),
            ("G99", "Diverse (opdigtet)", "2021-02-01"),
        )
    )
)
TABLES = {
    "case status": CASE_STATUS,
    "document status": DOCUMENT_STATUS,
    "document category": CATEGORY,
    "contact role": ROLE,
    "access code": ACCESS_CODE,
    "document archive": ARCHIVE,
    "file format": FORMAT,
    "kle": KLE,
    "facet": FACET,
}
GROUPS = {"Alle": None, "Personale": ("kk\\mfri", "kk\\jkja")}  # access groups, and who is in them (None: everybody)


def value(rows: tuple[Row, ...], text: str, field: str) -> Row:
    """The row that `recno:6` or the code `J` means. Refuses others."""
    wanted = text.strip()
    name, _, number = wanted.partition(":")
    for row in rows:
        if (name.lower() == "recno" and number == str(row.recno)) or wanted.lower() == row.code.lower():
            return row
    raise Refusal(f"{field}: code value '{wanted[:40]}' not found")


def named(rows: tuple[Row, ...], recno: int) -> Row:
    """The row with that recno, which is one of ours."""
    return next(row for row in rows if row.recno == recno)


def subject(rows: tuple[Row, ...], text: str, kind: str) -> Row:
    """A KLE number or facet as a new case may use it. Refuses unknown and dead ones."""
    row = next((one for one in rows if one.code == text.strip().rstrip(".").replace(" ", "").upper()), None)
    if row is None:
        raise Refusal(f"ArchiveCodes: class code '{text[:40]}' not found in {kind}")
    if row.expired:
        raise Refusal(f"ArchiveCodes: class code {row.code} is no longer valid")
    return row
