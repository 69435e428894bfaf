"""The rules of the standard requests: one TOML file per request, owned by administrators, in force as soon as it is saved.

rules/distribution_list_add_member.toml:

    hvem = ["alle"]            # who may ask: alle, ejer, leder, rolle:<role of ROLES>, gruppe:<Entra object id>
    godkender = ["ejer"]       # who approves: ingen, ejer, leder, rolle:…, gruppe:…
    stedfortraeder = ["leder"] # who is asked for an approver who is away or silent: leder (the approver's), rolle:…, gruppe:…, ingen
    antal_godkendere = 1       # how many of them, 1 or 2
    mange_ad_gangen = 500      # people in one request
    fortryd_timer = 72         # how long it can be undone; 0: never

A request without a file gets the defaults below: anybody may ask, and the manager approves.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

log = structlog.get_logger()

PARTY = re.compile(r"alle|ejer|leder|rolle:[a-z0-9_æøå-]+|gruppe:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ABSENT_FOLDER = Path("no-rules")
FOLDER = Path(__file__).parent.parent / "rules"


def party(text: str) -> str:
    """Somebody who may ask or approve, as it is written in a rule."""
    if not PARTY.fullmatch(text):
        raise ValueError(f"{text!r} must be alle, ejer, leder, rolle:<name> or gruppe:<object id>")
    return text


def approver(text: str) -> str:
    """The same, and nobody; but not everybody."""
    if text == "alle":
        raise ValueError("'alle' cannot approve; write ingen when nobody needs to")
    return text if text == "ingen" else party(text)


def substitute(text: str) -> str:
    """Somebody who may be asked instead of an approver; an owner is asked anyway."""
    if text in {"alle", "ejer"}:
        raise ValueError(f"{text!r} cannot stand in; write leder, rolle:<name>, gruppe:<object id> or ingen")
    return approver(text)


def alone(names: list[str]) -> list[str]:
    """Nobody beside somebody says two things at once."""
    if "ingen" in names and len(names) > 1:
        raise ValueError("'ingen' stands alone or not at all")
    return names


def pattern(text: str) -> str:
    """A regular expression that can be compiled."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


class Rule(BaseModel):
    """What the administrators have decided of one request. The names are those of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    hvem: list[Annotated[str, AfterValidator(party)]] = Field(["alle"], min_length=1, description="Hvem må bede om det")
    godkender: Annotated[list[Annotated[str, AfterValidator(approver)]], AfterValidator(alone)] = Field(
        ["leder"], min_length=1, description="Hvem godkender"
    )
    stedfortraeder: Annotated[list[Annotated[str, AfterValidator(substitute)]], AfterValidator(alone)] = Field(
        ["leder"], min_length=1, description="Spørges i stedet"
    )
    antal_godkendere: int = Field(1, ge=1, le=2, description="Antal godkendere")
    navn: Annotated[str, AfterValidator(pattern)] = Field("", description="Navnet skal se sådan ud")
    navn_i_ord: str = Field("", max_length=120, description="Navnet i ord, for den, der spørger")
    adresse: str = Field("", description="Adressen foreslås sådan", pattern=r"^[^@\s]*(\{navn\}[^@\s]*@[a-z0-9.-]+)?$")
    mange_ad_gangen: int = Field(50, ge=1, le=500, description="Personer ad gangen")
    fortryd_timer: int = Field(24, ge=0, le=24 * 90, description="Kan fortrydes i timer")
    minutter: int | None = Field(None, ge=0, le=480, description="Sparede minutter")
    paamind_timer: int = Field(8, ge=1, le=200, description="Påmindelse efter arbejdstimer")
    eskaler_timer: int = Field(24, ge=1, le=400, description="Den, der spørger, får besked efter arbejdstimer")
    udloeb_dage: int = Field(30, ge=1, le=90, description="Bortfalder efter dage")


class BadRules(Exception):
    """Rules that cannot be used; one sentence for each fault, with file, line and key."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


