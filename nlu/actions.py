"""The lexicon of what sentences do and to what: classes of Danish verbs, particles and nouns over folded words.

An object is mostly one noun; an action sits in a verb, its particle ("tage … af"), its form ("er lagt på") or a whole turn ("mangler stadig").
Each class is a feature beside the words themselves, not a verdict: the classifier weighs it.
"""

import re
from functools import lru_cache

# What one word says. A pattern fits the whole word.
_OBJECTS = {
    "list": r"dl(en)?|di?e?st.*lis.*|mail\w*lis\w*|mail(ing|e)?grupp\w*|grupp(e|en)|fordeling\w*|post(list|lis)\w*|modtager(list|kreds)\w*|list(e|en|er|erne|ens|s)?|xlist|adressebog\w*",
    "box": r"\w*postkas\w*|\w*poskas\w*|\w*mailbo\w*|(faelles|kontor|gruppe|team|afdelings)mail\w*|\w*indbakke\w*|inbox|mail(konto|adresse)\w*|xbox",
    "case": r"sag(en|er|erne|s|ens)?|\w+sag(en)?|ticket\w*|incident\w*|case\w*|henvendelse\w*|xcase|fejlmelding\w*|request\w*|opgave\w*|bestilling\w*",
    "records": r"edo[ck]\w*|xrecord|xkle|\w*journal\w*|arkiv\w*|akt(en|er|et|erne)?|akter\w*|korrespondance\w*|\w*bilag\w*|brev\w*|dokument\w*|vedhaeft\w*|mail(en|s|e|ene|ens)?|mailtraad\w*|traad(en)?",
    "oversight": r"\w*tilsyn\w*|kontrol(len|ler)?|\w*kontrol(len)?|stikproeve\w*|fund(et|ene|liste)?|afvigelse\w*|oversight|review|audit|fratraadte?\w*",
    "access": r"\w*indsigt\w*|insigt\w*|gdpr\w*|artikel|personoplysning\w*|egenacces|sar|dsar|registrerede|begaering\w*|databeskyttelse\w*",
    "approval": r"\w*godkend\w*|attest\w*|accept\w*|samtykke\w*|approv\w*|ok'?e|okaye|stillingtagen",
    "runs": r"koersel\w*|koersler\w*|aktivitet\w*|log(gen)?|historik\w*|job(s|bet)?|handlinger|udfoert\w*",
    "gear": r"mus|skaerm\w*|tastatur\w*|headset\w*|laptop\w*|baerbar\w*|pc\w*|computer\w*|\w*telefon\w*|mobil\w*|ipad\w*|tablet\w*|\w*licens\w*|dock\w*|oplader\w*|kabel\w*|printer\w*|webcam\w*",
    "right": r"\w*adgang\w*|\w*rettighed\w*|fullaccess|sendas|send-as|\w*stedfortraed\w*|\w*afsenderret\w*|rolle\w*|bruger(en|oprettelse)?|admin\w*",
    "person": r"xperson|ham|hende|han|hun|dem|kollega(en)?|medarbejder(en|e|ne)?|vikar(en|er)?|konsulent(en|er)?|elev(en|er|erne)?|praktikant(en)?|borger(en)?",
}
_ACTIONS = {
    "create": r"opret\w*|lav|lave|laves|lavet|etabl\w*|create|bygg?|indret|oprett\w*",
    "new": r"nyt?|nye|new|ekstra",
    "add": r"tilfoe\w*|foej\w*|indmeld\w*|tilmeld\w*|optag\w*|udvid\w*|inkluder\w*|add(e|es|ed)?|abonner\w*|tilknyt\w*|indskriv\w*|tilslut\w*|genindmeld\w*|indgaa|supple\w*|indtraed\w*|tiltraed\w*|indlem\w*|optages|medlemskab|deltager|med",
    "remove": r"fjern\w*|slet\w*|afmeld\w*|udmeld\w*|framel\w*|pil(le|les)?|stryg\w*|strege?s?|udgaa\w*|ryge?r?|remove\w*|unsubscribe|vaek|ekskluder\w*|udelad\w*|ophoer\w*|smid\w*|kyl|drop\w*|skaan|spar|fritag\w*|udtraed\w*|ophaev\w*|begraens|rens|ryd",
    "left": r"stoppet|stopper|fratraad\w*|rejst|rejser|holdt|pension\w*|orlov|barsel|fratraeder|forlader|flyttet|sagt|fratradt|fratraadt|opsagt|udtraadt|skiftet|afgaaet|holdt|overgaaet|sluttet",
    "show": r"vis|vise|vises|se|vist|liste?|medlem\w*|modtager(e|ne)?|ejer\w*|ejes|antal|oversigt\w*|tjek\w*|show|fortegnelse\w*|ansvarlig\w*|slaa|kontroller|oplys\w*|navne(ne)?|opgoerelse|laes|remse?|rams|oplist\w*|opregn\w*|udskriv\w*|hvem|indeholder|rammer|omfatter|daekker|naar",
    "file": r"journaliser(es?)?|arkiver(es?)?|gem(me|mes)?|overfoer\w*|upload\w*|file|indlaes\w*|aktere?s?|laeg(ge|ges)?",
    "filed": r"journaliseret|arkiveret|lagt|gemt|filed|archived|overfoert|aktet|indfoert|uploadet",
    "done": r"kommet|blevet|blev|lykkedes|gik|faerdige?t?|naaede|fik|ligger|kom|findes|fremgaar|kvittering\w*|bekraeft\w*|sendt|besvaret|udfoert|gjort|sket|gennemfoert|klaret|ordnet",
    "status": r"status\w*|frist\w*|svarfrist\w*|deadline|rykker?|stadig|endnu|ventet|venter|hoert|fremdrift\w*|tilbage|sidder|udloeber|nyt|svar|update|bevaegelse|flyttet|rykket|lovede?|naaet|langt|hvornaar|oversk\w*|resterer|dage|behandlet|ekspeder\w*",
    "run": r"koer|koere|koeres|koert|start\w*|igangsaet\w*|gennemfoer(es)?|forbered\w*|udfoer(es)?|foretag\w*|traek\w*|hent\w*|run|paabegynd\w*|udtraek|genkoer|udtag\w*|afvikl\w*|planlaeg|fyr|spark|aktiver|ivaerksaet\w*|gentag\w*|igangsaettes?|eksekver\w*|sammenhold|tjek|undersoeg\w*",
    "result": r"result\w*|viste?|fandt|fundet|sammenlign\w*|sammenhold\w*|underskr\w*|sign\w*|konklusion\w*|\w*rapport\w*|findings|bemaerkning\w*|forklar\w*|forskel\w*|udvikling\w*|opfoelgning|kvitter|dukkede|konstater\w*|udfald\w*|signatur\w*|attester\w*|udbedret|gennemgaa\w*|opsummer\w*",
    "time": r"xdur|tid|tiden|timer?|tidsreg\w*|timereg\w*|brugt|brugte|medgaa\w*|arbejdede?t?|tog|tidsforbrug\w*|bogfoer\w*|log|spent",
    "comment": r"kommen\w*|notere?s?|note\w*|\w*notat|bemaerk\w*|oplysning\w*|svar\w*|skaermbillede\w*|supple\w*|besked\w*|opdater\w*|tilfoej\w*|tillaeg|arbejdsnote\w*|work|meddel\w*|orienter\w*|detalje\w*|info|fejlkode\w*|praj|goer",
    "work": r"hjaelp\w*|sagsbehandl\w*|behandl\w*|trin|skridt|igennem|gennem\w*|saml|indsaml\w*|resume|opsummer\w*|sammenfat\w*|udfyld\w*|overtag\w*|tildel\w*|lignende|naeste|loese|sammen|work|walk|kategori\w*|priorit\w*|forstaa|oplys|historik\w*|baggrund\w*|forloeb\w*|overblik|plan|tjekliste|aarsag\w*|hovedpunkt\w*|visiter\w*|omvisiter\w*|triage\w*|sparring|guide",
    "close": r"luk|lukke|lukkes|lukket|lukning|afslut\w*|loest|annul\w*|anul\w*|faerdigmeld\w*|close\w*|resolve\w*|afbestil\w*|overfloedig|afhjulpet|udbedret|fikset|dublet|opgiv\w*|aflys\w*|afblaes\w*|frafald\w*|tilbagekald\w*|bortfald\w*|henlaegg\w*|spiller|ordnet|klaret|loeste?|falsk",
    "back": r"virker|fungerer|koerer|kommet|igen",
    "order": r"bestil\w*|order|skaf\w*|rekvir\w*|anskaf\w*|indkoeb\w*|koeb(e)?|install\w*|udskift\w*|ombyt|opgrader\w*|udlever\w*|leverer?|levering|lager|laan\w*|genbestil|tildel\w*|giv|ruste|udstyr\w*",
    "lack": r"mangler?|mangle|behov|brug|oensk\w*|need|noedvendig\w*",
    "fault": r"driller?|fejl(er|en|ede|meddelelse|kode)?|nede|kan|doed|fryser|langsom\w*|haenger|crash\w*|broken|sort|forsvundet|forsvinder|laast|spaerret|glemt|stuck|problem\w*|stykker|defekt|"
    r"ustabil\w*|udfald|nedbrud\w*|blinker|bipper|umulig\w*|afvist|naegtet|flimrer|papirstop|lyd|brudt|knaekket|smadret|hakker|summer|brumm\w*|roeg|gnist\w*|loader|timeout|koks|udu|baglaas|afbryd\w*|slukker|genstarter|melder|advarsel|virus|hacket|phishing|stjaalet|tabt|mistet",
    "stop": r"stop|glem|drop\w*|fortryd\w*|forfra|afbryd\w*|alligevel|cancel|nevermind|pyt|nulstil|reset",
    "own": r"\w*eje(r|re|ren|res|rens|rskab\w*|rskift\w*)?|ejes|owner\w*|ownership|managedby|efterfoelger\w*|overdrag\w*|\w*ansvar(et|lig|lige)?",
    "auto": r"auto(svar|reply|repl|matisk|mail)\w*|\w*fravaers\w*|ooo|oof|office|standardsvar\w*",
    "human": r"menneske\w*|person|tale|snakke|ring|ringe|viderestil\w*|servicedesk|robot|human|kontakt\w*|support\w*|omstil\w*|maskine",
    "kind": r"tak|takker|tusind|thanks|thx|hej|hejsa|godmorgen|hello|goddag|farvel",
    "skill": r"kan|bruges?|funktion\w*|mulighed\w*|kommando\w*|eksemp\w*|hjaelp\w*|menu\w*|virker|fungerer",
}
_FORMS = {
    "what": r"hvad|hva|what",
    "who": r"hvem|hvis|who",
    "when": r"hvornaar|when",
    "how": r"hvordan|hvorledes|how",
    "where": r"hvor|where",
    "which": r"hvilken?|hvilket|hvilke|which",
    "why": r"hvorfor|why",
    "you": r"du|dig|din|dine|dit|you",
    "i": r"jeg|mig|min|mine|mit|vi|vores|os|i|me|my|undertegnede",
    "may": r"kan|kunne|maa|ku|can|could",
    "will": r"vil|gider|ville|would",
    "must": r"skal|boer|bedes|oenskes|ska|skulle|must|husk",
    "not": r"ikke|ik|ikk|aldrig|not|hverken|uden",
    "is": r"er|blev|bliver|har|var|is|has|did",
}

