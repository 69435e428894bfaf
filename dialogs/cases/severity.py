"""Whom a fault hits and how much it hinders, as people say it."""

import re
from dataclasses import dataclass

from typing_extensions import override

from dialogs.cases.things import NAMES
from dialogs.fields import At, Got, Narrow, Option, Pick, Reading
from nlu.normalise import fold

OTHERS = r"(?:(?:alle|de|mine|nogle|flere|vores|mange|resten af) )*(?:andre|kolleger\w*|kollega\w*|naboer\w*|sidemand\w*|sidemaend\w*)"
SOMEBODY = r"(?!(?:det|den|der|jeg|nu|saa|kan|har|er|ikke|virker|haster|skaerm\w*|pc\w*|mus\w*|printer\w*|tastatur\w*)\b|m(?:in|it) (?!kolleg|chef|leder|makker|sidemand|afdeling))\w+"

AFFECTED = Pick(
    (
        Option(
            "3",
            "Kun mig",
            "kun dig",
            (
                r"kun (?:mig|jeg)",
                r"mig(?: selv| alene)?",
                r"bare mig",
                r"kun en",
                r"jeg er (?:vist |nok |saa vidt jeg ved )?den eneste",
                r"(?:det er )?(?:vist |nok |mest )?(?:kun|bare) (?:mig|min \w+)",
                r"(?:ikke|ingen) andre(?: .*)?",
                r"(?:only|just) me",
                r"nej$",
                r"nej (?:kun|bare|det er (?:kun|bare)|nej).*",
            ),
            (r"kun mig", r"bare mig", r"den eneste", r"(?:only|just) me"),
            tried=2,
        ),
        Option(
            "2",
            "Flere kolleger",
            "flere kolleger",
            (
                r"flere",
                r"os(?: .*)?",
                r"vi(?: er| alle)?(?: .*)?",
                r"(?:det er )?ikke (?:kun|bare) mig(?: .*)?",
                r"ikke alle(?: .*)?",
                r"(?:kun |bare )?(?:mig|jeg) og .*",
                r".* og (?:mig|jeg)",
                r"(?:en|min) kollega(?: .*)?",
                r"(?:nogle|et par|to|tre|fire) .*",
                r"(?<!ikke )(?<!ingen )andre",
                rf"^(?!(?:den|der|det(?! (?:er|rammer|gaelder|gaar|sker)))\b)(?!.*\b{NAMES}).*\bogsaa\b.*",  # not "den larmer også", "også teams"
                r"kolleger(?:ne)?",
                r"mine kolleger",
            ),
            (
                r"flere af os",
                r"(?:er|rammer|gaelder) ikke (?:kun|bare) mig",
                r"mine kolleger",
                r"flere kolleger",
                r"os alle",
                r"(?:en|min) kollega har (?:ogsaa|samme)",
                r"vi (?:er flere|kan ikke)",
                r"vores team",
                rf"(?:kun|bare) (?:mig|jeg) og {SOMEBODY}",
                rf"ogsaa (?:(?:for|hos|ved|af) )?{OTHERS}",
                rf"{OTHERS}(?: \w+){{0,4}} (?:ogsaa|det samme|samme (?:problem|fejl))",
            ),
            tried=1,
        ),
        Option(
            "1",
            "Hele afdelingen",
            "hele afdelingen eller flere",
            (
                r"hele (?!tiden|dagen|natten|ugen|maaneden|vejen|skaermen|siden).*",
                r"(?<!ikke )(?<!os )alle(?: .*)?",
                r"afdelingen",
                r"mange",
                r"ingen kan .*",
                r"(?:everybody|everyone|all of us|nobody can .*)",
            ),
            (
                r"hele (?:afdelingen|kontoret|etagen|huset|teamet|gangen|bygningen|holdet)",
                r"ingen (?:af os |(?:i|paa) \w+ )?kan",
                r"alle (?:i|paa|hos) \w+",
                r"vi kan alle",
                r"alle sammen",
            ),
            tried=0,
        ),
    )
)
HASTE = Narrow(  # how much it hastens says nothing of whether one can work
    "Så haster det. Kan du arbejde imens?",
    ("1", "2"),
    (r"haster", r"(?:hurtigst|snarest) muligt", r"med det samme", r"nu og her", r"akut", r"kritisk", r"asap", r"(?<!not )(?<!that )urgent"),
)
WORKS = r"(?:kan|jeg) (?:\w+ )?(?:godt|sagtens) (?:\w+ )?arbejde"
ABLE = r"(?:(?:det )?kan jeg|jeg kan|det goer jeg)(?: da| nok| fint| jo)?(?: godt| fint)?"


