"""All systems together: found in the folder, opened though they are down, and what /readyz says of them."""

import inspect
import time
from pathlib import Path

import pytest

from connectors.directory import Directory
from connectors.edoc import Edoc
from connectors.errors import ConnectorError, Unavailable
from connectors.exchange import Exchange
from connectors.extracts import Extracts
from connectors.http import Connector
from connectors.kvantum import Kvantum
from connectors.offered import offered
from connectors.opened import health, kinds, opened
from connectors.outlook import Outlook
from connectors.servicenow import ServiceNow
from connectors.servicenow_approvals import ServiceNowApprovals
from connectors.systems import Systems
from connectors.timereg import Timereg
from settings import Settings
from tests.connectors.conftest import Wild, World, hangs

DOWN = "http://127.0.0.1:1"
NAMES = {"directory", "edoc", "exchange", "kvantum", "outlook", "servicenow", "servicenow_approvals", "timereg"}


def test_every_connector_of_the_folder_is_found() -> None:
    assert kinds() == [Directory, Edoc, Exchange, Kvantum, Outlook, ServiceNow, ServiceNowApprovals, Timereg]


def test_no_base_is_taken_for_a_connector() -> None:
    assert not any(inspect.isabstract(kind) for kind in kinds())


async def test_everything_simulated_is_well(systems: Systems) -> None:
    assert await health(systems) == dict.fromkeys(NAMES, "ok")


async def test_only_what_is_configured_is_opened() -> None:
    async with opened(Settings(edoc_url=DOWN, edoc_client_id="x", edoc_authkey="y")) as systems:
        assert [type(one) for one in systems] == [Edoc, Extracts]
    async with opened(Settings()) as systems:
        assert [type(one) for one in systems] == [Extracts]


async def test_systems_that_are_down_harm_no_start_and_are_named() -> None:
    async with opened(Settings(simulators_url=DOWN)) as systems:
        start = time.monotonic()
        found = await health(systems)
        assert time.monotonic() - start < 3
    assert set(found) == NAMES
    assert "ok" not in found.values()


async def test_a_slow_system_holds_nobody_up(wild: Wild) -> None:
    wild.script = [hangs(20)]
    async with opened(Settings(edoc_url=wild.url, edoc_client_id="x", edoc_authkey="y")) as systems:
        start = time.monotonic()
        assert await health(systems) == {"edoc": "no answer in 2 s"}
        assert time.monotonic() - start < 3


async def test_health_is_kept_for_a_while(world: World, systems: Systems, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await health(systems))["edoc"] == "ok"
    await world.fault("/edoc", status=401)
    assert (await health(systems))["edoc"] == "ok"
    monkeypatch.setattr("connectors.opened.FRESH", 0.0)
    assert (await health(systems))["edoc"] != "ok"


async def test_simulators_over_tls_give_their_own_tokens() -> None:
    async with opened(Settings(simulators_url="https://127.0.0.1:1")) as systems:
        with pytest.raises(Unavailable) as caught:
            await systems.get(Directory).check()
    assert caught.value.reason == "token: ClientConnectorError"  # not msal's, which would have asked Microsoft


def test_every_kind_of_error_can_be_rebuilt() -> None:
    for kind in ConnectorError.__subclasses__():
        error = kind("edoc", "reason", 409, "code", 3.0)
        assert vars(kind.rebuilt(list(error.args))) == vars(error)


def test_connectors_know_their_settings() -> None:
    fields = {name.upper() for name in Settings.model_fields}
    assert {kind.setting for kind in kinds()} <= fields
    assert all(issubclass(kind, Connector) for kind in kinds())


async def test_files_stand_in_for_a_system_without_an_address_and_only_then(tmp_path: Path) -> None:
    (tmp_path / "kvantum.kreditorer.csv").write_text("anything")
    (tmp_path / "timereg.fravaer.csv").write_text("anything")
    timereg = {"timereg_url": DOWN, "timereg_user": "x", "timereg_password": "y"}
    async with opened(Settings.model_validate({"extracts_dir": tmp_path, **timereg})) as systems:
        found = offered(systems)
    assert isinstance(found["kvantum.kreditorer"], Extracts)
    assert isinstance(found["timereg.fravaer"], Timereg)
    assert "kvantum.posteringer" not in found
