"""`python -m dialogs rules`: what the administrators have decided of each standard request, as a table in Danish."""

import argparse
import sys
from pathlib import Path

from dialogs.registry import found
from dialogs.rules import FOLDER, BadRules, Rules, table


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status: 2 when a rule cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m dialogs")
    command = parser.add_subparsers(dest="command", required=True).add_parser("rules", help="the rules of the standard requests")
    command.add_argument("--folder", type=Path, default=FOLDER, help="another folder of rules")
    options = parser.parse_args(arguments)
    try:
        rules = Rules(found().requests, options.folder)
    except BadRules as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's own output
        return 2
    print(table(rules.all()))  # noqa: T201 - the same
    return 0


if __name__ == "__main__":
    sys.exit(main())
