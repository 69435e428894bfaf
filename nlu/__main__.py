"""`python -m nlu predict | evaluate | train`: the model from the command line."""

import argparse
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlu.evaluate import REFERENCE, evaluate, rows
from nlu.model import HERE, Model, load
from nlu.understanding import Understanding


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = _options(arguments)
    try:
        if options.command == "train":
            return _train(options.out)
        model = load(options.model)
        if options.command == "evaluate":
            _print(evaluate(model, rows(options.file), options.today or REFERENCE), indent=1)
            return 0
        return _predict(model, options.today)
    except BrokenPipeError:
        return 0  # who read the output has left
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's own output
        return 1


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m nlu")
    commands = parser.add_subparsers(dest="command", required=True)
    predict = commands.add_parser("predict", help="one text a line on stdin, one JSON object a line on stdout")
    judge = commands.add_parser("evaluate", help="scores on a JSONL file of labelled sentences")
    judge.add_argument("file", type=Path)
    for command in (predict, judge):
        command.add_argument("--today", type=date.fromisoformat, help="the day that dates are counted from, YYYY-MM-DD")
        command.add_argument("--model", type=Path, help="a folder with another model")
    commands.add_parser("train", help="a new model from nlu/phrases").add_argument(
        "--out", type=Path, default=HERE, help="the folder it is written to"
    )
    return parser.parse_args(arguments)


def _predict(model: Model, today: date | None) -> int:
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        _print(as_json(model.understand(text, today or datetime.now(ZoneInfo("Europe/Copenhagen")).date())))
    return 0


def as_json(understood: Understanding) -> dict[str, Any]:
    """An understanding as it stands in the output."""
    return {
        "intent": understood.intent,
        "confidence": round(understood.confidence, 4),
        "alternatives": [{"intent": intent, "confidence": round(chance, 4)} for intent, chance in understood.alternatives],
        "entities": understood.entities,
    }


def _train(out: Path) -> int:
    from nlu.train import train  # scikit-learn takes a second to import and only training needs it

    card = train(out)
    _print({name: card[name] for name in ("temperature", "threshold", "terms", "development")}, indent=1)
    return 0


def _print(value: Any, indent: int | None = None) -> None:
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
