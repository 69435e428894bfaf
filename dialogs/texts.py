"""Sentences that several dialogs share, and how dates, times and numbers are said in Danish."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from connectors.errors import Conflict, ConnectorError, Denied, NotFound, Refused, Unavailable
from nlu.normalise import fold

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MONTHS = ("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december")

SYSTEMS = {
    "servicenow": "ServiceNow",
    "servicenow_approvals": "ServiceNow",
    "graph": "Microsoft 365",
    "directory": "Microsoft 365",
    "outlook": "Outlook",
    "edoc": "eDoc",
    "kvantum": "Kvantum",
    "timereg": "Tidsregistreringen",
    "exchange": "Exchange",
    "jobs": "Min egen database",
}
TROUBLE: dict[type[ConnectorError], str] = {
    Unavailable: "{system} svarer ikke lige nu. Jeg har gemt det, du har skrevet, så prøv igen om lidt.",
    Denied: "{system} giver mig ikke lov til det på dine vegne. Servicedesk kan give adgangen.",
    NotFound: "Det kan jeg ikke finde i {system}. Er navnet eller nummeret rigtigt?",
    Conflict: "En anden har lige ændret det samme i {system}. Prøv igen, så henter jeg det friskt.",
    Refused: "{system} siger nej: {reason}.",
}
REASONS = {
    "case_closed": "sagen er lukket",
    "case_cancelled": "sagen er annulleret",
    "subject_missing": "der mangler et KLE-emne",
    "subject_expired": "KLE-emnet gælder ikke længere",
    "facet_missing": "der mangler en handlingsfacet",
    "no_rights": "du har ikke lov til at skrive på sagen",
    "document_locked": "dokumentet er låst",
    "duplicate": "den findes allerede",
    "too_large": "filen er for stor",
    "type_not_allowed": "filtypen er ikke tilladt",
    "virus": "filen blev stoppet af viruskontrollen",
    "dates_out_of_order": "datoerne passer ikke sammen",
    "access_group_invalid": "adgangsgruppen passer ikke til sagen",
    "title_too_long": "titlen er for lang",
    "owner_unknown": "den ansvarlige findes ikke i systemet",
    "not_taken": "noget af det, jeg skrev, blev ikke gemt",
}
ODD = {
    "MailboxNotEnabledForRESTAPI": "Du har ingen postkasse, som jeg kan læse. Servicedesk kan se hvorfor."
}  # not what its kind usually means
CPR = re.compile(r"(?<![\d+])(?<!\d-)\d{6}[ \u00a0]?[-–—]?[ \u00a0]?\d{4}(?!\d)(?!-\d)")

CPR_GONE = "[CPR-nummer fjernet]"


def only_cpr(text: str) -> bool:
    """Whether nothing is left of a masked text but that a number was taken out."""
    return CPR_GONE in text and not re.search(r"\w", text.replace(CPR_GONE, ""))


def system_name(system: str) -> str:
    """What people call a system."""
    return SYSTEMS.get(system, system)


def trouble(error: ConnectorError) -> str:
    """A failed call as a sentence for the person."""
    if error.code in ODD:
        return ODD[error.code]
    reason = REASONS.get(error.code, "den vil ikke tage imod det, som det er skrevet")
    return TROUBLE[type(error)].format(system=system_name(error.system), reason=reason)


def local(moment: datetime) -> datetime:
    """An aware time in Copenhagen."""
    return moment.astimezone(COPENHAGEN)


def day(when: date) -> str:
    """Fredag den 27. november 2026."""
    return f"{DAYS[when.weekday()]} den {when.day}. {MONTHS[when.month - 1]} {when.year}"


def clock(moment: datetime) -> str:
    """Kl. 14.30, in Copenhagen."""
    at = local(moment)
    return f"kl. {at.hour}.{at.minute:02}"


def when(moment: datetime, now: datetime) -> str:
    """I dag kl. 9.05 · i går kl. 14.10 · den 9. november kl. 8.00 · den 9. november 2025 kl. 8.00."""
    at, today = local(moment), local(now).date()
    days = (today - at.date()).days
    if days in {0, 1}:
        return f"{('i dag', 'i går')[days]} {clock(moment)}"
    year = f" {at.year}" if at.year != today.year else ""
    return f"den {at.day}. {MONTHS[at.month - 1]}{year} {clock(moment)}"


def names(parts: Iterable[str]) -> str:
    """A · a og b · a, b og c."""
    items = list(parts)
    return " og ".join(part for part in (", ".join(items[:-1]), items[-1]) if part) if items else ""


def count(number: int, one: str, many: str) -> str:
    """1 mail · 2 mails · 1.200 mails."""
    return f"{number:,} {one if number == 1 else many}".replace(",", ".")


def masked(text: str) -> str:
    """A text without CPR numbers, before anything is stored or sent on."""
    return CPR.sub(CPR_GONE, text)


QUOTED = re.compile(r"^(?:[>|].*|(?:Fra|From|Sendt|Sent|Til|To|Emne|Subject):.*|-{3,}.*|_{5,}.*)$", re.M | re.I)


def own_words(text: str) -> str:
    """What stands before a pasted mail or a quotation: only that speaks for the person. The whole text when nothing stands before it."""
    quoted = QUOTED.search(text) if "\n" in text else None
    return text[: quoted.start()].strip() or text if quoted else text


HI = r"(?:hej|hejsa|hejhej|heej|hey|hi|hello|halløj|halloj|hallo|goddag|god dag|godmorgen|god morgen|morgen|god ?aften|dav|davs|mojn)"
NAMED = r"(?:\s+(?:kollega|igen|med dig|du|dér|der|bot|robot))"
HELLO = re.compile(rf"^(?:{HI}{NAMED}?[\s,!.–-]+)+", re.I)
BARE_HELLO = re.compile(rf"\s*@?{HI}{NAMED}*(?:[\s,]+{HI}{NAMED}*)*[\s,!.:;)(👋🙂😊😀-]*", re.I)


def is_hello(text: str) -> bool:
    """A greeting with nothing else in it: "hej", "godmorgen kollega"."""
    return bool(BARE_HELLO.fullmatch(text))


def without_hello(text: str) -> str:
    """A text without its greeting, where more than a greeting was said."""
    rest = HELLO.sub("", text)
    return rest if len(rest.split()) > 2 else text


def plain(text: str) -> str:
    """A text from elsewhere (a title, a name) that must not be read as markdown."""
    return re.sub(r"([*_`\[\]<>~|#\\])", r"\\\1", text)


def shortened(text: str, length: int) -> str:
    """At most `length` characters, cut at a word."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


WORD = re.compile(r"[a-z]{4,}")
COMMON = frozenset(
    "virker ikke ingen igen efter noget kommer siger hele hver gang siden naar alle min mine naeste komme maske vores deres have haft paaet "
    "problem fejl problemer hjaelp opstaar pludselig stadig skal kunne kan laver laengere holder hvis derfor denne".split()
)


def stems(text: str, *, whole: bool = False) -> set[str]:
    """The telling words of a text: four letters and more, cut to their stem, or as they are."""
    return {word if whole else word[:6] for word in WORD.findall(fold(text)) if word not in COMMON}
