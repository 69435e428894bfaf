"""All settings, from the environment: one typed class, errors that name the setting."""

import ipaddress
import re
import sys
from pathlib import Path
from typing import NoReturn, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict
from typing_extensions import override


def kept_at(database_url: str | None, var_dir: Path, part: str) -> str:
    """Where DATABASE_URL puts a part of what is kept, as SQLAlchemy takes it: in its PostgreSQL, or in a SQLite file of its own, so that nobody waits for it.

    None is a file under VAR_DIR.
    """
    if database_url and database_url.startswith("postgresql://"):
        return database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    named = database_url.removeprefix("sqlite:///").partition("?")[0] if database_url else var_dir / "kollega.sqlite"
    stem = Path(named).absolute().with_suffix("")
    return f"sqlite:///{stem.with_name(f'{stem.name}.{part}.sqlite')}"


class Settings(BaseSettings):
    """Read once at start. A field's name in capitals is the environment variable's."""

    model_config = SettingsConfigDict(hide_input_in_errors=True, extra="ignore", env_ignore_empty=True)

    host: str = Field(default="127.0.0.1", description="The address the bot listens on. Without app credentials only loopback is allowed.")
    port: int = Field(default=3978, ge=0, le=65535, description="The port the bot listens on.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    var_dir: Path = Field(default=Path("var"), description="Everything that Kollega writes to disk goes here.")
    database_url: str | None = Field(default=None, description="postgresql://… for several machines. Default: a SQLite file under VAR_DIR.")

    app_id: str | None = Field(default=None, description="The bot's app registration. None: no sign-in, loopback only.")
    app_password: SecretStr | None = Field(default=None, description="The secret of the bot's app registration.")
    app_tenant_id: str | None = Field(default=None, description="The tenant whose people may talk to the bot.")
    openid_metadata_url: str = Field(
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="Where the keys of the Bot Connector are found.",
    )
    service_url_hosts: str = Field(
        default="smba.trafficmanager.net",
        description="Hosts that the bot may answer to, separated by commas. Loopback is added when there is no APP_ID.",
    )
    token_url: str | None = Field(
        default=None, description="Where the bot fetches its own token. Default: the tenant's address at Microsoft."
    )

    tab_url: str | None = Field(
        default=None, description="Where people's browsers reach the tab, https://host/tab. With it the Teams package has the tab."
    )
    tab_openid_url: str | None = Field(
        default=None, description="Where the keys that sign people in at the tab are found. Default: the tenant's address at Microsoft."
    )

    simulators_url: str | None = Field(default=None, description="Stands in for each system below that has no address of its own.")
    servicenow_url: str | None = Field(default=None, description="The ServiceNow instance.")
    servicenow_client_id: str | None = Field(default=None, description="OAuth client at the instance.")
    servicenow_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    servicenow_timezone: str = Field(default="GMT", description="The time zone of the integration user in ServiceNow.")
    servicenow_request_item: str = Field(
        default="Udført af Kollega",
        description="The catalogue item by which standard requests that were carried out are entered; with a text variable kollega_key.",
    )
    servicenow_key_file: Path | None = Field(
        default=None,
        description="The private key (PEM, RSA) by which Kollega answers approvals in a person's own name. Without it they are shown with a link.",
    )
    servicenow_key_id: str = Field(default="kollega", description="The key's id (kid) in ServiceNow's JWT provider.")
    graph_url: str | None = Field(default=None, description="Microsoft Graph, https://graph.microsoft.com.")
    graph_tenant_id: str | None = Field(default=None, description="The tenant of the Graph app registration.")
    graph_client_id: str | None = Field(default=None, description="The Graph app registration.")
    graph_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    privileged_groups: str = Field(
        default="ADM ,ADM-,ADM_",
        description="How names of groups begin that give administrator rights, beside those that Entra gives roles to; separated by commas.",
    )
    exchange_url: str | None = Field(default=None, description="Exchange Online's administration, https://outlook.office365.com.")
    exchange_tenant_id: str | None = Field(default=None, description="The tenant of the Exchange app registration.")
    exchange_client_id: str | None = Field(default=None, description="The Exchange app registration: best another one than Graph's.")
    exchange_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    edoc_url: str | None = Field(default=None, description="eDoc's service address.")
    edoc_client_id: str | None = Field(default=None, description="The client id that eDoc knows Kollega by.")
    edoc_authkey: SecretStr | None = Field(default=None, description="The key that goes with it.")
    kvantum_url: str | None = Field(default=None, description="The address above Kvantum's reporting interface.")
    kvantum_client_id: str | None = Field(default=None, description="OAuth client at Kvantum.")
    kvantum_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    timereg_url: str | None = Field(default=None, description="The address above the time registration's reporting interface.")
    timereg_user: str | None = Field(default=None, description="Kollega's user at the time registration.")
    timereg_password: SecretStr | None = Field(default=None, description="Its password.")

    extracts_dir: Path | None = Field(
        default=None,
        description="A folder of extracts (CSV, Excel, SAP lists), each named by its dataset, for systems that have no address.",
    )

    patience_minutes: int = Field(default=180, ge=0, description="How long a job goes on trying while a system does not answer.")
    run_days: int = Field(
        default=1825, ge=100, description="How long run data is kept, and the personal details beside the audit chain. The chain stays."
    )
    person_key: SecretStr | None = Field(
        default=None,
        description="The secret behind the pseudonyms in run data, the same for all processes. Default: one is kept in VAR_DIR/person.key.",
    )
    servicedesk_phone: str = Field(default="33 66 12 34", description="Shown where Kollega can't help.")
    burst_seconds: float = Field(
        default=2.0,
        ge=0,
        le=10,
        description="A bare hello waits so long for what follows it, and a second yes within it is the first one again.",
    )
    intent_threshold: float = Field(
        default=0.0, ge=0, le=1, description="Overrides the model's own threshold for 'not understood'; 0 keeps it."
    )
    rules_dir: Path | None = Field(
        default=None,
        description="The administrators' rules of the standard requests, a TOML file for each. Default: Kollega's own, in rules/.",
    )
    roles: str = Field(
        default="",
        description="Roles and the Entra groups that give them: servicedesk=<object id>,controller=<object id>; a role may come twice.",
    )
    tilsyn_dir: Path | None = Field(default=None, description="The SQL files of the ledelsestilsyn. Default: Kollega's own, in tilsyn/.")
    wheel_file: Path | None = Field(
        default=None,
        description="The year's wheel (årshjul): which tilsyn is made when, and whose it is. Default: aarshjul.toml beside the tilsyn.",
    )
    tilsyn_memory_mb: int = Field(default=2000, ge=200, le=65536, description="Megabytes that one tilsyn may take; two may run at a time.")
    tilsyn_seconds: int = Field(default=120, ge=5, le=3600, description="How long the SQL of one tilsyn may run.")
    learn_from_use: bool = Field(
        default=False,
        description="Keep texts that were not understood or were corrected, masked, for 30 days, for `python -m nlu review`.",
    )

    @field_validator("database_url")
    @classmethod
    def known_database(cls, url: str | None) -> str | None:
        """Only the two kinds of database that are tested."""
        if url and not url.startswith(("postgresql://", "sqlite:///")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        if url in {"sqlite:///", "sqlite:///:memory:"}:
            raise ValueError("must name a file: what is kept must outlive the process")
        return url

    @field_validator(
        "simulators_url",
        "servicenow_url",
        "graph_url",
        "exchange_url",
        "edoc_url",
        "kvantum_url",
        "timereg_url",
        "openid_metadata_url",
        "token_url",
        "tab_url",
        "tab_openid_url",
    )
    @classmethod
    def an_address(cls, url: str | None) -> str | None:
        """An absolute http(s) address, kept without a slash at the end."""
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address that begins with http:// or https://")
        return url.rstrip("/")

    @field_validator("servicenow_key_file", "wheel_file")
    @classmethod
    def readable(cls, path: Path | None) -> Path | None:
        """A file that is there: what is wrong with it is told at the start, not at the first approval."""
        if path is not None and not path.is_file():
            raise ValueError("must name a file")
        return path

    @field_validator("roles")
    @classmethod
    def known_roles(cls, text: str) -> str:
        """Pairs of a role and a group."""
        for pair in filter(None, (one.strip() for one in text.split(","))):
            if not ROLE.fullmatch(pair):
                raise ValueError("must be pairs like servicedesk=00000000-0000-4000-8000-000000000001, separated by commas")
        return text

    def role_groups(self) -> dict[str, frozenset[str]]:
        """The object ids of the groups that give each role."""
        found: dict[str, frozenset[str]] = {}
        for role, _, group in (one.strip().partition("=") for one in self.roles.split(",") if one.strip()):
            found[role] = found.get(role, frozenset()) | {group}
        return found

    @field_validator("log_level")
    @classmethod
    def known_level(cls, level: str) -> str:
        """One of the four levels, in capitals."""
        if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return level.upper()

    @model_validator(mode="after")
    def whole(self) -> Self:
        """Each real system has its credentials, and a bot that others can reach has its own. All faults at once, a line each."""
        faults = [f"{first.upper()} is set and needs {spoken(missing)} too." for first in NEEDS if (missing := self.missing(first))]
        if not self.app_id and not is_loopback(self.host):
            faults.append(f"HOST is {self.host}, but without APP_ID only loopback (127.0.0.1) may be bound.")
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def missing(self, first: str) -> list[str]:
        """The settings that are needed because this one ("graph_url") is set, and are not there; in capitals."""
        return [name.upper() for name in NEEDS[first] if not getattr(self, name)] if getattr(self, first) else []

    @property
    def tab_host(self) -> str:
        """The host that serves the tab to people, "" where there is none."""
        return urlsplit(self.tab_url).netloc if self.tab_url else ""

    @property
    def needs_simulators(self) -> bool:
        """Neither simulators nor any real system is named: app.py starts the simulators itself."""
        return not (self.simulators_url or any(getattr(self, name) for name in NEEDS if name != "app_id"))

    def system_url(self, name: str) -> str | None:
        """The address of a system ("servicenow"), real or simulated; None when it is not configured."""
        real: str | None = getattr(self, f"{name}_url")
        return real or (f"{self.simulators_url}/{name}" if self.simulators_url else None)

    def is_simulated(self, name: str) -> bool:
        """Whether the simulators stand in for that system."""
        return getattr(self, f"{name}_url") is None


class Partial(Settings):
    """The same for a command that asks for less than a running bot does: settings may be missing."""

    @override
    @model_validator(mode="after")
    def whole(self) -> Self:
        """Nothing more is asked for."""
        return self


Kind = TypeVar("Kind", bound=Settings)

ROLE = re.compile(r"[a-z0-9_æøå-]+=[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NEEDS = {
    "app_id": ("app_password", "app_tenant_id"),
    "servicenow_url": ("servicenow_client_id", "servicenow_client_secret"),
    "graph_url": ("graph_tenant_id", "graph_client_id", "graph_client_secret"),
    "exchange_url": ("exchange_tenant_id", "exchange_client_id", "exchange_client_secret"),
    "edoc_url": ("edoc_client_id", "edoc_authkey"),
    "kvantum_url": ("kvantum_client_id", "kvantum_client_secret"),
    "timereg_url": ("timereg_user", "timereg_password"),
}


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def spoken(names: list[str]) -> str:
    """A list as it is said: "A, B and C"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def refuse(*sentences: str) -> NoReturn:
    """A start that cannot succeed: one sentence for each fault on stderr, and exit status 2, whatever is wrong."""
    for sentence in sentences:
        print(f"kollega: {sentence}", file=sys.stderr)  # noqa: T201 - the one place that speaks before logging is set up
    raise SystemExit(2)


def load() -> Settings:
    """The settings; or the end of the process, by `refuse`."""
    return read(Settings)


def read(kind: type[Kind]) -> Kind:
    """The same for a command that asks for less: Partial."""
    try:
        return kind()
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
    refuse(*(line for fault in faults for line in sentence(kind, str(next(iter(fault["loc"]), "")), fault["msg"]).splitlines()))


def sentence(kind: type[Settings], name: str, said: str) -> str:
    """What is wrong with a setting, without its value: that may be a secret. `said`: pydantic's words, or those of a validator above."""
    own = said.removeprefix("Value error, ")
    if not name:  # of several settings: a sentence already
        return own
    return f"{name.upper()} {own if own != said else f'must be {wanted(kind.model_fields[name])}'}."


def wanted(field: FieldInfo) -> str:
    """What a setting's value may be, from its type and its bounds."""
    bounds = {name: getattr(one, name) for one in field.metadata for name in ("ge", "le") if hasattr(one, name)}
    noun = {int: "a whole number", float: "a number"}.get(field.annotation or str, "a text")  # type: ignore[arg-type]  # any type may be looked for
    if "le" in bounds:
        return f"{noun} from {bounds['ge']} to {bounds['le']}"
    return f"{noun}, {bounds['ge']} or more" if "ge" in bounds else noun


def table() -> str:
    """docs/settings.md: every setting with its default and what it is for."""
    rows = [
        "# Settings",
        "",
        "Read from the environment at start. Written by `python settings.py`; a test compares.",
        "",
        "| name | default | what |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table())
