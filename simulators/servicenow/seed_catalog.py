"""The catalogue: items with their variables, policies and approvals."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from simulators.servicenow.planting import Planting
from simulators.servicenow.seed_people import group_id
from simulators.servicenow.values import identity

CATALOG = identity("sc_catalog", "service")
SHELVES = ("Udstyr", "Programmer og adgange", "Telefoni", "Hjælp og service")
YES_NO, LINES, RADIO, SCALE, SELECT, LINE, CHECK, REFERENCE, DAY, LABEL = 1, 2, 3, 4, 5, 6, 7, 8, 9, 11
LOOKUP, START, END, COLLECTOR, EMAIL, FOR_WHOM, FILE = 18, 19, 20, 21, 26, 31, 33
PEOPLE_REF = {"reference": "sys_user", "reference_qual": "active=true"}
SYSTEMS_REF = {"reference": "cmdb_ci_service", "reference_qual": "operational_status=1^ORDERBYname"}


@dataclass(frozen=True)
class Ask:
    """One variable. `choices`: value and text. `more`: further columns of item_option_new."""

    kind: int
    name: str = ""
    label: str = ""
    mandatory: bool = False
    choices: Sequence[tuple[str, str]] = ()
    more: dict[str, Any] = field(default_factory=dict)


KEY = Ask(LINE, "kollega_key", "Nøgle fra afsendende system", more={"hidden": "true"})


def must(kind: int, name: str, label: str, *choices: tuple[str, str], **more: str) -> Ask:
    return Ask(kind, name, label, mandatory=True, choices=choices, more=more)


def may(kind: int, name: str, label: str, *choices: tuple[str, str], **more: str) -> Ask:
    return Ask(kind, name, label, choices=choices, more=more)


def group(label: str, *inner: Ask) -> tuple[Ask, ...]:
    """A container around questions."""
    return Ask(START, "", label), *inner, Ask(END)


LAPTOP = (
    must(FOR_WHOM, "requested_for", "Hvem er den til?", **PEOPLE_REF),
    *group(
        "Udstyr",
        must(SELECT, "model", "Model", ("t14", "Lenovo ThinkPad T14"), ("x13", "Lenovo ThinkPad X13 (let)"), ("andet", "Andet")),
        may(LINES, "oensket_model", "Beskriv, hvad du har brug for"),
        *group(
            "Tilbehør",
            may(CHECK, "docking", "Dockingstation"),
            may(CHECK, "mus", "Mus"),
            may(CHECK, "taske", "Taske", default_value="true"),
        ),
    ),
    must(LINES, "begrundelse", "Hvorfor er der behov for den?", help_text="Leder ser begrundelsen, når bestillingen skal godkendes."),
    may(DAY, "leveres_senest", "Leveres senest"),
    KEY,
)
ACCESS = (
    must(REFERENCE, "system", "Hvilket fagsystem?", **SYSTEMS_REF),
    must(REFERENCE, "bruger", "Hvem skal have adgangen?", **PEOPLE_REF),
    must(RADIO, "rolle", "Hvilken adgang?", ("laes", "Læse"), ("skriv", "Læse og skrive"), ("admin", "Administrere")),
    must(LINES, "begrundelse", "Hvad skal adgangen bruges til?"),
    may(YES_NO, "tidsbegraenset", "Er adgangen tidsbegrænset?"),
    may(DAY, "slutdato", "Til og med"),
    KEY,
)
PHONE = (
    must(SELECT, "model", "Model", ("iphone", "iPhone 17"), ("android", "Samsung Galaxy A57"), ("fairphone", "Fairphone 6")),
    must(YES_NO, "behold_nummer", "Skal nuværende nummer beholdes?"),
    may(LINE, "nummer", "Nuværende nummer", attributes="max_length=8", help_text="Otte cifre uden mellemrum."),
    may(CHECK, "panserglas", "Panserglas"),
    KEY,
)
LICENCE = (
    must(
        SELECT,
        "program",
        "Hvilket program?",
        ("acrobat", "Adobe Acrobat Pro"),
        ("visio", "Microsoft Visio"),
        ("project", "Microsoft Project"),
        ("powerbi", "Power BI Pro"),
    ),
    must(REFERENCE, "bruger", "Hvem skal bruge det?", **PEOPLE_REF),
    must(LINE, "ean", "EAN-nummer, der skal betale", help_text="13 cifre."),
    KEY,
)
SCREEN = (
    must(RADIO, "stoerrelse", "Størrelse", ("24", "24 tommer"), ("27", "27 tommer"), ("34", "34 tommer, buet")),
    must(REFERENCE, "lokation", "Hvor skal den stå?", reference="cmn_location", reference_qual="parentISNOTEMPTY"),
    KEY,
)
GUESTS = (must(REFERENCE, "vaert", "Vært", **PEOPLE_REF), must(DAY, "dag", "Hvilken dag?"), KEY)
GUEST_ROWS = (must(LINE, "navn", "Navn"), must(EMAIL, "mail", "E-mail"), may(LINE, "firma", "Firma"))
DESK = (
    must(LINES, "behov", "Hvad har du brug for?"),
    may(SCALE, "hast", "Hvor meget haster det?", ("1", "Lidt"), ("2", "Noget"), ("3", "Meget")),
)
ADMIN = (
    must(REFERENCE, "pc", "Hvilken pc?", reference="cmdb_ci_computer"),
    must(LINES, "begrundelse", "Begrundelse"),
    may(FILE, "aftale", "Aftale"),
)
FAULT = (
    must(LINE, "short_description", "Hvad er der galt?"),
    may(LINES, "description", "Fortæl mere"),
    may(RADIO, "urgency", "Hvor meget haster det?", ("1", "Jeg kan ikke arbejde"), ("2", "Det generer"), ("3", "Det kan vente")),
    may(LINE, "lokale", "Hvilket lokale?"),
    may(REFERENCE, "cmdb_ci", "Hvilket udstyr eller system?", reference="cmdb_ci"),
)
LIST = (
    must(LINE, "navn", "Hvad skal listen hedde?"),
    must(COLLECTOR, "medlemmer", "Hvem skal på listen?", list_table="sys_user"),
    must(REFERENCE, "ejer", "Hvem ejer listen?", **PEOPLE_REF),
    Ask(LABEL, "", "Listen kan findes i adressebogen dagen efter."),
    KEY,
)


@dataclass(frozen=True)
class Ware:
    """One item of the catalogue. `approval`: manager, owner, both, or nobody."""

    name: str
    text: str
    shelf: str
    group: str
    asks: tuple[Ask, ...]
    price: int = 0
    approval: str = ""
    roles: str = ""
    table: str = "sc_cat_item"
    flow: bool = True  # whether an order brings a task for the group
    scripts: dict[str, list[dict[str, str]]] = field(default_factory=dict)


WARES = (
    Ware("Bærbar pc", "Ny bærbar pc til en medarbejder", "Udstyr", "Digital Arbejdsplads", LAPTOP, price=8900, approval="manager"),
    Ware(
        "Adgang til fagsystem",
        "Adgang til eDoc, Kvantum og andre",
        "Programmer og adgange",
        "Fagsystemer",
        ACCESS,
        approval="manager,owner",
    ),
    Ware("Mobiltelefon", "Telefon med abonnement", "Telefoni", "Mobiltelefoni", PHONE, price=4200, approval="manager"),
    Ware(
        "Licens til program",
        "Programmer, som ikke er på alle pc'er",
        "Programmer og adgange",
        "Digital Arbejdsplads",
        LICENCE,
        price=1200,
        approval="manager",
    ),
    Ware("Ekstra skærm", "Skærm til kontorpladsen", "Udstyr", "Servicedesk", SCREEN, price=1500),
    Ware("Gæst på det trådløse net", "Adgang for gæster i en dag", "Hjælp og service", "Netværk", GUESTS),
    Ware("Distributionsliste", "Ny liste i Outlook", "Programmer og adgange", "Digital Arbejdsplads", LIST),
    Ware(
        "Ergonomisk hjælpemiddel",
        "Særligt udstyr til arbejdspladsen",
        "Udstyr",
        "Servicedesk",
        DESK,
        scripts={"onChange": [{"fieldName": "behov", "script": "function onChange() {}"}], "onLoad": [], "onSubmit": []},
    ),
    Ware("Lokal administrator", "Administratorrettigheder på en pc", "Programmer og adgange", "Identitet og Adgang", ADMIN, roles="itil"),
    Ware("Udført af Kollega", "Det, som Kollega selv har udført", "Hjælp og service", "Servicedesk", (KEY,), roles="itil", flow=False),
    Ware("Meld en fejl", "Noget virker ikke", "Hjælp og service", "Servicedesk", FAULT, table="sc_cat_item_producer"),
    Ware("Ny medarbejder", "Alt det en ny kollega skal bruge", "Hjælp og service", "Servicedesk", (), table="sc_cat_item_guide"),
)
POLICIES = (  # item, when which variable has which value, which variable is then asked for
    ("Bærbar pc", "model", "andet", "oensket_model"),
    ("Adgang til fagsystem", "tidsbegraenset", "Yes", "slutdato"),
    ("Mobiltelefon", "behold_nummer", "Yes", "nummer"),
)


def item_id(name: str) -> str:
    """The sys_id of an item."""
    return identity(next(ware.table for ware in WARES if ware.name == name), name)


def variable_id(owner: str, name: str) -> str:
    return identity("item_option_new", owner, name)


def plant(p: Planting) -> None:
    """Everything of this file."""
    p.add("sc_catalog", "service", title="Servicekatalog", description="Alt, hvad Koncern IT leverer")
    for place, shelf in enumerate(SHELVES):
        p.add("sc_category", shelf, title=shelf, sc_catalog=CATALOG, order=place)
    for place, ware in enumerate(WARES):
        item(p, ware, place)
    guests = p.add("item_option_new_set", "guests", title="Gæster", internal_name="gaester", type="one_to_many")
    ask_all(p, "guests", GUEST_ROWS, variable_set=guests)
    p.add("io_set_item", "guests", sc_cat_item=item_id("Gæst på det trådløse net"), variable_set=guests)
    contact = p.add("item_option_new_set", "contact", title="Kontakt", internal_name="kontakt", type="one_to_one")
    ask_all(p, "contact", (must(LINE, "kontakt_telefon", "Hvilket nummer må vi ringe på?"),), variable_set=contact)
    p.add("io_set_item", "contact", sc_cat_item=item_id("Ergonomisk hjælpemiddel"), variable_set=contact)
    for name, asked, value, then in POLICIES:
        policy(p, name, (asked, value), then)


def item(p: Planting, ware: Ware, place: int) -> None:
    more: dict[str, Any] = {"_scripts": json.dumps(ware.scripts)} if ware.scripts else {}
    more |= {"table_name": "incident"} if ware.table == "sc_cat_item_producer" else {}
    row: dict[str, Any] = {"_approval": ware.approval, "_flow": str(ware.flow).lower(), **more}
    sys_id = p.add(
        ware.table,
        ware.name,
        name=ware.name,
        sys_name=ware.name,
        short_description=ware.text,
        description=f"<p>{ware.text}.</p>",
        category=identity("sc_category", ware.shelf),
        sc_catalogs=CATALOG,
        price=ware.price,
        group=group_id(ware.group),
        owner=identity("sys_user", 7),
        roles=ware.roles,
        order=place * 10,
        **row,
    )
    ask_all(p, ware.name, ware.asks, cat_item=sys_id)


def ask_all(p: Planting, owner: str, asks: tuple[Ask, ...], **belongs: Any) -> None:
    """The variables of an item or of a set, in order."""
    for place, ask in enumerate(asks):
        key = ask.name or f"{place}"
        sys_id = variable_id(owner, key)
        p.add(
            "item_option_new",
            owner,
            key,
            name=ask.name,
            question_text=ask.label,
            type=ask.kind,
            mandatory=str(ask.mandatory).lower(),
            order=place * 10,
            **belongs,
            **ask.more,
        )
        for index, (value, text) in enumerate(ask.choices):
            p.add("question_choice", owner, key, value, question=sys_id, text=text, value=value, order=index)


def policy(p: Planting, name: str, when: tuple[str, str], then: str) -> None:
    """A UI policy: one variable is shown and mandatory only with a value of another."""
    field_name, value = f"IO:{variable_id(name, when[0])}", when[1]
    condition = {"field": field_name, "oper": "=", "value": value, "type": "string", "or": False, "newquery": False}
    sys_id = p.add(
        "catalog_ui_policy",
        name,
        short_description=f"{then} kun ved {when[0]} = {value}",
        catalog_item=item_id(name),
        catalog_conditions=f"{field_name}={value}^EQ",
        _conditions=json.dumps([condition]),
    )
    action: dict[str, Any] = {"visible": "true", "mandatory": "true", "disabled": "ignore"}
    p.add("catalog_ui_policy_action", name, ui_policy=sys_id, catalog_variable=f"IO:{variable_id(name, then)}", **action)
