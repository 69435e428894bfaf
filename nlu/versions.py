"""The models that were trained here: a folder each under VAR_DIR/models, and the file `current`, whose first line names the one in use.

The lines below it are those that were in use before, the latest first; below them all is the model that came with the program. A running bot
watches the file (nlu/live.py), so it is replaced in one move.
"""

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlu import fingerprint, model
from nlu.model import Model

SHIPPED = "shipped"
KEPT = 5  # models of an installation, 12 MB each: the one in use, some to go back to, and what was tried last
_NAME = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}")


@dataclass(frozen=True)
class Version:
    """A model's name, folder and card. `state`: "in use", "before" (one that was in use), "kept" (tried only), or why it can't be used."""

    name: str
    folder: Path
    card: dict[str, Any]
    state: str


class Versions:
    """All models of an installation."""

    def __init__(self, var_dir: Path) -> None:
        self.folder = var_dir / "models"
        self.pointer = self.folder / "current"

    def order(self) -> list[str]:
        """The names in `current`, the one in use first. Empty: the shipped model is in use. Raises OSError, and ValueError for anything else in it."""
        try:
            names = self.pointer.read_text("utf-8").split()
        except FileNotFoundError:
            return []
        if wrong := [name for name in names if not _NAME.fullmatch(name)]:
            raise ValueError(f"{self.pointer}: {wrong[0][:60]!r} is no name of a model")
        return names

    def in_use(self) -> str:
        """The name of the model in use."""
        return (*self.order(), SHIPPED)[0]

    def path(self, name: str) -> Path:
        """The folder of a model."""
        return model.HERE if name == SHIPPED else self.folder / name

    def load(self, name: str) -> Model:
        """The model of that name. Raises OSError when it is missing, ValueError when it is broken or does not fit this version of Kollega."""
        card = model.card(self.path(name))
        if name != SHIPPED and card.get("features") != fingerprint.of_features():
            raise ValueError(f"{self.path(name)}: trained with another version of Kollega. Run python -m nlu train to make a new one")
        return model.load(self.path(name))

    def usable(self) -> tuple[str, Model]:
        """The model in use and its name, or the shipped one where that can't be loaded."""
        try:
            name = self.in_use()
            return name, self.load(name)
        except (OSError, ValueError):
            return SHIPPED, self.load(SHIPPED)

    def use(self, name: str) -> None:
        """Put that model on top. Raises OSError."""
        self._write([name, *(one for one in self.order() if one != name)])

    def roll_back(self) -> str:
        """Take the model in use off; the name of the one that is in use now. Raises ValueError when the shipped one is in use."""
        names = self.order()
        if not names:
            raise ValueError("the model that came with the program is in use; there is none before it")
        self._write(names[1:])
        return self.in_use()

    def reset(self) -> None:
        """Go back to the shipped model. Raises OSError."""
        self._write([])

    def prune(self) -> None:
        """Delete all but `KEPT` models: the one in use stays, and the latest. Raises OSError, and ValueError as `order`."""
        order = self.order()
        folders = [path for path in self.folder.glob("*") if _NAME.fullmatch(path.name)]
        folders.sort(key=lambda path: (path.name in order[:1], path.stat().st_mtime_ns), reverse=True)
        gone = {path.name for path in folders[KEPT:]}
        if not gone.isdisjoint(order):
            self._write([name for name in order if name not in gone])
        for path in folders[KEPT:]:
            shutil.rmtree(path)

    def all(self) -> list[Version]:
        """Every model, the one in use first, then those before it, then the others."""
        names = [*self.order(), SHIPPED]
        others = sorted(
            (path.name for path in self.folder.glob("*") if _NAME.fullmatch(path.name) and path.name not in names), reverse=True
        )
        return [self._version(name, names) for name in (*names, *others)]

    def _version(self, name: str, order: list[str]) -> Version:
        state = "in use" if name == order[0] else "before" if name in order else "kept"
        try:
            card = model.card(self.path(name))
        except (OSError, ValueError) as error:
            return Version(name, self.path(name), {}, f"can't be used: {error}")
        if name != SHIPPED and card.get("features") != fingerprint.of_features():
            state = "can't be used: trained with another version of Kollega"
        return Version(name, self.path(name), card, state)

    def _write(self, names: list[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix=".current-", delete=False, encoding="utf-8") as file:
            file.write("".join(f"{name}\n" for name in names))
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self.pointer)
