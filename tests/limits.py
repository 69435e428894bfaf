"""How short everything that Kollega says must be, whatever the conversation: what a tired person can read at a glance."""

import re
from typing import Any

from tests.house import elements

MOST_LINES, MOST_WORDS, MOST_IN_A_SENTENCE, MOST_ON_A_BUTTON = 3, 45, 20, 4
QUOTED = re.compile(r"”[^”]*”")  # somebody else's words
SENTENCE = re.compile(r"(?<=[.?!:])\s+|\n+")
EMOJI = re.compile(r"[\U0001f300-\U0001faff\u2600-\u26ff]")
NAMES_A_THING = {"pick", "drop", "make room", "offer", "choose"}  # buttons that name what they choose


def said(message: dict[str, Any]) -> list[str]:
    """The lines of a message outside its table, inputs and their hints."""
    card = message.get("card")
    if not card:
        return [line for line in str(message["text"]).splitlines() if line.strip()]
    lines: list[str] = []
    for part in card["body"]:
        if part["type"] != "TextBlock" or part.get("isSubtle"):
            break
        lines += [line for line in part["text"].splitlines() if line.strip()]
    return lines


def over(message: dict[str, Any]) -> list[str]:
    """Which limits a message breaks; none is as it should be."""
    lines = said(message)
    own = QUOTED.sub("X", "\n".join(lines))
    longest = max((len(words(sentence)) for sentence in SENTENCE.split(own)), default=0)
    labels = [
        one["title"]
        for one in elements(message.get("card"))
        if one.get("type") == "Action.Execute" and one.get("verb") not in NAMES_A_THING and len(one["title"].split()) > MOST_ON_A_BUTTON
    ]
    counts = {
        "lines": (len(lines), MOST_LINES),
        "words": (len(words(own)), MOST_WORDS),
        "words in a sentence": (longest, MOST_IN_A_SENTENCE),
        "questions": (own.count("?"), 1),
        "exclamations": (own.replace("Selv tak!", "").count("!"), 0),
        "emoji": (len(EMOJI.findall(own)), 0),
        f"long buttons {labels}": (len(labels), 0),
    }
    return [f"{count} {what}, at most {most}: {own}" for what, (count, most) in counts.items() if count > most]


def words(text: str) -> list[str]:
    """The words of a text, numbers and names included."""
    return re.findall(r"[\w@][\w@.,-]*", text)
