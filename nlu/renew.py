"""`python -m nlu train`: a new model next to the one in use, which takes its place when it does no worse."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nlu import slots, train
from nlu.compare import Change, changes
from nlu.learned import Learned
from nlu.versions import Versions


@dataclass(frozen=True)
class Renewal:
    """What became of a training. `name`: the new model's, "" when it is the same as the one in use; `changes`: by set, before and after."""

    name: str
    old: str
    learned: int
    changes: list[Change]

    @property
    def fell(self) -> list[Change]:
        """The sets that fell by more than chance allows: the old model stays in use."""
        return [one for one in self.changes if one.fell]


def learned_examples(learned: Learned) -> train.Examples:
    """The accepted wordings with their slots filled, and their intents."""
    return [(slots.fill(line), train.intent_of(path)) for path, lines in learned.files() for line in lines]


def renew(var_dir: Path) -> Renewal:
    """Train on the program's phrases and the accepted wordings, judge, and put the model in use unless a set fell. Raises OSError, ValueError."""
    versions = Versions(var_dir)
    versions.folder.mkdir(parents=True, exist_ok=True)
    extra = learned_examples(Learned(var_dir))
    making = Path(tempfile.mkdtemp(dir=versions.folder, prefix=".making-"))
    try:
        card = train.train(making, train.phrases() + extra)
        name = f"{card['made_on']}-{card['weights'][:8]}"
        old, before = versions.usable()
        if card["weights"].startswith(before.name):
            if old != versions.in_use():
                versions.reset()  # the one that is named in its place can't be loaded
            return Renewal("", old, len(extra), [])
        making.chmod(0o755)
        if not versions.path(name).exists():
            making.replace(versions.path(name))
    finally:
        shutil.rmtree(making, ignore_errors=True)
    renewal = Renewal(name, old, len(extra), changes(before, versions.load(name), train.sets()))
    if not renewal.fell:
        versions.use(name)
    versions.prune()
    return renewal
