"""Danger to life, and breaches of security or of personal data: a telephone number first, a form second."""

import re
from typing import Literal

from dialogs import texts
from dialogs.cases.faults import COMMAND
from dialogs.starting import start
from dialogs.state import Offer
from dialogs.talk import Button
from dialogs.turn import Turn
from nlu.normalise import fold

Kind = Literal["life", "breach"]

CREDENTIAL = r"(?:kode ?ord\w*|adgangskode\w*|password\w*|pinkode\w*|login\w*|oplysninger\w*|mit ?id\w*|nem ?id\w*)"
PERSONAL = (
    r"(?:cpr\w*|person ?nummer\w*|person ?numre\w*|person(?:data|oplysning)\w*|foelsomme?|fortrolig\w*|borger\w*|helbreds\w*|sundheds\w*)"
)
WRONG = r"(?:forkert\w*|uvedkommende|offentlig\w*|laekke\w*|lagt ud|paa nettet|paa internettet|alle kan se|ved en fejl|hele (?:landet|kommunen))"
DEVICE = r"(?:pc|pc'?en|computer\w*|baerbar\w*|laptop\w*|telefon\w*|mobil\w*|ipad\w*|tablet\w*|usb\w*|adgangskort\w*)"
THREAT = r"(?:bombe\w*|pistol\w*|skyderi\w*|kniv|vaaben\w*|gidsel\w*)"
LIFE = re.compile(
    rf"\b(?:det|der|noget|printeren|serveren|\w+en) braender\b(?! (?:sammen|paa|for|efter|en|af med|ikke))"
    rf"|\b(?:gaaet ild i|ild i|der er ild|ildebrand|brand i|brandalarm\w*|roeg (?:fra|i|ud)|(?:det|der) ryger (?:fra|ud af)|slaar gnister|gnister (?:fra|ud)|lugter braendt)\b"
    rf"|\b(?:faaet|faar|giver|gav) stoed\b|\blivsfar\w*|\bdoeende\b|\bfaldet om\b|\bhjertestop\b|\bbevidstloes\w*|\bkommet til skade\b"
    rf"|\b{THREAT}\b|\btru(?:er|ede|et) (?:mig|os|med|en|paa)\b|\btrus(?:sel|ler)\w*|\b(?:selvmord\w*|tage mit (?:eget )?liv)\b"
)
BREACH = re.compile(  # bounded between the words, so that no text takes long
    rf"\b(?:sikkerhedsbrud\w*|databrud\w*|data ?laek\w*|laekage af data|sikkerhedshaendelse\w*|gdpr ?brud\w*|brud paa (?:persondata|gdpr|data|it)\w*)\b"
    rf"|\b(?:hacket|hacked|hacker\w*|ransomware|malware|phishet|phishing\w*|cyberangreb\w*|it angreb\w*)\b|\bvirus\b(?! ?(?:program|scan|beskyt))"
    rf"|\b(?:sendt|delt|lagt|vist|udleveret|sendte|delte|givet|videresendt|til at (?:sende|dele|laegge|vise|videresende|udlevere))\b.{{0,80}}\b{PERSONAL}.{{0,80}}\b{WRONG}|\b{WRONG}.{{0,80}}\b(?:sendt|delt|lagt|sendte)\b.{{0,80}}\b{PERSONAL}"
    rf"|\b{PERSONAL}.{{0,80}}\b(?:er|blev|blevet|ligger|kom|kommet|sendt)\b.{{0,80}}\b{WRONG}"
    rf"|\b(?:klikket|trykket|klikkede|trykkede|kom til at (?:klikke|trykke))\b.{{0,80}}\b(?:et (?:\w+ )?link|link\w*.{{0,80}}\b(?:svindel|mistaenk\w*|falsk\w*|forkert\w*|{CREDENTIAL}))\b"
    rf"|\b(?:skrevet|indtastet|tastet|givet|oplyst|udleveret|opgivet|afgivet|delt)\b(?: (?!forkert)\w+){{0,4}} {CREDENTIAL}\b(?: (?:ind )?(?:i|til|paa|et|der|over|ud)\b|$)"
    rf"|\b(?:nogen|en anden|uvedkommende|fremmede?) (?:har|bruger|kender|er inde|er kommet ind|er logget ind|faar)\b.{{0,80}}\b(?:{CREDENTIAL}|adgang til (?:min|mit|vores)|konto\w*)|\b(?:nogen|en|anden|uvedkommende)\b.{{0,80}} logget (?:ind|paa)\b.{{0,80}}\b(?:min|mit|vores)\b"
    rf"|\b(?:stjaalet|stjal|tabt|mistet|glemt|forsvundet|frastjaalet)\b(?: \w+){{0,2}} {DEVICE}\b(?= (?:i|paa|med)\b|$)|\b{DEVICE} (?:er |blev |blevet )*(?:stjaalet|forsvundet|frastjaalet)\b"
)
HARMLESS = re.compile(  # a course, or a wish about a mail or a case in which the word stands
    r"^(?:journaliser|arkiver|gem|vis|find|luk|hvad er status|hvor langt)\w*\b|\b(?:oevelse|kursus|test af|oplaering|undervisning|e-?laering|awareness)\b"
)
NUMBER = {
    "life": "Ring 112 nu, hvis nogen er i fare. Ring derefter til Servicedesk på {phone}.",
    "breach": "Ring til Servicedesk på {phone} med det samme, så skaden bliver mindst mulig.",
}
URGENT = {"hinders": "1"}
HEARD = 1_000  # characters of a text that are looked at: who is in danger says so first


def of(text: str) -> Kind | None:
    """The danger that the beginning of a text tells of, if any."""
    plain = " ".join(re.sub(r"[^\w\s-]", " ", fold(text[:HEARD])).split())
    if HARMLESS.search(plain):
        return None
    if LIFE.search(plain):
        return "life"
    return "breach" if BREACH.search(plain) else None


async def met(turn: Turn) -> bool:
    """Say the number first where a text tells of danger. True: that, and an urgent case offered, is the answer; False: go on with the text."""
    kind, form = of(texts.own_words(turn.text)), turn.state.open
    if kind is None:
        return False
    turn.note(NUMBER[kind].format(phone=turn.desk.phone))
    if form and form.intent == "case.create" and not form.answers.get("what"):
        form.answers.update(URGENT)
        return False
    if COMMAND.match(turn.text):
        await start(turn, "case.create", turn.text, dict(URGENT))
        return True
    turn.state.choosing = [Offer(label="Opret hastesag", intent="case.create", text=turn.text, answers=URGENT)]
    turn.say(
        "Skal jeg også oprette en sag, der haster?",
        Button(label="Opret hastesag", do="choose", data={"place": "0"}),
        Button(label="Nej tak", do="no"),
    )
    return True
