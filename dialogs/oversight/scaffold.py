"""A new tilsyn's file, made from a question and the datasets that may answer it: it passes the check as it is, and is then written on."""

import re
from collections.abc import Mapping, Sequence

from connectors.datasets import Dataset
from dialogs.oversight.heads import NAME

LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e"})


def name_of(title: str) -> str:
    """A file's name for a title: "Køb på fridage" is "koeb_paa_fridage"."""
    found = re.sub(r"[^a-z0-9]+", "_", title.lower().translate(LETTERS)).strip("_")[:60]
    return found if NAME.match(found) else f"tilsyn_{found}".rstrip("_")


def drafted(title: str, question: str, owner: str, datasets: Sequence[Dataset]) -> str:
    """The text of the file. The SELECT gives the first dataset's rows of the period; the others stand ready to be joined."""
    first, *others = datasets
    lines = headed(title, question, owner, datasets, ", ".join(first.key))
    width = max(len(f"a.{column.name},") for column in first.columns)
    for place, column in enumerate(first.columns):
        comma = "," if place < len(first.columns) - 1 else ""
        lines.append(f"{'SELECT' if place == 0 else '      '} {f'a.{column.name}{comma}':<{width}} -- {column.meaning}")
    lines.append(f"FROM   {first.name} AS a")
    lines += [
        f"-- JOIN {other.name} AS {letter} ON {joined(first, other, letter)}" for letter, other in zip("bcdefghij", others, strict=False)
    ]
    if first.period:
        lines.append(f"WHERE  a.{first.period} >= $start AND a.{first.period} < $slut + INTERVAL 1 DAY")
    lines.append(f"ORDER  BY {', '.join(f'a.{name}' for name in first.key)}")
    return "\n".join(lines) + "\n"


def headed(title: str, question: str, owner: str, datasets: Sequence[Dataset], key: str) -> list[str]:
    """The lines of the head."""
    head = {
        "titel": title,
        "spørgsmål": question,
        "ejer": owner,
        "hyppighed": "kvartal",
        "datasæt": ", ".join(one.name for one in datasets),
        "nøgle": key,
        "stikprøve": "alle",
        "frist": "14 dage",
        "minutter": "60",
    }
    return [f"-- {f'{key}:':<11} {value}" for key, value in head.items()]


def plain(column: str) -> str:
    """A column's name as a head may write it: "userPrincipalName" is "user_principal_name"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column).lower()


def against(
    title: str, question: str, owner: str, sides: tuple[Dataset, Dataset], names: tuple[Mapping[str, str], Mapping[str, str]]
) -> str:
    """The text of a file that lays two datasets side by side: rows that one of them lacks, and those in which a column differs.

    names: of the key, and of further columns to compare: left → right; columns of the same name in both are compared too. Raises KeyError for
    a column that is not there.
    """
    (left, right), (key, others) = sides, names
    ours, theirs = ({column.name: column.type for column in one.columns} for one in sides)
    pairs = {**{name: name for name in ours if name in theirs and name not in key}, **others}
    if unknown := [one for one in (*key, *pairs) if one not in ours] + [
        one for one in (*key.values(), *pairs.values()) if one not in theirs
    ]:
        raise KeyError(unknown[0])
    numbers = {one for one, other in pairs.items() if {ours[one], theirs[other]} <= {"integer", "decimal"}}
    lines = headed(title, question, owner, sides, ", ".join(map(plain, key)))
    lines += ["-- parameter: tolerance tal 0 det, som tal må afvige"] if numbers else []
    selected = [f"coalesce(a.{one}, b.{other}) AS {plain(one)}" for one, other in key.items()]
    selected += [f"a.{one} AS {plain(one)}_a, b.{other} AS {plain(one)}_b" for one, other in pairs.items()]
    lacks = [f"{letter}.{one} IS NULL" for letter, one in (("a", next(iter(key))), ("b", next(iter(key.values()))))]
    selected.append(
        f"CASE WHEN {lacks[0]} THEN 'kun i {right.title}' WHEN {lacks[1]} THEN 'kun i {left.title}' ELSE 'afviger' END AS hvorfor"
    )
    differ = [
        f"abs(a.{one} - b.{other}) > $tolerance OR (a.{one} IS NULL) <> (b.{other} IS NULL)"
        if one in numbers
        else f"a.{one} IS DISTINCT FROM b.{other}"
        for one, other in pairs.items()
    ]
    separator = ",\n       "
    lines.append(f"SELECT {separator.join(selected)}")
    lines.append(f"FROM   {left.name} AS a")
    lines.append(f"FULL JOIN {right.name} AS b ON {' AND '.join(f'a.{one} = b.{other}' for one, other in key.items())}")
    paired = " AND ".join(f"coalesce(a.{one}, b.{other}) IS NOT NULL" for one, other in key.items())
    lines.append(f"WHERE  {paired} -- rækker uden nøgle kan ikke parres og er ikke med")
    either = "\n   OR  ".join([*lacks, *differ])
    lines.append(f"AND   ({either})")
    lines.append(f"ORDER  BY hvorfor, {', '.join(map(plain, key))}")
    return "\n".join(lines) + "\n"


def joined(first: Dataset, other: Dataset, letter: str) -> str:
    """What two datasets share: a column of the same name, or the same key of a person."""
    names = {column.name for column in other.columns}
    if same := next(
        (column.name for column in first.columns if column.name in names and (column.identity or column.name in other.key)), ""
    ):
        return f"{letter}.{same} = a.{same}"
    for one in first.columns:
        for two in other.columns:
            if one.identity and one.identity == two.identity:
                return f"{letter}.{two.name} = a.{one.name}"
    return f"{letter}.{other.key[0]} = a.…"
