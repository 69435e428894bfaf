"""`python -m nlu`: what the model understands and why, its training, and what it learns from use.

Exit status: 0 all is well; 1 it could not be done, or the new model was not taken into use; 2 the command line or a setting is wrong.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from nlu.evaluate import REFERENCE, evaluate, rows
from nlu.model import Model, load
from nlu.understanding import Understanding
from nlu.versions import SHIPPED, Versions
from settings import kept_at

if TYPE_CHECKING:
    from nlu.review import Review
    from settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = _options(arguments)
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "predict": _predict,
        "evaluate": _evaluate,
        "explain": _explain,
        "train": _train,
        "models": _models,
        "rollback": _rollback,
        "review": _review,
    }
    try:
        return commands[options.command](options)
    except BrokenPipeError:
        return 0  # who read the output has left
    except KeyboardInterrupt:
        return 130
    except KeyError as error:
        _tell(error.args[0])
        return 1
    except (OSError, ValueError) as error:
        _tell(error)
        return 1


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m nlu", description=(__doc__ or "").partition("\n\n")[2])
    commands = parser.add_subparsers(dest="command", required=True)
    predict = commands.add_parser("predict", help="one text a line on stdin, one JSON object a line on stdout")
    judge = commands.add_parser("evaluate", help="scores on a JSONL file of labelled sentences")
    judge.add_argument("file", type=Path)
    why = commands.add_parser("explain", help="what in a text spoke for the two likeliest intents, in Danish")
    why.add_argument("text")
    why.add_argument("--json", action="store_true", help="as JSON, with every reason")
    for command in (predict, judge, why):
        command.add_argument("--today", type=date.fromisoformat, help="the day that dates are counted from, YYYY-MM-DD")
        command.add_argument("--model", type=Path, help="a folder with another model than the one in use")
    train = commands.add_parser("train", help="a new model next to the one in use, which takes its place if no labelled set falls")
    train.add_argument("--out", type=Path, help="write it to this folder instead (nlu/model: the one that comes with the program)")
    commands.add_parser("models", help="the models of this installation")
    commands.add_parser("rollback", help="back to the model that was in use before")
    review = commands.add_parser("review", help="go through what was not understood or was corrected, in Danish")
    review.add_argument("--list", action="store_true", help="show it and ask nothing")
    review.add_argument("--json", action="store_true", help="with --list: as JSON")
    deed = review.add_mutually_exclusive_group()
    deed.add_argument("--accept", metavar="ID", help="learn it as what is proposed")
    deed.add_argument("--relabel", nargs=2, metavar=("ID", "INTENT"), help="learn it as another intent")
    deed.add_argument("--drop", metavar="ID", help="forget it")
    return parser.parse_args(arguments)


def _settings() -> "Settings":
    import settings

    return settings.read(settings.Partial)


def _model(options: argparse.Namespace) -> Model:
    """The model that is asked for, or the one in use."""
    if options.model:
        return load(options.model)
    versions = Versions(_settings().var_dir)
    name, model = versions.usable()
    if name != versions.in_use():
        _tell(f"the model in use, {versions.in_use()}, can't be loaded; this is the one that came with the program")
    return model


def _today(options: argparse.Namespace) -> date:
    return options.today or datetime.now(ZoneInfo("Europe/Copenhagen")).date()


def _predict(options: argparse.Namespace) -> int:
    model, read = _model(options), 0
    if sys.stdin.isatty():
        _tell("reading from the keyboard: one text a line, Ctrl+D ends")
    for line in sys.stdin.buffer:
        read += 1
        _print(as_json(model.understand(line.decode("utf-8", "replace").rstrip("\r\n"), _today(options))))
    if not read:
        _tell("nothing came on stdin: one text a line is expected")
    return 0


def as_json(understood: Understanding) -> dict[str, Any]:
    """An understanding as it stands in the output."""
    return {
        "intent": understood.intent,
        "confidence": round(understood.confidence, 4),
        "alternatives": [{"intent": intent, "confidence": round(chance, 4)} for intent, chance in understood.alternatives],
        "entities": understood.entities,
    }


def _evaluate(options: argparse.Namespace) -> int:
    labelled = rows(options.file)
    if not labelled:
        raise ValueError(f"{options.file}: no sentences in it")
    _print(evaluate(_model(options), labelled, options.today or REFERENCE), indent=1)
    return 0


def _explain(options: argparse.Namespace) -> int:
    from nlu.explain import danish, explain

    told = explain(_model(options), options.text, _today(options))
    if options.json:
        _print(told.as_json(), indent=1)
    else:
        _line(danish(told))
    return 0


def _train(options: argparse.Namespace) -> int:
    if options.out:
        from nlu.train import train  # scikit-learn takes a second to import and only training needs it

        card = train(options.out)
        _print({name: card[name] for name in ("temperature", "threshold", "terms", "development")}, indent=1)
        return 0
    from nlu.renew import renew

    renewal = renew(_settings().var_dir)
    if not renewal.name:
        _line(f"The same model as the one in use ({renewal.old}): nothing has been learned since. Nothing was changed.")
        return 0
    _line(f"New model {renewal.name}, with {renewal.learned} accepted wordings, against {renewal.old}:")
    _line(f"{'set':<18} {'sentences':>9} {'before':>7} {'after':>7} {'lost':>5} {'won':>4}")
    for one in renewal.changes:
        shares = f"{100 * one.before / one.sentences:>6.1f}% {100 * one.after / one.sentences:>6.1f}%"
        _line(f"{one.name:<18} {one.sentences:>9} {shares} {one.lost:>5} {one.won:>4}{'  FELL' if one.fell else ''}")
    if renewal.fell:
        _tell(
            f"{', '.join(one.name for one in renewal.fell)} fell by more than chance allows; {renewal.old} stays in use, {renewal.name} is kept beside it"
        )
        return 1
    _line(f"In use now: {renewal.name}. A running bot takes it within seconds. Back: python -m nlu rollback")
    return 0


def _models(options: argparse.Namespace) -> int:
    del options
    for one in Versions(_settings().var_dir).all():
        accuracy = f"{100 * one.card['together']['accuracy']:.1f} % right" if "together" in one.card else ""
        _line(f"{one.name:<20} {accuracy:<13} {one.state:<8} {one.folder}")
    return 0


def _rollback(options: argparse.Namespace) -> int:
    del options
    versions = Versions(_settings().var_dir)
    before = versions.in_use()
    after = versions.roll_back()
    _line(f"In use now: {after if after != SHIPPED else 'the model that came with the program'} (before: {before}).")
    return 0


def _review(options: argparse.Namespace) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from nlu import kept, review
    from nlu.learned import Learned

    settings = _settings()
    try:
        store = kept.Kept(kept_at(settings.database_url, settings.var_dir, "nlu"))
        return _reviewed(options, review.Review(store, Learned(settings.var_dir), datetime.now(UTC)))
    except SQLAlchemyError as error:
        _tell(f"DATABASE_URL: the database does not answer, or does not let Kollega in ({type(error).__name__})")
        return 1


def _reviewed(options: argparse.Namespace, session: "Review") -> int:
    from nlu import review
    from nlu.labels import wish

    if options.accept:
        _line(f"Lært som: {wish(session.accept(options.accept))}.")
    elif options.relabel:
        _line(f"Lært som: {wish(session.relabel(*options.relabel))}.")
    elif options.drop:
        session.drop(options.drop)
        _line("Droppet.")
    elif options.json:
        _print([review.as_json(one) for one in session.wordings()], indent=1)
    elif options.list:
        for one in session.wordings():
            _line(f"{one.key}  {review.described(one)}")
    else:
        review.interactive(session, _ask, _line)
    return 0


def _ask(question: str) -> str | None:
    sys.stdout.write(question)
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def _line(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def _tell(sentence: object) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - the command's own output


def _print(value: Any, indent: int | None = None) -> None:
    _line(json.dumps(value, ensure_ascii=False, indent=indent))


if __name__ == "__main__":
    sys.exit(main())
