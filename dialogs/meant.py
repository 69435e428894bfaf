"""What a text means that no open form takes: one wish or two, one that is not wanted, a choice between readings, or nothing that is known."""

import re
from itertools import islice

from dialogs import misread, sentences, texts, words
from dialogs.cases.faults import COMMAND
from dialogs.filler import Filler, next_wish
from dialogs.how import told_how
from dialogs.misses import HELP, VAGUE, missed
from dialogs.starting import PERSON, resumed, start
from dialogs.state import Offer
from dialogs.taken_away import REMOVES, of_box, taken, taken_away
from dialogs.talk import Button
from dialogs.turn import Turn
from dialogs.wishes import OTHER, READS, TERSE, UNLEARNED, WISHES, wish
from nlu.understanding import LIKELY, OUT_OF_SCOPE, Understanding, Verdict

NOTHING = re.compile(r"^(?:nej,?\s+)?jeg\s+(?:skal|vil|ville|skulle)\s+(?:\w+\s+)?ikke\s+(?:bruge|have)\s+noget\b", re.I)
THERE = re.compile(r"\b(?:om|virker)\s+du\s*(?:virke\w*)?[?.!]*$", re.I)  # "jeg ville bare se om du virkede", "virker du?"
MOST_PLACES = 6  # at which a sentence is tried as two
SMALL = frozenset({"greeting", "thanks", "cancel"})  # no wish to be kept beside another
LAST_CASE = re.compile(  # "hvad er status på den": on the case that was named last
    r"(?:hvad er |hvad med |hvordan |hvordan er |hvor |er der )?(?:status |nyt |gaar det |langt er (?:i|de|man) )?(?:paa |med |om )?(?:den|sagen|den sag)"
)


async def understood(turn: Turn) -> None:
    """By what the text means: one dialog, a choice between two, or an honest no."""
    state = turn.state
    state.choosing = []
    if intent := TERSE.get(words.bare(turn.text).rstrip("? ")):
        await start(turn, intent, turn.text)
        return
    said, denied = turn.text, sentences.wanted(turn.text)
    if denied is not None:
        turn.instead(denied)
        turn.note("Det er i orden.")
    elif await both(turn):
        return
    if any(not file.problem for file in turn.event.files) and not state.open and turn.meaning.intent in {OUT_OF_SCOPE, "help", *SMALL}:
        await start(turn, "case.create", turn.text)  # a picture of something, and hardly a word
        return
    soothe(turn)
    if THERE.search(turn.text):
        turn.say("Det gør jeg." if "intet er ændret" in turn.lead else "Det gør jeg. Intet er ændret.")
    elif denied and sentences.asks(denied) and turn.meaning.intent not in READS:
        turn.say("Det kan jeg ikke svare på. Servicedesk ved det nok.", PERSON, HELP)
        await resumed(turn)
    elif denied is not None and (not denied or turn.meaning.intent == OUT_OF_SCOPE or is_still_denied(turn, said)):
        turn.say("Intet er ændret.")
    elif state.case and LAST_CASE.fullmatch(words.whole(turn.text).rstrip("? ")):
        await start(turn, "case.status", turn.text)
    elif words.angry(turn.text) and turn.meaning.intent in {OUT_OF_SCOPE, "help", *SMALL}:
        turn.say("Skriv, hvad der er galt, eller tal med et menneske.", PERSON, HELP)
    elif await taken_away(turn) or await told_how(turn):
        pass
    elif is_case(turn.text, turn.meaning):
        await start(turn, "case.create", turn.text)
    else:
        await weighed(turn)


def is_still_denied(turn: Turn, said: str) -> bool:
    """Whether what is left of a text that denies a wish would begin that very wish."""
    first = said.removesuffix(turn.text).strip()
    return bool(first) and turn.meaning.intent not in READS and turn.desk.understand(first, turn.today).best == turn.meaning.intent


async def withdrawn(turn: Turn) -> bool:
    """A text that denies the very wish that the open form is for: the form is dropped, and what else is said is taken up."""
    form, rest = turn.state.open, sentences.wanted(turn.text)
    if form is None or rest is None:
        return False
    first = re.split(r"[,;.]|\b(?:men|bare|kun)\b", turn.text, maxsplit=1)[0]
    if not NOTHING.match(turn.text) and turn.desk.understand(first, turn.today).intent != form.intent:
        return False
    filler = Filler(turn, form)
    if not rest:
        await filler.drop()
        return True
    turn.close_card(form.card, "Droppet. Intet er ændret.")
    filler.regrettable("Den blev droppet, og intet er ændret.")
    turn.note(f"Jeg har droppet {filler.kind.about(form.answers)}, og intet er ændret.")
    turn.instead(rest)
    await understood(turn)
    return True