# What several words say together.
_TURNS = {
    "a_off": r"\b(?:af|ud\saf|ude\saf|off)\s(?:\w+\s){0,3}(?:\w*list|\w*lis\b|\w*grupp|dl|xlist|disse|den|de\b)|\baf$|\bud$|meld\w*\s\w+\s(?:ud|fra)|\bud\smed|\baf\smed|\btage?\s(?:\S+\s){1,4}(?:af|ud)\b",
    "a_onto": r"\b(?:paa|til|ind\si|i|med\spaa|ind\spaa|to|on)\s(?:\w+\s){0,3}(?:\w*list|\w*grupp|dl|xlist)",
    "a_no_longer": r"ikke\s(?:\w+\s)?(?:laengere|mere|have)\b|no\slonger",
    "a_not_getting": r"faar\s(?:\w+\s){0,2}ikke|modtager\s(?:\w+\s)?ikke|ikke\spaa\s(?:\w+\s)?(?:list|mail)|mangler\s(?:\w+\s)?paa|gaar\sglip",
    "a_go_on": r"skal\s(?:\S+\s){0,4}(?:paa|ind|med|have|modtage)\b",
    "a_go_off": r"skal\s(?:\S+\s){0,4}(?:af|ud|vaek|slettes|fjernes|udgaa|ryge)\b",
    "a_back_again": r"virker\s(?:nu|igen)|virker\sdet|igen\snu|koerer\sigen|i\sorden|vaek\snu|selv\s(?:fundet|loest)|ikke\slaengere\sbehov|ikke\s(?:\w+\s)?aktuel\w*|traekker?\s(?:\S+\s){0,5}tilbage",
    "a_sign": r"skriv\w*\sunder|min\s(?:underskrift|signatur|accept)|sign\soff",
    "a_how_far": r"hvor\slangt|hvad\ssker|hvordan\sgaar|nyt\s(?:om|i|paa|vedr)|sket\sder|how\sfar|hvor\s(?:mange\sdage|lang\stid)",
    "a_amount": r"hvor\s(?:mange|meget|stor)|how\smany",
    "a_for_me": r"\b(?:for|til)\smig\b|paa\smine\svegne|i\smit\snavn|for\sme\b|jeg\sbad\sdig|bedt\sdig|bad\sdig",
    "a_on_me": r"(?:venter|ligger|afventer)\s(?:\S+\s){0,5}(?:mig|min|mit)\b|min\sgodkend|mit\sok|stilling\stil|sige\s(?:ja|god)",
    "a_put_on_case": r"(?:paa|til|i|ind\si|ind\spaa)\s(?:\w+\s){0,3}(?:sag|xrecord|edoc|e-doc|edok|akt|journal)",
    "a_all_about": r"alt\s(?:\w+\s){0,3}(?:om|paa|vi\shar)|sine\s(?:egne\s)?(?:data|oplysning)|har\s(?:\w+\s){0,2}(?:om|registreret)|i\salle\ssystemer",
    "f_howto": r"^(?:hej\s)?(?:hvordan|hvorledes|how)\s\w+\s(?:jeg|man|vi|i|du)\b|hvad\s(?:betyder|staar|er\sen|er\set|er\sforskellen|er\sreglerne)",
    "f_yes_no": r"^(?:\w+\s){0,2}(?:er|har|kan|skal|vil|maa|blev|kom|gik|ligger|staar|fik|findes|mangler|naar|is|did|has|can|faar|modtager|foreligger)\s(?:\w+\s)",
    "f_statement": r"^(?:jeg|vi|der|han|hun|den|det|min|mit|mine|xperson|vores)\s",
    "f_short": r"^\S+(?:\s\S+){0,2}$",
    "f_asks": r"\?",
    "f_perfect": r"\b(?:er|har|blev|bliver)\s(?:\S+\s){0,4}\w+(?:et|t|te)\b",
}

