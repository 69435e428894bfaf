"""What a benchmark found, as rows of one table: measured, against what in the same run, and whether that is what is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("what", "measured", "against", "ratio", "wanted", "holds")


@dataclass(frozen=True)
class Figure:
    """One row. `ratio`: measured to reference, where only that can be compared between machines. `holds` is None where nothing is wanted."""

    what: str
    measured: str
    against: str = ""
    ratio: float | None = None
    wanted: str = ""
    holds: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x" if self.ratio < 1 else f"{self.ratio:.1f} x"
        holds = "" if self.holds is None else "yes" if self.holds else "NO"
        return (self.what, self.measured, self.against, ratio, self.wanted, holds)


def show(figures: Sequence[Figure]) -> None:
    """Print them as one table."""
    lines = [HEAD, *(figure.cells for figure in figures)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
