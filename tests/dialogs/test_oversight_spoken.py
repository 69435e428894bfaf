"""What people say of a run's findings: which sentences judge, sign, follow up and file, and which are about something else."""

import pytest

from dialogs.oversight import followed, judged, oversight_close, oversight_follow, oversight_journal, oversight_sign
from dialogs.oversight.spoken import WISHES, Answer
from nlu.normalise import fold

ASKED: dict[str, Answer | None] = {
    "underskriv tilsynet": oversight_sign.begin,
    "skriv under": oversight_sign.begin,
    "godkend tilsynet for 3. kvartal": oversight_sign.begin,
    "jeg vil gerne skrive under på tilsynet": oversight_sign.begin,
    "kan jeg underskrive kørslen?": oversight_sign.begin,
    "godkend ønsket om listen Tilsyn": None,
    "skriv under på kontrakten": None,
    "er tilsynet underskrevet?": None,
    "hvem har skrevet under på tilsynet?": None,
    "vurdér fundene": judged.begin,
    "jeg skal vurdere fundene fra tilsynet": judged.begin,
    "hvor mange fund er ikke vurderet?": judged.begin,
    "følg op på fund 3": oversight_follow.begin,
    "følg op på fejlene": oversight_follow.begin,
    "opret opfølgning på fund 2": oversight_follow.begin,
    "kan du følge op på min sag": None,
    "hvad følger vi op på": followed.listed,
    "hvordan går det med opfølgningen": followed.listed,
    "luk opfølgningen på fund 3": oversight_close.begin,
    "SCTASK0010014 er gjort": oversight_close.begin,
    "journalisér tilsynet": oversight_journal.begin,
    "journaliser rapporten fra tilsynet på sag 2026-0012345": oversight_journal.begin,
    "journaliser mailen om tilsynet": None,
}
SAID = {  # which findings, what of them, and why
    "fund 3 er forklaret: beløbet er aftalt": ("3", "forklaret", "beløbet er aftalt"),
    "fund 1-4 er ok": ("1 2 3 4", "ok", None),
    "marker nr 2 som fejl fordi kvitteringen mangler": ("2", "fejl", "kvitteringen mangler"),
    "fund 1, 3 og 5 er forklaret – rammeaftale": ("1 3 5", "forklaret", "rammeaftale"),
    "vurder fund 3 som forklaret, fordi det er aftalt": ("3", "forklaret", "det er aftalt"),
    "ret fund 3 til fejl": ("3", "fejl", None),
    "sæt fund 2 til skal undersøges: spørg Ole": ("2", "skal undersøges", "spørg Ole"),
    "fund tre er ok": ("3", "ok", None),
    "resten er fine": ("", "ok", None),
    "alle de andre er fejl fordi adgangen skulle være lukket": ("", "fejl", "adgangen skulle være lukket"),
    "de øvrige er ok": ("", "ok", None),
    "de er alle sammen i orden": ("", "ok", None),
    "det er en fejl: bilaget mangler": ("", "fejl", "bilaget mangler"),
}


@pytest.mark.parametrize("text", ASKED)
def test_what_is_asked_for(text: str) -> None:
    assert next((answer for pattern, answer in WISHES if pattern.search(fold(text))), None) is ASKED[text]


@pytest.mark.parametrize("text", SAID)
def test_what_is_judged(text: str) -> None:
    said = judged.JUDGES.fullmatch(text)
    assert said is not None
    assert (" ".join(map(str, judged.spelt(said["numbers"] or ""))), judged.verdict_of(said), said["why"]) == SAID[text]


@pytest.mark.parametrize("text", ["fund 3 er ikke en fejl", "fund 3 er fejlagtigt med", "er fund 3 ok?", "alle mine sager", "ok"])
def test_what_judges_nothing(text: str) -> None:
    assert judged.JUDGES.fullmatch(text) is None


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", ["fund " + "1 " * 2000 + "x", "følg op " * 400, "hvad følger " * 300, "fund 1 er fejl" + ":" * 3000])
def test_a_long_text_costs_no_time(text: str) -> None:
    for _ in range(20):
        judged.JUDGES.fullmatch(" ".join(text.split()))
        assert not any(pattern.search(fold(text)) for pattern, _ in WISHES)
