"""All settings, from the environment: one typed class, errors that name the setting."""

import ipaddress
import sys
import tempfile
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


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

    simulators_url: str | None = Field(default=None, description="Stands in for each system below that has no address of its own.")
    servicenow_url: str | None = Field(default=None, description="The ServiceNow instance.")
    servicenow_client_id: str | None = Field(default=None, description="OAuth client at the instance.")
    servicenow_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    servicenow_timezone: str = Field(default="GMT", description="The time zone of the integration user in ServiceNow.")
    graph_url: str | None = Field(default=None, description="Microsoft Graph, https://graph.microsoft.com.")
    graph_tenant_id: str | None = Field(default=None, description="The tenant of the Graph app registration.")
    graph_client_id: str | None = Field(default=None, description="The Graph app registration.")
    graph_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    exchange_url: str | None = Field(default=None, description="Exchange Online's administration, https://outlook.office365.com.")
    exchange_tenant_id: str | None = Field(default=None, description="The tenant of the Exchange app registration.")
    exchange_client_id: str | None = Field(default=None, description="The Exchange app registration: best another one than Graph's.")
    exchange_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    edoc_url: str | None = Field(default=None, description="eDoc's service address.")
    edoc_client_id: str | None = Field(default=None, description="The client id that eDoc knows Kollega by.")
    edoc_authkey: SecretStr | None = Field(default=None, description="The key that goes with it.")

    patience_minutes: int = Field(default=180, ge=0, description="How long a job goes on trying while a system does not answer.")
    servicedesk_phone: str = Field(default="33 66 12 34", description="Shown where Kollega can't help.")
    intent_threshold: float = Field(
        default=0.0, ge=0, le=1, description="Overrides the model's own threshold for 'not understood'; 0 keeps it."
    )

    @field_validator("database_url")
    @classmethod
    def known_database(cls, url: str | None) -> str | None:
        """Only the two kinds of database that are tested."""
        if url and not url.startswith(("postgresql://", "sqlite:///")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return url

    @field_validator("simulators_url", "servicenow_url", "graph_url", "exchange_url", "edoc_url", "openid_metadata_url", "token_url")
    @classmethod
    def an_address(cls, url: str | None) -> str | None:
        """An absolute http(s) address, kept without a slash at the end."""
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address that begins with http:// or https://")
        return url.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def known_level(cls, level: str) -> str:
        """One of the four levels, in capitals."""
        if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return level.upper()

    @model_validator(mode="after")
    def whole(self) -> Self:
        """Each real system has its credentials, and a bot that others can reach has its own."""
        for first, needed in NEEDS.items():
            for name in needed if getattr(self, first) else ():
                if not getattr(self, name):
                    raise ValueError(f"{name.upper()} is missing; {first.upper()} needs it")
        if not self.app_id and not is_loopback(self.host):
            raise ValueError(f"HOST is {self.host}, but without APP_ID only loopback (127.0.0.1) may be bound")
        return self

    @property
    def needs_simulators(self) -> bool:
        """Neither simulators nor any real system is named: app.py starts the simulators itself."""
        return not (self.simulators_url or self.servicenow_url or self.graph_url or self.exchange_url or self.edoc_url)

    def system_url(self, name: str) -> str | None:
        """The address of a system ("servicenow"), real or simulated; None when it is not configured."""
        real: str | None = getattr(self, f"{name}_url")
        return real or (f"{self.simulators_url}/{name}" if self.simulators_url else None)

    def is_simulated(self, name: str) -> bool:
        """Whether the simulators stand in for that system."""
        return getattr(self, f"{name}_url") is None


Kind = TypeVar("Kind", bound=Settings)

NEEDS = {
    "app_id": ("app_password", "app_tenant_id"),
    "servicenow_url": ("servicenow_client_id", "servicenow_client_secret"),
    "graph_url": ("graph_tenant_id", "graph_client_id", "graph_client_secret"),
    "exchange_url": ("exchange_tenant_id", "exchange_client_id", "exchange_client_secret"),
    "edoc_url": ("edoc_client_id", "edoc_authkey"),
}


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def unwritable(folder: Path) -> str:
    """Why nothing can be written there; "" when all is well. The folder is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"cannot write to {folder}: {error.strerror}"


def load() -> Settings:
    """The settings, or one sentence for each fault on stderr and exit status 2."""
    return read(Settings)


def read(kind: type[Kind]) -> Kind:
    """The same for a command that asks for less than the bot does: a subclass with another `whole`."""
    try:
        return kind()
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False, include_context=False):
            name = "_".join(str(part) for part in fault["loc"]).upper()
            text = fault["msg"].removeprefix("Value error, ")
            print(f"kollega: {name + ': ' if name else ''}{text}", file=sys.stderr)  # noqa: T201 - the one place that speaks before logging is set up
        raise SystemExit(2) from None


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
