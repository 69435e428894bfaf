"""The seeded lists and shared mailboxes, as tables. Names share words on purpose: looking for "nyt" or "Digital" finds several."""

from dataclasses import dataclass

DA, SD, NET, IT, OKO, JUR = "Digital Arbejdsplads", "Servicedesk", "Netværk", "Koncern IT", "Økonomi", "Jura og Databeskyttelse"
BS, TM, BU, SOC = "Borgerservice", "Teknik og Miljø", "Børn og Unge", "Socialforvaltningen"


@dataclass(frozen=True)
class List:
    """One list. `owner`: numbers of people, 0 for the one who has left. `size`: so many people from those of `unit` ("": everybody), picked by
    the list's own dice; -1 all of them. `but`, `also`: numbers of people that are certainly not, certainly on it. `lists`: aliases of lists on it.
    """

    name: str
    alias: str
    owner: tuple[int, ...]
    size: int = 12
    unit: str = ""
    but: tuple[int, ...] = ()
    also: tuple[int, ...] = ()
    lists: tuple[str, ...] = ()
    security: bool = False
    synced: bool = False
    hidden: bool = False
    hidden_members: bool = False
    outside: bool = False
    senders: tuple[int, ...] = ()
    join: str = "Closed"
    others: tuple[str, ...] = ()
    contacts: int = 0


