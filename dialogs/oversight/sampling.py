"""Samples of a tilsyn's rows, drawn from a stored seed so that they can be drawn again and extended, and what a sample allows one to say.

A row's place is the SHA-256 of seed and key: the first 59 hold the first 29, whatever order the rows come in. What a person picks by
judgement stands beside a sample, never in it, and a sample in which errors were found is never drawn anew.
Exact arithmetic throughout; confidence and shares are numbers from 0 to 1.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from heapq import heapify, heapreplace, nlargest, nsmallest
from itertools import pairwise

from dialogs import texts
from dialogs.oversight.telling import number

Key = tuple[str, ...]
SURE = 0.95
SMALL = 10_000  # rows: up to here a sample's bound counts with how many there are in all; beyond, that changes nothing that is shown
APART = "\x1f"  # between the parts of a key, which never hold it


@dataclass(frozen=True)
class Monetary:
    """A monetary-unit sample. interval: in kroner, one row is taken for each. start: in kroner, where the first falls.

    certain: rows of at least the interval, always taken; drawn: the others, in the order of their keys. negative, empty: rows below zero and of
    zero, which no krone of falls to: to be looked at apart.
    """

    interval: Decimal
    start: Decimal
    certain: tuple[Key, ...]
    drawn: tuple[Key, ...]
    negative: tuple[Key, ...]
    empty: tuple[Key, ...]


def seed_of(tilsyn: str, period: str, run: str) -> str:
    """The seed of a run's sample, to be stored with it."""
    return sha256(APART.join((tilsyn, period, run)).encode()).hexdigest()


def place(seed: str, key: Key) -> str:
    """Where a row stands in the order of a seed."""
    return sha256(APART.join((seed, *key)).encode()).hexdigest()


def simple(seed: str, keys: Iterable[Key], most: int) -> list[Key]:
    """So many rows, each as likely as any other; all, where there are no more."""
    return [key for _, key in nsmallest(most, ((place(seed, key), key) for key in keys))]


def stratified(seed: str, rows: Iterable[tuple[Key, str]], most: int, least: int = 1) -> dict[str, list[Key]]:
    """Rows and their stratum → the sample by stratum: in proportion, at least `least` of each (all of a smaller one), even if that is more.

    More rows extend the sample: places go one by one to the stratum that is shortest of its share (Sainte-Laguë), which takes none back.
    """
    strata: dict[str, list[Key]] = {}
    for key, stratum in rows:
        strata.setdefault(stratum, []).append(key)
    given = {name: min(least, len(keys)) for name, keys in strata.items()}
    queue = [(_short(len(keys), given[name]), name) for name, keys in strata.items() if given[name] < len(keys)]
    heapify(queue)
    for _ in range(min(most, sum(map(len, strata.values()))) - sum(given.values())):
        name = queue[0][1]
        given[name] += 1
        full = given[name] == len(strata[name])
        heapreplace(queue, (Fraction(1) if full else _short(len(strata[name]), given[name]), name))
    return {name: simple(seed, keys, given[name]) for name, keys in sorted(strata.items())}


def _short(rows: int, given: int) -> Fraction:
    """How much a stratum is due the next place: the least is first."""
    return Fraction(-rows, 2 * given + 1)


def largest_and_random(seed: str, rows: Iterable[tuple[Key, Decimal]], largest: int, random: int) -> tuple[list[Key], list[Key]]:
    """The rows of the largest amounts, whatever their sign, and so many random ones of the rest. Only the second part speaks for the rest."""
    kept = list(rows)
    top = [key for _, key in nlargest(largest, ((abs(amount), key) for key, amount in kept))]
    chosen = set(top)
    return top, simple(seed, (key for key, _ in kept if key not in chosen), random)


def monetary(seed: str, rows: Iterable[tuple[Key, Decimal]], most: int) -> Monetary:
    """Rows in proportion to their kroner: the kroner above zero, laid end to end in the order of the keys, are cut at equal intervals.

    most: intervals, at least 1. It cannot be extended: a sample of another size has other cuts. Raises ValueError for amounts of less than an
    øre, and where there is nothing above zero.
    """
    listed = sorted(rows)
    oere = [(key, int(amount * 100)) for key, amount in listed]
    if any(amount * 100 != whole for (_, amount), (_, whole) in zip(listed, oere, strict=True)):
        raise ValueError("an amount has parts of an øre")
    total = sum(amount for _, amount in oere if amount > 0)
    if not total:
        raise ValueError("no amount is above zero")
    interval = Fraction(total, most)
    cut = start = interval * Fraction(int(place(seed, ("start",)), 16), 1 << 256)
    certain: list[Key] = []
    drawn: list[Key] = []
    passed = 0
    for key, amount in oere:
        passed += max(amount, 0)
        if cut < passed:
            (certain if amount >= interval else drawn).append(key)
            cut += interval * math.ceil((passed - cut) / interval)
    return Monetary(
        interval=_kroner(interval),
        start=_kroner(start),
        certain=tuple(certain),
        drawn=tuple(drawn),
        negative=tuple(key for key, amount in oere if amount < 0),
        empty=tuple(key for key, amount in oere if amount == 0),
    )