def soothe(turn: Turn) -> None:
    """Anger is acknowledged, once a day."""
    if words.angry(turn.text) and turn.state.soothed_on != turn.today:
        turn.state.soothed_on = turn.today
        turn.note("Jeg forstår godt, at du er træt af det.")


def is_case(text: str, meaning: Understanding) -> bool:
    """Whether a text says outright that a case is to be opened ("opret en ny sag om …"), whatever else it sounds like."""
    unsure = meaning.intent in READS or meaning.verdict is not Verdict.DO
    return unsure and bool(COMMAND.match(text)) and "case_number" not in meaning.entities


async def weighed(turn: Turn) -> None:
    """How sure the meaning is decides: begun, chosen between two, asked about, or not understood."""
    state, meaning = turn.state, turn.meaning
    match meaning.verdict:
        case Verdict.NEARLY if state.misses < len(VAGUE) and meaning.alternatives[0][0] not in SMALL:
            misread.nearly(turn)
            state.misses += 1
            offer(turn, VAGUE[state.misses - 1], (meaning.alternatives[0][0],), PERSON)
        case Verdict.NEARLY | Verdict.REJECT:  # nobody is asked whether they said hello
            misread.rejected(turn)
            await missed(turn)
        case Verdict.BETWEEN if not SMALL & {meaning.intent, meaning.alternatives[0][0]}:
            state.misses = 0
            offer(turn, "Hvad skal jeg gøre?", (meaning.intent, meaning.alternatives[0][0]))
        case Verdict.DO if meaning.intent in OTHER and sentences.terse(turn.text):
            state.misses = 0
            offer(turn, "Hvad skal jeg gøre?", (meaning.intent, OTHER[meaning.intent]))
        case _:
            state.misses = 0
            misread.corrected(turn, meaning.intent)
            await start(turn, meaning.intent, turn.text)


def offer(turn: Turn, question: str, intents: tuple[str, ...], *more: Button) -> None:
    """Readings to choose from: what was not surely understood is never begun on a guess."""
    turn.state.choosing = [Offer(label=WISHES[intent].label, intent=intent, text=turn.text) for intent in intents]
    buttons = [Button(label=one.label, do="choose", data={"place": str(place)}) for place, one in enumerate(turn.state.choosing)]
    turn.say(question, *buttons, Button(label="Noget andet", do="neither"), *more)


def offer_again(turn: Turn) -> None:
    """A word that chooses none of the readings that are offered."""
    buttons = [Button(label=one.label, do="choose", data={"place": str(place)}) for place, one in enumerate(turn.state.choosing)]
    turn.say("Vælg en af dem, eller skriv det med dine egne ord.", *buttons, Button(label="Noget andet", do="neither"))


async def both(turn: Turn) -> bool:
    """Two wishes in one sentence: both are named, and taken up in the order in which they were said."""
    if turn.state.open or texts.own_words(turn.text) != turn.text:  # what is pasted is no wish
        return False
    places = islice(sentences.splits(turn.text), MOST_PLACES)
    pair = next((found for parts in places if (found := pair_of(turn, parts))), None)
    if pair is None:
        return False
    first, second = pair
    turn.state.misses = 0
    turn.state.wishes.append(second)
    turn.note(f"To ting: 1) {lower(first.label)}, 2) {lower(second.label)}. Jeg tager dem i den rækkefølge.")
    await start(turn, first.intent, first.text)
    if turn.state.open is None:
        await next_wish(turn)
    return True


def pair_of(turn: Turn, parts: tuple[str, str]) -> tuple[Offer, Offer] | None:
    """The two wishes, where each part surely is one by itself."""
    found: list[Offer] = []
    for part in parts:
        meaning = turn.desk.understand(part, turn.today)
        case = is_case(part, meaning)
        intent = "case.create" if case else meaning.intent
        if (gone := taken(part)) and of_box(part, meaning):
            intent = REMOVES if gone == "access" else ""
        if (
            intent in SMALL
            or intent not in {*WISHES, *UNLEARNED}
            or sentences.wanted(part) is not None
            or not (case or intent == REMOVES or meaning.confidence >= LIKELY)  # what a rule tells is sure
        ):
            return None
        found.append(Offer(label=wish(intent).label, intent=intent, text=part))
    same = found[0].intent == found[1].intent
    return None if same and not all(COMMAND.match(part) for part in parts) else (found[0], found[1])


def lower(label: str) -> str:
    """A label inside a sentence."""
    return label[0].lower() + label[1:]
