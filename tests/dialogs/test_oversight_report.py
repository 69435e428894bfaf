"""The report is PDF/A, says what the run says, and sets whatever the data hold as text."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dialogs.oversight import report, telling
from dialogs.oversight.shown import Shown
from dialogs.oversight.store import State
from tests.dialogs import oversight_shown as example
from tests.dialogs.pdf_text import text_of

AT = datetime(2026, 10, 2, 9, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return example.shown(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def pdf(shown: Shown) -> bytes:
    return report.write(shown, AT)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_it_is_pdf_a_tagged_danish_and_titled(pdf: bytes) -> None:
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"/MarkInfo<</Marked true" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang(da-DK)" in pdf
    assert b"Ledelsestilsyn: Manglende bilag" in pdf
    assert b"/JavaScript" not in pdf
    assert b"/Launch" not in pdf
    assert b"/URI" not in pdf


def test_the_same_run_and_time_give_the_same_bytes(pdf: bytes, shown: Shown) -> None:
    assert report.write(shown, AT) == pdf


def test_it_says_what_the_run_says_in_every_part(pdf: bytes, shown: Shown) -> None:
    text = text_of(pdf)
    for wanted in (
        telling.answer(shown.run), "Hvilke køb mangler et bilag?", "3. kvartal 2026", "12.345", "9.876.543,21", "SELECT 1 AS bilagsnr", "dage: 30",
        "2 tilfældige", "ef" * 32, "nr. 3, nr. 1", "0 fejl af 2: højst 77,6 % med 95 % sikkerhed.", "fejl: Kvitteringen mangler (Jens Kjær, 2.10.2026 kl. 11.05)",
        "1 fejl og 1 forklaret. 8 er ikke vurderet.", "I forhold til 2. kvartal 2026: 8 nye og 2 gentagne (1 ændret).", "Der mangler bilag for ti køb.",
        "Find kvitteringen", "15.10.2026", "Jeg har set fundene og følger op.", "Underskrevet af", shown.run.sha256, shown.run.sql_sha256,
    ):  # fmt: skip
        assert bare(wanted) in text, wanted
    for row in example.rows():
        assert row["bilagsnr"] in text
        assert telling.cell(row["beloeb"]) in text


def test_data_are_set_as_text_and_never_run(pdf: bytes) -> None:
    text = text_of(pdf)
    assert bare('#image("/etc/passwd") $x$ [*fed*] `rå` \\') in text
    assert bare("=Bilaget ligger på #sagen [2026-0012345]") in text
    assert bare("æøå [U+0001] [U+1F600]") in text
    assert "010170" not in text
    assert bare("til [CPR-nummer fjernet] for kørsel") in text
    assert b"010170" not in pdf


MARKUP = st.text(st.one_of(st.sampled_from("#$[]*_`\\\"'<>@=-+/{}()~;:&%"), st.characters(codec="utf-8")), max_size=40)


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # setting a page is slow: no shrinking
@given(texts=st.lists(MARKUP, min_size=1, max_size=8))
def test_any_text_is_set(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    text = text_of(report.write(example.shown(folder, texts), AT))
    for one in texts:
        assert re.sub(r"[\s\u00ad]", "", report.safe(report.value(one))) in text


@pytest.mark.parametrize("state", [one for one in get_args(State) if one != "found"])
def test_no_state_looks_like_another_and_nothing_unsigned_looks_signed(state: State) -> None:
    run = example.run(state, 0, problem="Kvantum svarede ikke." if state in {"failed", "partial"} else "")
    text = text_of(report.write(Shown(run, example.TILSYN), AT))
    assert bare(telling.answer(run)) in text
    assert bare("Rapporten er ikke underskrevet.") in text
    assert ("gennemgået" in text) == (state == "nothing")


def test_a_long_list_says_what_it_leaves_out(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST", 4)
    told = json.dumps(report.content(shown), ensure_ascii=False)
    assert "De første 4 af 10 rækker. Resten står i regnearket." in told
    assert "0000000004" in told
    assert "0000000005" not in told


def test_a_hash_is_told_whole_whatever_its_digits(shown: Shown) -> None:
    digits = "0101701234" + "a" * 54
    fetched = shown.run.lineage[0].model_copy(update={"sha256": digits})
    run = shown.run.model_copy(update={"sha256": digits, "sql_sha256": digits, "lineage": (fetched,)})
    assert shown.sample
    told = replace(shown, run=run, sample=replace(shown.sample, seed=digits))
    assert json.dumps(report.safe(report.content(told)), ensure_ascii=False).count("0101 7012 34aa aaaa") == 4


def test_the_template_reads_nothing_beside_itself() -> None:
    text = Path(report.TEMPLATE).read_text()
    assert not re.search(r"#?(import|include|read|image|csv|toml|yaml|xml|eval)\b *\(?\"", text)
    assert "eval(" not in text