@dataclass(frozen=True)
class Hinders(Pick):
    """How much it hinders. That one can work is no news where it does not hasten: "nej, jeg kan godt arbejde" makes nothing more urgent."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        return unhurried(await super().read(text, at), text, at)

    @override
    async def find(self, text: str, at: At) -> Reading:
        return unhurried(await super().find(text, at), text, at)


def unhurried(reading: Reading, text: str, at: At) -> Reading:
    """What was read, or that it still does not hasten."""
    works = at.now == "3" and isinstance(reading, Got) and reading.value == "2" and re.search(rf"(?<!ikke ){WORKS}", fold(text))
    return Got(at.now) if works and not re.search(r"besvaerlig|noedt|paa (?:min )?(?:telefon|mobil)", fold(text)) else reading


HINDERS = Hinders(
    (
        Option(
            "1",
            "Nej, slet ikke",
            "du kan ikke arbejde imens",
            (
                r"nej$",
                rf"nej (?!.*{WORKS})(?:nej|desvaerre|slet|overhovedet|det kan|det goer|det er umuligt|jeg|vi|ikke|tvaertimod)\b.*",
                r"slet ikke",
                r"overhovedet ikke",
                r"ikke arbejde",
                r"kan ikke(?: .*)?",
                r"jeg er gaaet i staa",
                r"staar stille",
            ),
            (
                r"kan? (?:slet |overhovedet )?ik(?:ke)? arbejde",
                r"(?:can not|cannot|can t) work",
                r"gaaet i staa",
                r"staar (?:helt )?stille",
                r"kan ikke lave noget",
            ),
            tried=1,
        ),
        Option(
            "2",
            "Ja, men det er besværligt",
            "du kan arbejde, men det er besværligt",
            (
                rf"ja (?!{ABLE}$)(?:(?:men|ja|tak|da) )*(?:det|den|jeg|vi|lidt|nogenlunde|kun|ikke|delvist|til noed|langsomt|besvaerligt|ok)\b.*",
                r"besvaerligt(?: .*)?",
                r"(?:lidt|noget) besvaerligt",
                r"nogenlunde",
                r"til noed",
                r"halvt",
                r"delvist",
                r"det gaar(?: an| nok)?(?! ud over)",
                r"ikke (?:saa |saerlig |ret )?(?:godt|nemt)",
                r"lidt",
            ),
            (r"besvaerligt", WORKS, r"arbejde\w* (?:saa )?paa (?:min )?(?:telefon|mobil)"),
            tried=2,
        ),
        Option(
            "3",
            "Det haster ikke",
            "det haster ikke",
            (
                r"haster ikke",
                r"det haster ikke(?: .*)?",
                r"ingen hast",
                r"ikke travlt",
                r"naar (?:i|der) (?:faar|har|er) tid(?: .*)?",
                r"kan vente",
                r"(?:jeg )?kan sagtens(?: .*)?",
                r"ja(?: \w+){0,4} (?:haster ikke|ingen problem\w*|sagtens|fint)",
            ),
            (
                r"haster (?:\w+ )?ikke",
                r"ingen hast",
                r"naar i (?:faar|har) tid",
                r"kan vente",
                r"not (?:that )?urgent",
                r"no (?:rush|hurry)",
            ),
            tried=0,
        ),
    ),
    (
        HASTE,
        Narrow(
            "Er det besværligt imens, eller haster det ikke?", ("2", "3"), (rf"^(?:ja|(?:ja )?{ABLE})$",)
        ),  # one can work: that alone is no answer yet
    ),
)
