"""The knowledge base: short articles in Danish, and the service desk's own."""

from datetime import timedelta
from typing import Any

from simulators.servicenow.planting import Planting, user_id, user_name
from simulators.servicenow.values import identity
from simulators.world import AMIR, NOW

OPEN, OWN = "Selvhjælp", "Servicedesk intern"
ARTICLES = (  # title, category, meta words, text, base
    (
        "Papirstop i printeren",
        "Print",
        "printer kb papir jam",
        "Åbn låge A, og fjern papir i bevægelsesretningen. Tjek bakke 2 for hængende ark. Luk lågen, og vent et minut.",
        OPEN,
    ),
    (
        "Follow-me print: hent dine udskrifter",
        "Print",
        "kort udskrift kø",
        "Hold dit adgangskort på læseren, vælg Hent alle. Jobs slettes efter 24 timer.",
        OPEN,
    ),
    (
        "Nulstil din adgangskode selv",
        "Adgang",
        "password kodeord glemt låst",
        "Gå til selvbetjening fra en anden enhed, og vælg Glemt adgangskode. Bekræft med din telefon.",
        OPEN,
    ),
    (
        "Totrinsbekræftelse på ny telefon",
        "Adgang",
        "mfa authenticator kode",
        "Fjern den gamle telefon under Sikkerhedsoplysninger, og tilføj den nye.",
        OPEN,
    ),
    (
        "VPN hjemmefra",
        "Netværk",
        "hjemmearbejde forbindelse",
        "Start VPN-klienten, og log på med dit KK-login. Falder den ud, så genstart routeren.",
        OPEN,
    ),
    (
        "Trådløst net på kontoret",
        "Netværk",
        "wifi wlan kk-net",
        "Vælg KK-Net. Gæster bruger KK-Gæst, som værten bestiller i kataloget.",
        OPEN,
    ),
    (
        "Del din kalender i Outlook",
        "Outlook",
        "kalender deling",
        "Højreklik på kalenderen, vælg Deling, og giv lederen rettigheden Kan se alle detaljer.",
        OPEN,
    ),
    (
        "Fællespostkasse vises ikke",
        "Outlook",
        "mailbox delt postkasse",
        "Der kan gå op til fire timer efter tildeling. Genstart Outlook bagefter.",
        OPEN,
    ),
    ("Lyd i Teams-møder", "Teams", "mikrofon headset", "Vælg enhed under Indstillinger, Enheder. Lav et testopkald.", OPEN),
    (
        "Journalisér en mail i eDoc",
        "eDoc",
        "journalisering sag dokument",
        "Åbn mailen, vælg Journalisér, og find sagen på nummer eller titel.",
        OPEN,
    ),
    (
        "Mistænkelig mail",
        "Sikkerhed",
        "phishing svindel link",
        "Klik ikke på links. Meld mailen med knappen Rapportér, og ring til Servicedesk, hvis du har klikket.",
        OPEN,
    ),
    ("Mistet eller stjålet udstyr", "Sikkerhed", "tyveri tabt pc mobil", "Ring straks til Servicedesk, så enheden kan spærres.", OPEN),
    ("Bestil en bærbar pc", "Udstyr", "laptop computer", "Bestil i servicekataloget. Din leder godkender. Levering tager fem dage.", OPEN),
    (
        "Id-kontrol ved nulstilling",
        "Adgang",
        "identitet kontrol",
        "Spørg om medarbejdernummer, og ring tilbage på nummeret i telefonbogen.",
        OWN,
    ),
)


def plant(p: Planting) -> None:
    """Everything of this file."""
    for base in (OPEN, OWN):
        p.add("kb_knowledge_base", base, title=base, owner=user_id(AMIR))
    for n, (title, shelf, meta, text, base) in enumerate(ARTICLES, 1):
        if identity("kb_category", base, shelf) not in p.rows["kb_category"]:
            p.add("kb_category", base, shelf, label=shelf, value=shelf.lower(), parent_id=identity("kb_knowledge_base", base))
        p.add(
            "kb_knowledge",
            n,
            at=NOW - timedelta(days=30 * n),
            by=user_name(AMIR),
            number=f"KB{10000 + n:07d}",
            short_description=title,
            text=f"<p>{text}</p>",
            meta=meta,
            workflow_state="published",
            kb_knowledge_base=identity("kb_knowledge_base", base),
            kb_category=identity("kb_category", base, shelf),
            author=user_id(AMIR),
            published=(NOW - timedelta(days=30 * n)).date(),
            valid_to="2100-01-01",
        )
    draft: dict[str, Any] = {"short_description": "Ny printer på 4. sal", "text": "<p>Udkast.</p>", "workflow_state": "draft"}
    p.add("kb_knowledge", "draft", by=user_name(AMIR), kb_knowledge_base=identity("kb_knowledge_base", OPEN), author=user_id(AMIR), **draft)
