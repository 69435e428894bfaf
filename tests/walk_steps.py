"""What people may do on a walk: the texts, the buttons, what they fill in, and what breaks meanwhile."""

import os
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

WALKS = int(os.environ.get("WALKS", "40"))
SEED = int(os.environ.get("WALK_SEED", "1"))
CPR = "310299-0000"
LONG = "Det begyndte i går, og jeg har prøvet alt. " * 30

BEGINS = """min skærm er sort|min mus er død, det haster ikke|printeren på 3. sal laver papirstop|opret en sag|outlook er nede for hele afdelingen
jeg kan ikke logge ind på eDoc|min pc er langsom og det er besværligt, ring på 4799|printeren er død|Windows 11 fryser|the printer is broken
giv mig et menneske|jeg vil tale med et menneske om min løn|opret en sag om at musen er død og vis mine sager|journaliser en mail
min pc er død, jeg kan ikke arbejde|vpn er nede for hele teamet, det haster ikke""".replace("\n", "|").split("|")
FILINGS = """journaliser en mail|journaliser mailen fra Sofie Lund om nye licenser på 2026-0012345|journaliser den nyeste mail på en ny sag
journaliser mailen fra Jens|journaliser den nyeste mail på 2026-0012345|læg de sidste 2 mails på 2026-0012346
journaliser mailen fra Birthe Holm om licenser på 2026-0012345""".replace("\n", "|").split("|")
SUMMED_UP = ["min pc er død, jeg kan ikke arbejde", "vpn er nede for hele teamet, det haster ikke", FILINGS[1], FILINGS[4]]  # at once
ANSWERS = """kun mig|hele afdelingen|flere kolleger|det er ikke kun mig|nej slet ikke|ja men det er besværligt|det haster ikke|det haster|1|2|3|den sidste
min mus virker ikke længere|3. sal|lokale 4711|4712|Ole|Ole Bang|ham fra økonomi|1 og 2|alle|2026-0012345|ny sag|Nye licenser|software|2026-9999999
aner det ikke|spring over|det ved jeg ikke|KB-3-02|amir.haddad@kk.example|den fra Sofie i går|mig|hvem?""".replace("\n", "|").split("|")
CHANGES = """nej, 5. sal|ret telefon til 2233|titlen er forkert|adressen er forkert|titel: Noget helt andet|ja, men ring på 4799|kontakt: Ole|ret kontakt til Sofie Lund
ret beskrivelse til at den larmer meget|nej, på 2026-9999999|nej, den fra Jens|sag: 2026-0012345|mails: 1|jeg sidder på 2. sal|hov|som før|ret noget|hov, det var 4. sal
ansvarlig: Amir Haddad|ikke printeren, men scanneren|og Sofie som kontakt|emne: software|det handler om min løn|nej|send|vis kortet""".replace(
    "\n", "|"
).split("|")
STEERS = "ja|ja tak|ok|jo|👍|nå ja|nej tak|annuller|glem det|fortryd|senere|fortsæt|start forfra|tilbage|hvad mener du|hjælp|igen?|menneske".split(
    "|"
)
ELSEWHERE = f"""hvad er status på INC0010243?|vis mine sager|hvad er status på min sag|tak|hej|hvad kan du|hvad er der i kantinen?|den første|opret en ny sag om min stol
jeg vil ikke oprette en sag|luk min sag|opret en fællespostkasse|hvad koster en skærm?|det er til grin, jeg har ventet i 14 dage|asdf qwer|?|...|🙂|og musen er også i stykker
{CPR}|borgeren {CPR} kan ikke logge ind|{CPR.replace("-", "")} kan ikke logge ind|det er {CPR.replace("-", " ")}, der ringer|{LONG}|<b>hej</b>|[link](http://x.example)|{"x" * 4_000}|ja ja nej måske hvad|drop det hele og glem alt""".replace(
    "\n", "|"
).split("|")
TEXTS = (BEGINS, ANSWERS, ANSWERS, CHANGES, STEERS, STEERS, ELSEWHERE)
FILLS: dict[str, list[str]] = {
    "what": ["Skærmen er gået i sort", "x", "", f"Borgeren {CPR} er væk", LONG],
    "place": ["Nyropsgade 7, 2. sal", "", "3. sal"],
    "phone": ["4711", "12", "", "33 66 12 34"],
    "contact": ["", "Ole", "Sofie Lund", CPR, "ingen@kk.example"],
    "case": ["2026-0012345", "ny sag", "2026-9999999", "licenser", ""],
    "title": ["En ny titel", ""],
    "subject": ["software", "85.11.20", "", "zzz"],
    "responsible": ["Amir Haddad", "Ole", ""],
    "gist": ["Ring til mig", ""],
}  # fmt: skip
YES = {"Ja, opret", "Ja, send", "Ja, journalisér"}
AGREES = {"ja", "ja tak", "ok", "jo", "👍", *YES}
FAULTS: list[dict[str, Any]] = [
    {"path": "/servicenow", "status": 503, "times": 2},
    {"path": "/edoc", "status": 503, "times": 3},
    {"path": "/graph", "status": 503, "times": 2},
    {"path": "/graph", "status": 403, "times": 1},
    {"path": "/edoc", "method": "POST", "drop_answer": True, "times": 1},
    {"path": "/servicenow", "method": "POST", "drop_answer": True, "times": 1},
]

Plan = tuple[bool, str, list[tuple[Any, ...]]]

step = st.one_of(
    st.just(("say", "ja")),
    st.just(("agree",)),
    st.tuples(st.just("say"), st.sampled_from(TEXTS).flatmap(st.sampled_from)),
    st.tuples(st.just("say"), st.sampled_from(TEXTS).flatmap(st.sampled_from)),
    st.tuples(st.just("press"), st.integers(0, 5), st.integers(0, 2), st.integers(0, 10_000)),
    st.tuples(st.just("press"), st.integers(0, 5), st.just(0), st.integers(0, 10_000)),
    st.tuples(st.just("dig"), st.integers(0, 30), st.integers(0, 5), st.integers(0, 10_000)),
    st.tuples(st.just("dig_yes"), st.integers(0, 3), st.integers(0, 10_000)),
    st.tuples(st.just("break_one"), st.sampled_from(FAULTS)),
    st.tuples(st.just("edit"), st.integers(0, 5), st.sampled_from(TEXTS).flatmap(st.sampled_from)),
)
steps = st.lists(step, min_size=3, max_size=10)
said = st.tuples(st.just("say"), st.sampled_from(CHANGES))
regretted = st.builds(lambda change, old, more: [change, ("dig_yes", 0, old), *more], said, st.integers(0, 10_000), steps)
plans = st.one_of(
    st.tuples(st.just(True), st.sampled_from(FILINGS), steps),
    st.tuples(st.booleans(), st.sampled_from(BEGINS), steps),
    st.tuples(st.just(True), st.sampled_from(SUMMED_UP), regretted),
)


def drawn() -> list[Plan]:
    """The walks to take. They are drawn before anything runs: hypothesis does not suffer others to use chance meanwhile."""
    found: list[Plan] = []

    @seed(SEED)
    @settings(max_examples=WALKS, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(plan=plans)
    def collect(plan: Plan) -> None:
        found.append(plan)

    collect()
    return found
