"""A reading of a text → what the classifier sees: the folded words with entities masked, and a line of marks (lexicon classes, entities, form)."""

from nlu.actions import marks
from nlu.entities import Reading
from nlu.normalise import fold

READ_FOR_INTENT = 600  # characters: a wish stands in the first lines, what follows is the matter

# What stands for an entity in the masked text: its kind says something about the wish, its value does not.
MASKS = {
    "case_number": "xcase",
    "records_case": "xrecord",
    "kle": "xkle",
    "email": "xmail",
    "cpr": "xcpr",
    "duration_minutes": "xdur",
    "date": "xdate",
    "period": "xperiod",
    "person": "xperson",
    "list_name": "xlist",
    "mailbox_name": "xbox",
}


def seen(reading: Reading) -> tuple[str, str]:
    """The masked, folded text and the marks, each word of them one feature."""
    folded = " ".join(fold(reading.masked(MASKS)[:READ_FOR_INTENT]).split())
    kinds = sorted({span.kind for span in reading.spans})
    named = [f"e_{kind}" for kind in kinds]
    named += [f"e_{one}__{other}" for at, one in enumerate(kinds) for other in kinds[at + 1 :]]
    return folded, " ".join([*marks(folded), *named])