def _kroner(oere: Fraction) -> Decimal:
    return (Decimal(oere.numerator) / Decimal(oere.denominator) / 100).quantize(Decimal("0.01"))


def size(confidence: float, share: float, population: int | None = None) -> int:
    """The least sample that, if no error is found in it, shows that less than that share are errors. population: rows in all, where few.

    Source: the binomial and, for a population, the hypergeometric distribution. Raises ValueError for shares outside 0 to 1.
    """
    if not (0 < confidence < 1 and 0 < share < 1):
        raise ValueError("confidence and share lie between 0 and 1")
    if population is None:
        return math.ceil(round(math.log(1 - confidence) / math.log(1 - share), 9))
    errors = math.ceil(round(population * share, 9))
    low, high = 0, population
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _at_most(0, middle, errors, population) <= 1 - Fraction(str(confidence)) else (middle + 1, high)
    return low


def monetary_size(total: Decimal, tolerable: Decimal, confidence: float = SURE) -> int:
    """Intervals of a monetary-unit sample that, without an error, shows errors of less than `tolerable` kroner in all: about 3.0 × total / it."""
    return math.ceil(-math.log(1 - confidence) * float(total) / float(tolerable))


def _at_most(errors: int, drawn: int, wrong: int, population: int) -> Fraction:
    """The chance of at most so many errors among the rows drawn, when so many of the population are wrong."""
    ways = sum(math.comb(wrong, one) * math.comb(population - wrong, drawn - one) for one in range(min(errors, drawn) + 1))
    return Fraction(ways, math.comb(population, drawn))


def most_wrong(errors: int, drawn: int, population: int, confidence: float = SURE) -> int:
    """How many rows of a small population may be wrong at most, one-sided. Source: the hypergeometric distribution."""
    _sensible(errors, drawn, population)
    doubt = 1 - Fraction(str(confidence))
    low, high = errors, population - (drawn - errors)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _at_most(errors, drawn, middle, population) > doubt else (low, middle - 1)
    return low


def highest(errors: int, drawn: int, confidence: float = SURE) -> float:
    """The highest share of errors that fits with a sample, one-sided. Source: Clopper and Pearson, Biometrika 26 (1934)."""
    _sensible(errors, drawn, None)
    if errors == drawn:
        return 1.0
    low, high = errors / drawn, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        chance = math.fsum(_binomial(one, drawn, middle) for one in range(errors + 1))
        low, high = (middle, high) if chance > 1 - confidence else (low, middle)
    return high


def _binomial(hits: int, drawn: int, share: float) -> float:
    if share in {0.0, 1.0}:
        return float(hits == drawn * share)
    ways = math.lgamma(drawn + 1) - math.lgamma(hits + 1) - math.lgamma(drawn - hits + 1)
    return math.exp(ways + hits * math.log(share) + (drawn - hits) * math.log1p(-share))


def _sensible(errors: int, drawn: int, population: int | None) -> None:
    if not 0 <= errors <= drawn or drawn < 1 or (population is not None and drawn > population):
        raise ValueError("there are no more errors than rows drawn, and no more of these than there are rows")


def highest_kroner(interval: Decimal, wrong: Sequence[Decimal] = (), confidence: float = SURE) -> Decimal:
    """The most that a monetary-unit sample lets be wrong, in kroner. wrong: of each row with an error, the share of its amount that is.

    Source: Stringer's bound, rows of at least the interval counted as the others (never less than it is).
    """
    factors = [_poisson(hits, confidence) for hits in range(len(wrong) + 1)]
    steps = (after - before for before, after in pairwise(factors))
    factor = factors[0] + math.fsum(step * float(share) for step, share in zip(steps, sorted(wrong, reverse=True), strict=True))
    return (interval * Decimal(factor)).quantize(Decimal("0.01"))


def _poisson(hits: int, confidence: float) -> float:
    """The mean at which at most so many hits are as unlikely as the confidence leaves."""
    low, high = 0.0, 10.0 + 4 * hits
    for _ in range(60):
        middle = (low + high) / 2
        chance = math.fsum(math.exp(-middle + one * math.log(middle) - math.lgamma(one + 1)) for one in range(hits + 1))
        low, high = (middle, high) if chance > 1 - confidence else (low, middle)
    return high


def said(errors: int, drawn: int, population: int | None = None, confidence: float = SURE) -> str:
    """What a random sample allows one to say, in Danish: never "in order", always how much may be wrong. population: rows in all."""
    _sensible(errors, drawn, population)
    found = f"{texts.count(errors, 'fejl', 'fejl')} af {number(drawn)}"
    if drawn == population:
        return f"{found}: alle rækker er set, så det er hele svaret."
    sure = f"med {_percent(confidence)} sikkerhed"
    if population is not None and population <= SMALL:
        wrong = most_wrong(errors, drawn, population, confidence)
        return f"{found}: højst {number(wrong)} af alle {number(population)} ({_percent(wrong / population)}) {sure}."
    return f"{found}: højst {_percent(highest(errors, drawn, confidence))} {sure}."


def _percent(share: float) -> str:
    """9,8 %."""
    return f"{share * 100:.1f}".removesuffix(".0").replace(".", ",") + " %"
