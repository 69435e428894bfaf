"""The rules of the house, held by reading the code: imports, sizes, names, ignores, and one thing in one file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "dialogs", "nlu", "connectors", "jobs", "insights", "simulators", "manifest", "bench")
MAY_IMPORT = {
    "bot": {"bot", "dialogs", "connectors", "settings"},
    "insights": {"insights", "dialogs", "jobs", "connectors", "settings"},
    "dialogs": {"dialogs", "nlu", "jobs", "connectors"},
    "nlu": {"nlu", "settings"},
    "jobs": {"jobs", "connectors", "settings"},
    "connectors": {"connectors", "settings"},
    "simulators": {"simulators"},
    "manifest": {"manifest", "settings"},
}
ONLY_IN = {
    "botbuilder": ("bot/",),
    "botframework": ("bot/",),
    "dbos": ("jobs/",),
    "msal": ("connectors/identity.py",),
    "sklearn": ("nlu/",),
    "spacy": ("nlu/",),
    "skops": ("nlu/",),
    "duckdb": ("connectors/", "dialogs/oversight/", "insights/", "bench/"),
    "pyarrow": ("connectors/", "dialogs/oversight/", "insights/", "bench/"),
    "xlsxwriter": ("dialogs/oversight/", "insights/", "bench/"),
    "typst": ("dialogs/oversight/", "insights/"),
}
BARE = re.compile(r"#\s*(noqa|type: ignore)(?!(: [A-Z0-9, ]+|\[[a-z, -]+\])? +(#|-) \w)")
FORBIDDEN = ("core", "utils", "services", "models", "helpers")


def modules(*folders: str) -> list[Path]:
    """Python files of the product, by path."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "versions" not in path.parts and "__pycache__" not in path.parts]


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_go_one_way(package: str) -> None:
    ours = {*PACKAGES, "app", "settings", "tests"}
    wrong = [
        f"{name(path)} imports {module}"
        for path in modules(package)
        for module in imported(path)
        if module.split(".")[0]
        in ours - MAY_IMPORT[package] - ({"settings"} if path.name == "__main__.py" else set())  # a command reads them
    ]
    assert wrong == []


def test_libraries_stay_where_they_belong() -> None:
    wrong = [
        f"{name(path)} imports {module}"
        for path in [*modules(*PACKAGES[:-1]), ROOT / "app.py", ROOT / "settings.py"]
        for module in imported(path)
        if (places := ONLY_IN.get(module.split(".")[0])) and not name(path).startswith(places)
    ]
    assert wrong == []


def test_no_module_is_over_400_lines_and_no_function_over_60() -> None:
    long = []
    for path in [*modules(*PACKAGES), ROOT / "app.py", ROOT / "settings.py"]:
        text = path.read_text()
        if text.count("\n") > 400:
            long.append(f"{name(path)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno > 60:
                long.append(f"{name(path)}:{node.lineno} {node.name}")
    assert long == []


def test_every_ignore_says_why() -> None:
    files = [*modules(*PACKAGES, "tests"), ROOT / "app.py", ROOT / "settings.py"]
    bare = [
        f"{name(path)}:{number}"
        for path in files
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if BARE.search(line)
    ]
    assert bare == []


def test_only_the_two_borders_catch_everything() -> None:
    wide = []
    for path in modules(*PACKAGES[:-1]):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}):
                swallows = not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
                if swallows and not name(path).startswith(("bot/", "jobs/")):
                    wide.append(f"{name(path)}:{node.lineno}")
    assert wide == []


def test_no_folder_has_a_name_that_says_nothing() -> None:
    assert [name(path) for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_dir() and path.name in FORBIDDEN] == []


def test_one_thing_is_one_file_and_its_phrases() -> None:
    from dialogs.registry import found

    everything = found()
    phrases = {path.stem.replace("_", ".", 1) for path in (ROOT / "nlu" / "phrases").glob("*.txt")}
    known = {*(intent for intent, form in everything.forms.items() if form.spoken), *everything.answers}
    stems = {intent.replace(".", "_") for intent in phrases}
    assert {intent.replace(".", "_") for intent in known} <= {path.stem for path in (ROOT / "nlu" / "phrases").glob("*.txt")}
    assert stems >= {intent.replace(".", "_") for intent in known}


def test_the_files_of_requests_and_cases_bear_their_intents_names() -> None:
    from dialogs.registry import found

    everything = found()
    for folder in ("requests", "cases"):
        for path in (ROOT / "dialogs" / folder).glob("*.py"):
            text = path.read_text()
            if "class Form(Request)" in text or "\nANSWERS" in text:
                assert path.stem in {intent.replace(".", "_") for intent in {*everything.forms, *everything.answers}}, name(path)


def test_every_system_has_its_connector_and_its_simulator() -> None:
    from simulators.server import systems

    assert {"servicenow", "graph", "edoc", "teams"} <= set(systems())