def read(path: Path) -> Rule:
    """The rule of one file. Raises BadRules."""
    try:
        text = path.read_text(encoding="utf-8")
        return Rule.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRules([f"{path}: {error}"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadRules([f"{path}: cannot be read: {error}"]) from None
    except ValidationError as error:
        raise BadRules(fault(path, text, str(one["loc"][0]), one["type"], one["msg"]) for one in error.errors()) from None


def fault(path: Path, text: str, key: str, kind: str, said: str) -> str:
    """One fault, with the line that the key stands in and what to do."""
    line = next((number for number, row in enumerate(text.splitlines(), 1) if re.match(rf'\s*"?{re.escape(key)}"?\s*[=.]', row)), 1)
    if kind == "extra_forbidden":
        near = get_close_matches(key, Rule.model_fields, 1)
        said = f"is not a rule; did you mean {near[0]}?" if near else f"is not a rule; there are {', '.join(Rule.model_fields)}"
    return f"{path}:{line}: {key}: {said.removeprefix('Value error, ')}"


class Rules:
    """The rules in force. Files are looked at anew each time a rule is asked for; a file that is broken changes nothing and is logged."""

    def __init__(self, requests: Iterable[str] = (), folder: Path | None = None, roles: Iterable[str] | None = None) -> None:
        """requests: the intents that there are. folder: where the files are; None: there are none. roles: those that
        are known; None: any. Raises BadRules, with all that is wrong.
        """
        self._paths = {intent: (folder or ABSENT_FOLDER) / f"{intent.replace('.', '_')}.toml" for intent in requests}
        self._read: dict[str, tuple[tuple[int, int], Rule]] = {}
        self.faults: dict[str, list[str]] = {}  # of files that were broken while running, by intent
        stray = sorted(set(folder.glob("*.toml")) - set(self._paths.values())) if folder else []
        faults = [f"{path}:1: there is no request of that name; there are {', '.join(sorted(self._paths))}" for path in stray]
        for intent in self._paths:
            self.of(intent)
            faults += self.faults.get(intent, [])
            rule = self._read[intent][1]
            named = {one.removeprefix("rolle:") for one in (*rule.hvem, *rule.godkender, *rule.stedfortraeder) if one.startswith("rolle:")}
            faults += [
                f"{self._paths[intent]}:1: there is no role {role!r} in ROLES"
                for role in sorted(named - set(roles if roles is not None else named))
            ]
        if faults:
            raise BadRules(faults)

    def of(self, intent: str) -> Rule:
        """The rule of one request, as its file says now. Raises KeyError for an unknown request."""
        path = self._paths[intent]
        stamp = stamped(path)
        known = self._read.get(intent)
        if known and known[0] == stamp:
            return known[1]
        rule, faults = known[1] if known else Rule(), list[str]()
        if stamp == ABSENT and known:
            faults = [f"{path}: is gone; what it said stays in force until Kollega is started again"]
        elif stamp != ABSENT:
            try:
                rule = read(path)
            except BadRules as error:
                faults = error.faults
        if faults:
            self.faults[intent] = faults
            log.error("rules_not_taken", intent=intent, faults=faults)
        else:
            self.faults.pop(intent, None)
        self._read[intent] = (stamp, rule)
        return rule

    def all(self) -> Mapping[str, Rule]:
        """Every request's rule, by intent."""
        return {intent: self.of(intent) for intent in sorted(self._paths)}


ABSENT, UNREADABLE = (0, -1), (0, -2)


def stamped(path: Path) -> tuple[int, int]:
    """When a file was last changed, and its size; ABSENT when there is none. A few microseconds, so it may be asked in a turn."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ABSENT
    except OSError:
        return UNREADABLE
    return found.st_mtime_ns, found.st_size


def said(value: object) -> str:
    """A rule's value in Danish, as it stands in the table of the rules."""
    match value:
        case bool():
            return "ja" if value else "nej"
        case list():
            return ", ".join(map(str, value))
        case None | "":
            return "–"
        case _:
            return str(value)


def table(rules: Mapping[str, Rule]) -> str:
    """All rules as a table in Danish: a block per request, a line per rule."""
    width = max(len(str(field.description)) for field in Rule.model_fields.values())
    blocks = []
    for intent, rule in rules.items():
        rows = [f"  {str(field.description).ljust(width)}  {said(getattr(rule, name))}" for name, field in Rule.model_fields.items()]
        blocks.append("\n".join([intent, *rows]))
    return "\n\n".join(blocks)
