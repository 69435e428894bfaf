"""A new tilsyn's file, made from a question and the datasets that may answer it: it passes the check as it is, and is then written on."""

import re
from collections.abc import Sequence

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
    head = {
        "titel": title,
        "spørgsmål": question,
        "ejer": owner,
        "hyppighed": "kvartal",
        "datasæt": ", ".join(one.name for one in datasets),
        "nøgle": ", ".join(first.key),
        "stikprøve": "alle",
        "frist": "14 dage",
        "minutter": "60",
    }
    lines = [f"-- {f'{key}:':<11} {value}" for key, value in head.items()]
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
