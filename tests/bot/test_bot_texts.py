"""Every sentence of the bot's own that a person can see, as one list to review: Danish, short, with "du"."""

import ast
import re
from pathlib import Path

BOT = Path(__file__).parents[2] / "bot"
TEXTS = """
Der gik noget galt hos mig. Det, du har skrevet, er gemt. Prøv igen om lidt, eller ring til Servicedesk på {phone}. Ref. {reference}
Åbn først en chat med mig, så svarer jeg dér.
Se svaret herunder.
Modtaget.
Det tager jeg i vores egen chat.
Jeg har svaret i vores chat.
Det tager lidt længere tid. Svaret kommer her i chatten.
Det tager lidt længere tid. Svaret kommer i vores chat.
Den knap kan jeg ikke læse. Skriv til mig i stedet.
Resten er for stort til et kort. Skriv dit svar til mig i stedet.
Du kan også skrive: {labels}.
Udfyld feltet ”{label}”.
Tjek feltet ”{label}”.
 … (forkortet)
Filen kunne ikke lægges i dit OneDrive. Prøv igen om lidt.
og {left} mere
"""
DANISH = re.compile(r"[æøåÆØÅ”…]|\b(du|mig|jeg|svaret|modtaget|mere)\b", re.IGNORECASE)


def constants() -> set[str]:
    """Texts given a name at the top of a module of bot/."""
    found = set()
    for path in BOT.glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            for one in ast.walk(value) if value else ():
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    found.add(one.value)
    return found


def test_the_list_is_complete_and_nothing_in_it_is_out_of_use() -> None:
    wanted = set(TEXTS.strip("\n").split("\n"))
    assert {text for text in constants() if DANISH.search(text)} == wanted


def test_sentences_elsewhere_in_the_code_are_none_that_a_person_sees() -> None:
    docstrings, others = set(), set()
    for path in BOT.glob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                docstrings.add(node.value.value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                others.add(node.value)
    assert sorted(text for text in others - docstrings - constants() if DANISH.search(text) and " " in text.strip()) == []
