"""Samples can be drawn again and extended, and what is said of them is no more than they show."""

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.oversight import sampling

SEED = sampling.seed_of("manglende_bilag", "2026-Q3", "manglende_bilag-1")
KEYS = st.sets(st.tuples(st.text("ab10", min_size=1, max_size=4)), max_size=40).map(sorted)
AMOUNTS = st.dictionaries(
    st.tuples(st.text("ab10", min_size=1, max_size=4)), st.integers(-500_000, 5_000_000).map(lambda oere: Decimal(oere) / 100), max_size=40
)


@pytest.mark.parametrize(
    ("confidence", "share", "population", "drawn"),
    [
        (0.95, 0.05, None, 59),
        (0.95, 0.10, None, 29),
        (0.90, 0.10, None, 22),
        (0.90, 0.05, None, 45),
        (0.95, 0.03, None, 99),
        (0.95, 0.01, None, 299),
        (0.95, 0.05, 50, 31),
        (0.95, 0.05, 100, 45),
        (0.95, 0.05, 200, 51),
    ],
)
def test_a_sample_is_as_large_as_its_claim_asks(confidence: float, share: float, population: int | None, drawn: int) -> None:
    assert sampling.size(confidence, share, population) == drawn


@pytest.mark.parametrize(
    ("errors", "drawn", "population", "said"),
    [
        (0, 29, None, "0 fejl af 29: højst 9,8 % med 95 % sikkerhed."),
        (1, 59, None, "1 fejl af 59: højst 7,8 % med 95 % sikkerhed."),
        (0, 10, None, "0 fejl af 10: højst 25,9 % med 95 % sikkerhed."),
        (0, 25, None, "0 fejl af 25: højst 11,3 % med 95 % sikkerhed."),
        (0, 31, 50, "0 fejl af 31: højst 2 af alle 50 (4 %) med 95 % sikkerhed."),
        (0, 59, 1_000_000, "0 fejl af 59: højst 5 % med 95 % sikkerhed."),
        (2, 12, 12, "2 fejl af 12: alle rækker er set, så det er hele svaret."),
        (3, 3, None, "3 fejl af 3: højst 100 % med 95 % sikkerhed."),
    ],
)
def test_what_is_said_of_a_sample_is_its_upper_bound(errors: int, drawn: int, population: int | None, said: str) -> None:
    assert sampling.said(errors, drawn, population) == said


def test_a_monetary_sample_without_errors_shows_three_intervals() -> None:
    assert sampling.monetary_size(Decimal(1_000_000), Decimal(100_000)) == 30
    assert sampling.monetary_size(Decimal(10_000_000), Decimal(100_000)) == 300
    assert sampling.highest_kroner(Decimal(10_000)) == Decimal("29957.32")
    assert sampling.highest_kroner(Decimal(10_000), [Decimal(1)]) == Decimal("47438.65")  # 4.74 intervals: one row all wrong
    assert sampling.highest_kroner(Decimal(10_000), [Decimal("0.5")]) == Decimal("38697.98")


@pytest.mark.parametrize(
    "wrong", [lambda: sampling.size(1.0, 0.1), lambda: sampling.said(3, 2), lambda: sampling.said(0, 0), lambda: sampling.said(0, 9, 8)]
)
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"lie between|no more errors"):
        wrong()


def test_amounts_that_cannot_be_drawn_by_are_refused() -> None:
    for rows, why in (([(("a",), Decimal("1.005"))], "øre"), ([(("a",), Decimal(-1))], "above zero")):
        with pytest.raises(ValueError, match=why):
            sampling.monetary(SEED, rows, 5)


def test_a_stored_seed_draws_the_same_rows_for_ever() -> None:
    keys = [(f"{number:05}",) for number in range(1000)]
    assert SEED == "1668e48eef4e6f46573e66a8a9c72fa51b9b85316ccf5667f9e7a6f6ef756adb"
    assert [key for (key,) in sampling.simple(SEED, keys, 5)] == ["00960", "00764", "00932", "00749", "00045"]