OLES = (6, 10, 11)
LISTS = (
    List("Barsel Info", "barsel-info", (1,), 42, but=(1, 2, 3, 4, 5, *OLES), others=("barselinfo",)),
    List("Barsel Vikarer", "barsel-vikarer", (1, 3), 8, but=(3, *OLES)),
    List("IT-nyt", "it-nyt", (2,), 30, also=(1, 2, 4), others=("itnyt",)),
    List("IT-nyt for ledere", "it-nyt-ledere", (7,), 9, also=(2, 8, 9), senders=(2, 7)),
    List("IT-ambassadører", "it-ambassadoerer", (2, 4), 24, join="ApprovalRequired"),
    List("IT-indkøb", "it-indkoeb", (8,), 7, OKO, outside=True),
    List("Alle i Digital Arbejdsplads", "alle-digital-arbejdsplads", (2,), -1, DA, senders=(2,)),
    List("Alle i Servicedesk", "alle-servicedesk", (2,), -1, SD),
    List("Alle i Netværk", "alle-netvaerk", (7,), -1, NET),
    List("Alle i Økonomi", "alle-oekonomi", (8,), -1, OKO, others=("alle-okonomi",)),
    List("Alle i Jura og Databeskyttelse", "alle-jura", (9,), -1, JUR),
    List("Alle i Borgerservice", "alle-borgerservice", (7,), -1, BS),
    List("Alle i Teknik og Miljø", "alle-teknik-og-miljoe", (7,), -1, TM),
    List("Alle i Børn og Unge", "alle-buf", (7,), -1, BU),
    List("Alle i Socialforvaltningen", "alle-sof", (7,), -1, SOC, synced=True),
    List(
        "Alle i Koncern IT",
        "alle-koncern-it",
        (7,),
        -1,
        IT,
        lists=("alle-digital-arbejdsplads", "alle-servicedesk", "alle-netvaerk"),
        senders=(7,),
    ),
    List("Alle medarbejdere", "alle-medarbejdere", (7,), -1, senders=(7,), synced=True),
    List("Alle leverandører og samarbejdspartnere", "alle-leverandoerer", (8,), -1, outside=True, contacts=1000, senders=(3, 8)),
    List("Ledergruppen", "ledergruppen", (7,), 6, also=(2, 6, 8, 9), senders=(2, 7, 8, 9)),
    List("Ledergruppen Digital Arbejdsplads", "ledergruppen-da", (2,), 5, DA, also=(2,)),
    List("Ledelsesinfo", "ledelsesinfo", (7,), 15, also=(2, 7, 8, 9)),
    List("Nyt fra Direktionen", "nyt-fra-direktionen", (7,), 60, senders=(7,)),
    List("Økonominyt", "oekonominyt", (3,), 25, also=(3, 8), others=("okonominyt",)),
    List("Regnskabsnyt", "regnskabsnyt", (3,), 18, OKO, also=(3,)),
    List("Kantinenyt", "kantinenyt", (10,), 90, join="Open", outside=True),
    List("Driftsnyt", "driftsnyt", (4,), 40, join="Open", also=(4,)),
    List("Driftsstatus", "driftsstatus", (4,), 35, also=(4,)),
    List("Driftsvagt", "driftsvagt", (4,), 8, NET, security=True),
    List("Driftsvagt weekend", "driftsvagt-weekend", (0,), 6, NET),
    List("Controllerforum", "controllerforum", (3,), 14, OKO, also=(3,), join="ApprovalRequired"),
    List("Controllere Økonomi", "controllere-oekonomi", (8,), 9, OKO, also=(3,)),
    List("Revision", "revision", (8,), 6, hidden_members=True, also=(3,)),
    List("Whistleblowerudvalget", "whistleblowerudvalget", (9,), 5, hidden=True, hidden_members=True, also=(5,)),
    List("Databeskyttelse", "databeskyttelse-liste", (5,), 10, JUR, also=(5, 9)),
    List("Databeskyttelse kontaktpersoner", "databeskyttelse-kontakt", (5,), 22, also=(1, 5)),
    List("Sikkerhed", "sikkerhed", (7,), 11, security=True),
    List("Sikkerhedshændelser", "sikkerhedshaendelser", (5, 7), 7, security=True, outside=True),
    List("Beredskab", "beredskab", (7,), 16, lists=("driftsvagt", "sikkerhed")),
    List("Beredskab IT", "beredskab-it", (2,), 9, lists=("driftsvagt",)),
    List("Sagsbehandlere Øst", "sagsbehandlere-oest", (0,), 21, SOC),
    List("Sagsbehandlere Vest", "sagsbehandlere-vest", (14,), 19, SOC),
    List("Sagsbehandlere alle", "sagsbehandlere-alle", (14,), 0, lists=("sagsbehandlere-oest", "sagsbehandlere-vest")),
    List("Skoleledere", "skoleledere", (13,), 17, BU),
    List("Elever 2026", "elever-2026", (1,), 12, others=("elever",)),
    List("Elever 2025", "elever-2025", (1,), 10),
    List("Teamledere", "teamledere", (2, 7), 20),
    List("Projektledere", "projektledere", (2,), 18, join="ApprovalRequired"),
    List("Projekt Ny Telefoni", "projekt-ny-telefoni", (2,), 9, DA, also=(1, 4)),
    List("Projekt Windows 12", "projekt-windows-12", (4,), 13, also=(4,)),
    List("Projekt eDoc opgradering", "projekt-edoc", (1, 5), 10, also=(1, 5)),
    List("Koordinatorer", "koordinatorer", (1,), 15),
    List("Superbrugere eDoc", "superbrugere-edoc", (1,), 26, also=(1, 5)),
    List("Superbrugere Kvantum", "superbrugere-kvantum", (3,), 23, also=(3,)),
    List("Team Data", "team-data", (2,), 7, DA),
    List("Team A", "team-a", (15,), 6, BS),
    List("Team B", "team-b", (15,), 7, BS),
    List("Cykelklubben", "cykelklubben", (6,), 14, join="Open", outside=True, also=(6,)),
    List("Løbeklubben", "loebeklubben", (4,), 11, join="Open", outside=True),
    List("Festudvalget", "festudvalget", (1,), 6, also=(1, 4)),
    List("Juleposten", "juleposten", (0,), 31, join="Open"),
    List("Tillidsrepræsentanter", "tillidsrepraesentanter", (16,), 9, hidden_members=True),
    List("MED-udvalget", "med-udvalget", (7,), 8, lists=("tillidsrepraesentanter",), synced=True),
    List("Arbejdsmiljø", "arbejdsmiljoe", (17,), 12),
    List("Rådhuspladsen 1", "raadhuspladsen-1", (8,), 45),
    List("Borups Allé 177", "borups-alle-177", (2,), 55),
    List("Ring 1", "ring-1", (4,), 3, lists=("ring-2",)),  # the two are on each other
    List("Ring 2", "ring-2", (4,), 2, lists=("ring-1",)),
    List("Tom liste", "tom-liste", (4,), 0),
)