# A verb and its particle with up to five words between them: "tag Ole og Sofie af", "skriv ham ind", "er de blevet lagt på".
_SPLIT_VERBS = frozenset(
    "saet saette sat tag tage taget laeg laegge lagt skriv skrive meld melde gaa gaar smid pil kom komme kommet foer foere giv faa faar stil send ring kig find hent koer "
    "start luk traek traekker skal ryge stop staa staar er blev ligger hjaelp vil".split()
)
_PARTICLES = frozenset("paa af ind ud op fra til med igennem under sammen frem tilbage igang over vaek".split())

_CLASSES = [
    (f"{prefix}_{name}", re.compile(pattern))
    for prefix, table in (("o", _OBJECTS), ("a", _ACTIONS), ("f", _FORMS))
    for name, pattern in table.items()
]
_TURN_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _TURNS.items()]
_WORD = re.compile(r"[\w'-]+")


@lru_cache(maxsize=20_000)
def classes_of(word: str) -> tuple[str, ...]:
    """The classes that one folded word belongs to."""
    return tuple(name for name, pattern in _CLASSES if pattern.fullmatch(word))


def marks(folded: str) -> list[str]:
    """The classes that a folded text falls into, each as one word: objects, actions, forms, pairs of them, and split verbs."""
    words = _WORD.findall(folded)
    found = {name for word in words for name in classes_of(word)}
    found.update(name for name, pattern in _TURN_PATTERNS if pattern.search(folded))
    if words:
        found.update(f"1{name}" for name in classes_of(words[0]))
    objects = sorted(name for name in found if name[0] == "o")
    actions = sorted(name for name in found if name[0] == "a")
    forms = sorted(name for name in found if name[0] == "f")
    pairs = [f"{one}__{other}" for one in objects for other in actions] + [f"{one}__{other}" for one in actions for other in forms]
    nothing = [] if objects else ["o_none", *(f"o_none__{one}" for one in forms)]
    return [*sorted(found), *pairs, *nothing, *_split_verbs(words)]


def _split_verbs(words: list[str]) -> list[str]:
    out = []
    for at, verb in enumerate(words):
        if verb in _SPLIT_VERBS:
            out += [f"s_{verb}_{word}" for word in words[at + 1 : at + 7] if word in _PARTICLES]
    return out