@settings(max_examples=40, deadline=None)
@given(keys=KEYS, few=st.integers(0, 20), more=st.integers(0, 30), chance=st.randoms(use_true_random=False))
def test_more_rows_extend_a_sample(keys: list[sampling.Key], few: int, more: int, chance: Any) -> None:
    first = sampling.simple(SEED, keys, few)
    mixed = list(keys)
    chance.shuffle(mixed)
    assert sampling.simple(SEED, mixed, few + more)[: len(first)] == first
    assert len(first) == len(set(first)) == min(few, len(keys))


@settings(max_examples=40, deadline=None)
@given(
    rows=st.dictionaries(st.tuples(st.text("ab10", min_size=1, max_size=4)), st.sampled_from("xyz"), max_size=40),
    most=st.integers(0, 20),
    least=st.integers(0, 4),
)
def test_strata_get_their_share_and_keep_what_they_have(rows: dict[sampling.Key, str], most: int, least: int) -> None:
    drawn = sampling.stratified(SEED, rows.items(), most, least)
    more = sampling.stratified(SEED, rows.items(), most + 3, least)
    sizes = {name: sum(one == name for one in rows.values()) for name in drawn}
    floor = {name: min(least, count) for name, count in sizes.items()}
    assert sum(map(len, drawn.values())) == max(min(most, len(rows)), sum(floor.values()))
    for name, keys in drawn.items():
        assert more[name][: len(keys)] == keys
        assert len(keys) >= floor[name]
        assert all(rows[key] == name for key in keys)
        if not least:
            assert len(keys) <= math.ceil(most * sizes[name] / len(rows)) + 1


@settings(max_examples=60, deadline=None)
@given(rows=AMOUNTS.filter(lambda rows: any(amount > 0 for amount in rows.values())), most=st.integers(1, 12))
def test_every_krone_is_as_likely_and_large_rows_are_certain(rows: dict[sampling.Key, Decimal], most: int) -> None:
    drawn = sampling.monetary(SEED, rows.items(), most)
    total = sum(amount for amount in rows.values() if amount > 0)
    cuts = [(drawn.start + drawn.interval * one) for one in range(most)]
    assert drawn.start <= drawn.interval
    assert abs(drawn.interval * most - total) <= Decimal("0.01") * most
    assert set(drawn.negative) == {key for key, amount in rows.items() if amount < 0}
    assert set(drawn.empty) == {key for key, amount in rows.items() if amount == 0}
    assert {key for key, amount in rows.items() if amount >= drawn.interval + 1} <= set(drawn.certain)
    passed, hit = Decimal(0), 0
    for key in sorted(rows):
        before, passed = passed, passed + max(rows[key], Decimal(0))
        inside = [cut for cut in cuts if before + Decimal("0.2") < cut < passed - Decimal("0.2")]  # beside the rounding of what is shown
        if inside:
            assert key in {*drawn.certain, *drawn.drawn}
        hit += key in {*drawn.certain, *drawn.drawn}
    assert hit == len(drawn.certain) + len(drawn.drawn) <= most
    assert sampling.monetary(SEED, reversed(list(rows.items())), most) == drawn


def test_the_largest_are_taken_and_the_rest_drawn() -> None:
    rows = [((name,), Decimal(amount)) for name, amount in (("a", 5), ("b", -90), ("c", 70), ("d", 1), ("e", 2))]
    top, random = sampling.largest_and_random(SEED, rows, 2, 2)
    assert top == [("b",), ("c",)]
    assert len(random) == 2
    assert not set(top) & set(random)


@settings(max_examples=30, deadline=None)
@given(population=st.integers(2, 60), data=st.data())
def test_the_bound_of_a_small_population_is_never_above_that_of_a_large_one(population: int, data: Any) -> None:
    drawn = data.draw(st.integers(1, population - 1))
    errors = data.draw(st.integers(0, drawn))
    wrong = sampling.most_wrong(errors, drawn, population)
    assert errors <= wrong <= population - (drawn - errors)
    assert wrong / population <= sampling.highest(errors, drawn) + 1e-9
