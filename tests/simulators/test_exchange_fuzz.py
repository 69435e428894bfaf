"""Whatever is posted as a name, an alias, an address, a filter or a whole parameter gets a documented answer, never a 500."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.exchange.invoke import CMDLETS
from tests.simulators.exchange_office import BYPASS, Office, running

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
NAME = st.one_of(TEXT, st.from_regex(r"[a-zæøåÆ.'_ -]{1,70}", fullmatch=True))
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False), TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
CALL = st.sampled_from(sorted(CMDLETS)).flatmap(
    lambda name: st.tuples(st.just(name), st.dictionaries(st.sampled_from([*CMDLETS[name].parameters, "Colour"]), VALUE, max_size=4))
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


class Served:
    """An office in a loop of its own, so that hypothesis can call it as often as it likes."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.stack = AsyncExitStack()
        self.office: Office = self.run(self.stack.enter_async_context(running()))

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def answer(self, cmdlet: str, **parameters: Any) -> str:
        """The kind of answer: ok, or the refusal's type. Anything else is a fault of the simulator."""
        found = self.run(self.office.cmd(cmdlet, **parameters))
        assert found.status in {200, 400, 404}, (cmdlet, parameters, found.status, found.body)
        return "ok" if found.status == 200 else str(found.refusal[0])

    def close(self) -> None:
        self.run(self.stack.aclose())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    found = Served()
    yield found
    found.close()


@given(name=NAME, alias=NAME, address=NAME)
@QUICK
def test_any_name_of_a_new_mailbox(served: Served, name: str, alias: str, address: str) -> None:
    first = served.answer("New-Mailbox", Shared=True, Name=name, Alias=alias)
    second = served.answer("New-Mailbox", Shared=True, Name=name, PrimarySmtpAddress=f"{address}@kk.example")
    assert (first, second) != ("ok", "ok")  # a name is taken once
    assert served.answer("Get-Mailbox", Identity=name) in {"ok", "ManagementObjectNotFoundException", "ParameterBindingException"}


@given(name=NAME, alias=NAME)
@QUICK
def test_a_new_list_is_made_once(served: Served, name: str, alias: str) -> None:
    new = {"Name": name, "Alias": alias, "ManagedBy": ["birthe.holm@kk.example"]}
    if served.answer("New-DistributionGroup", **new) == "ok":
        assert served.answer("New-DistributionGroup", **new) == "ADObjectAlreadyExistsException"
        assert served.answer("Set-DistributionGroup", Identity=name, DisplayName=name, **BYPASS) in {
            "ok",
            "ManagementObjectNotFoundException",
        }


@given(
    text=st.one_of(
        TEXT,
        st.lists(
            st.sampled_from(["(", ")", "-not", "-and", "-or", "-eq", "-like", "Name", "'x*'", "$null", "'", "{", "5"]), max_size=12
        ).map(" ".join),
    )
)
@QUICK
def test_any_filter(served: Served, text: str) -> None:
    assert served.answer("Get-DistributionGroup", Filter=text) in {"ok", "ParameterBindingException"}


@given(call=CALL)
@settings(QUICK, max_examples=250)
def test_any_parameters(served: Served, call: tuple[str, dict[str, Any]]) -> None:
    assert served.answer(call[0], **call[1])