DYNAMIC = (  # name, alias, department
    ("Alle på Servicedesk (automatisk)", "auto-servicedesk", SD),
    ("Alle i Borgerservice (automatisk)", "auto-borgerservice", BS),
)
TEAMS = (("Team Digital Arbejdsplads", "team-digital-arbejdsplads"), ("Julefrokost 2026", "julefrokost-2026"))  # Microsoft 365 groups


@dataclass(frozen=True)
class Box:
    """One shared mailbox. `full`, `send`, `behalf`: numbers of people; 0 is the one who has left. `groups`: aliases of lists with full access."""

    name: str
    alias: str
    full: tuple[int, ...]
    send: tuple[int, ...] = ()
    behalf: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    synced: bool = False
    hidden: bool = False
    copies: bool = True
    away: str = ""


BOXES = (
    Box("Kontorpostkasse Økonomi", "kontor-oekonomi", (3, 8), (3,), (8,)),
    Box("Kontorpostkasse Digital Arbejdsplads", "kontor-digital-arbejdsplads", (1, 2), (1, 2)),
    Box("Kontorpostkasse Jura", "kontor-jura", (5, 9), (5, 9)),
    Box("Kontorpostkasse Borgerservice", "kontor-borgerservice", (12, 18, 19), (12,)),
    Box("Servicedesk", "servicedesk", (4, 2), (4,), groups=("alle-servicedesk",)),
    Box("Servicedesk eskalering", "servicedesk-eskalering", (4,), (4,)),
    Box("Databeskyttelse", "databeskyttelse", (5, 9), (5,), (9,)),
    Box("DPO", "dpo", (5,), (5,), hidden=True),
    Box("Aktindsigt", "aktindsigt", (5, 1), (5,)),
    Box("Indsigtsanmodninger", "indsigtsanmodninger", (5,), (5,), away="Tak for din henvendelse. Du får svar inden for en måned."),
    Box("Faktura", "faktura", (3, 8), (3,), copies=False),
    Box("Faktura IT", "faktura-it", (3, 2), (3,)),
    Box("Rykkere", "rykkere", (3,), (3,), copies=False),
    Box("Løn og Personale", "loen-og-personale", (8, 20), (20,), synced=True),
    Box("Rekruttering", "rekruttering", (2, 21), (21,)),
    Box("Kursus", "kursus", (22,), (22,)),
    Box("Kantinen", "kantinen", (10, 23), (10,), away="Kantinen holder lukket mellem jul og nytår."),
    Box("Reception Borups Allé", "reception-borups-alle", (24, 25), (24,)),
    Box("Reception Rådhuspladsen", "reception-raadhuspladsen", (26,), (26,)),
    Box("Nøgler og adgangskort", "noegler-og-adgangskort", (24, 4), (24,)),
    Box("Netværk drift", "netvaerk-drift", (27, 28), (27,), groups=("driftsvagt",)),
    Box("Netværk bestilling", "netvaerk-bestilling", (27,), (27,)),
    Box("Telefoni", "telefoni", (4, 1), (4,)),
    Box("Licenser", "licenser", (3, 2), (3,), (2,)),
    Box("eDoc support", "edoc-support", (1, 5), (1,)),
    Box("Kvantum support", "kvantum-support", (3,), (3,)),
    Box("Pressen", "pressen", (7, 29), (7,), (29,)),
    Box("Direktionssekretariatet", "direktionssekretariatet", (7, 30), (30,), (7,)),
    Box("Gamle sager", "gamle-sager", (0,), (0,), copies=False),  # only somebody who has left may open it
)
