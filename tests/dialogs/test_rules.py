"""The administrators' rules: read, refused with line and key, taken while running."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.rules import BadRules, Rule, Rules, read, table

INTENT = "mailbox.create"


def written(folder: Path, text: str, name: str = "mailbox_create.toml") -> Path:
    """A file of rules, newer than any before it."""
    path = folder / name
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10_000_000, before + 10_000_000))
    return path


def test_without_a_file_the_manager_approves(tmp_path: Path) -> None:
    assert Rules([INTENT], tmp_path).of(INTENT).godkender == ["leder"]


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ('hvem = ["alle"]\ngodkendr = ["ejer"]', 2, "godkendr", "did you mean godkender"),
        ('\n\ngodkender = ["alle"]', 3, "godkender", "cannot approve"),
        ('hvem = ["chefen"]', 1, "hvem", "must be alle, ejer, leder, rolle:<name> or gruppe:<object id>"),
        ("# to\nantal_godkendere = 3", 2, "antal_godkendere", "less than or equal to 2"),
        ('antal_godkendere = "to"', 1, "antal_godkendere", "integer"),
        ('navn = "("', 1, "navn", "no regular expression"),
        ('adresse = "{nvn}@kk.example"', 1, "adresse", "pattern"),
        ('godkender = ["leder", "ingen"]', 1, "godkender", "stands alone"),
        ("hvem = []", 1, "hvem", "at least 1"),
    ],
)
def test_a_fault_names_file_line_and_key(tmp_path: Path, text: str, line: int, key: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BadRules) as caught:
        Rules([INTENT], tmp_path)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith(f"{path}:{line}: {key}: ")
    assert says in caught.value.faults[0]


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    written(tmp_path, 'hvem = ["alle"]\ngodkender = ejer')
    with pytest.raises(BadRules, match="line 2"):
        Rules([INTENT], tmp_path)


def test_a_file_of_no_request_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "", "mailbox_creat.toml")
    with pytest.raises(BadRules, match=r"mailbox_creat\.toml:1: there is no request"):
        Rules([INTENT], tmp_path)


def test_a_change_is_in_force_at_once_and_a_broken_one_is_not(tmp_path: Path) -> None:
    written(tmp_path, 'godkender = ["ejer"]')
    rules = Rules([INTENT], tmp_path)
    written(tmp_path, 'godkender = ["ingen"]')
    assert rules.of(INTENT).godkender == ["ingen"]
    written(tmp_path, "godkender = 7")
    assert rules.of(INTENT).godkender == ["ingen"]
    assert "godkender" in rules.faults[INTENT][0]
    path = written(tmp_path, 'godkender = ["leder"]')
    assert rules.of(INTENT).godkender == ["leder"]
    assert not rules.faults
    path.unlink()
    assert rules.of(INTENT).godkender == ["leder"]
    assert "is gone" in rules.faults[INTENT][0]


def test_a_role_that_nobody_gives_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 'godkender = ["rolle:controller"]')
    with pytest.raises(BadRules, match="no role 'controller'"):
        Rules([INTENT], tmp_path, roles=["servicedesk"])


def test_the_table_is_danish_and_whole(tmp_path: Path) -> None:
    written(tmp_path, 'godkender = ["rolle:servicedesk"]\nminutter = 9')
    shown = table(Rules([INTENT], tmp_path).all())
    assert shown.startswith(INTENT)
    assert "rolle:servicedesk" in shown
    assert len(shown.splitlines()) == 1 + len(Rule.model_fields)


@given(st.text(max_size=200))
def test_any_text_is_a_rule_or_a_clear_fault(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("rules") / "x.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    faults: list[str] = []
    try:
        read(path)
    except BadRules as error:
        faults = error.faults
    assert all(line.startswith(str(path)) for line in faults)
