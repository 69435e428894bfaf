"""Wordings from use that an administrator has accepted: VAR_DIR/learned/<intent>.txt, one a line, with slots (nlu/slots.py) for what was masked."""

from pathlib import Path

from nlu.normalise import fold


class Learned:
    """The accepted wordings of an installation."""

    def __init__(self, var_dir: Path) -> None:
        self.folder = var_dir / "learned"

    def add(self, text: str, intent: str) -> bool:
        """Keep a wording. False: it was there. Raises OSError."""
        path = self.folder / f"{intent.replace('.', '_')}.txt"
        if any(fold(line) == fold(text) for line in self._lines(path)):
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(" ".join(text.split()) + "\n")
        return True

    def files(self) -> list[tuple[Path, list[str]]]:
        """The files with their wordings, in order. Raises OSError."""
        return [(path, self._lines(path)) for path in sorted(self.folder.glob("*.txt"))]

    def _lines(self, path: Path) -> list[str]:
        return [line for line in path.read_text("utf-8").splitlines() if line.strip()] if path.exists() else []
