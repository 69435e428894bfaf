"""Intents and marks in Danish words, for those who review and check what Kollega understands."""

from nlu.understanding import OUT_OF_SCOPE

LABELS = {  # as on the buttons in the chat, in the middle of a sentence
    "case.create": "melde en fejl",
    "case.status": "se status på en sag",
    "case.list": "se mine sager",
    "case.comment": "skrive på en sag",
    "case.time": "registrere tid",
    "case.work": "arbejde på en sag",
    "case.close": "lukke en sag",
    "mailbox.create": "oprette en fællespostkasse",
    "mailbox.add_member": "give adgang til en postkasse",
    "mailbox.auto_reply": "sætte autosvar på en postkasse",
    "distribution_list.create": "oprette en liste",
    "distribution_list.add_member": "føje nogen til en liste",
    "distribution_list.remove_member": "fjerne nogen fra en liste",
    "distribution_list.change_owner": "skifte ejer på en liste",
    "distribution_list.show": "se hvem der er på en liste",
    "catalog.order": "bestille noget",
    "journal.file": "journalisere en mail",
    "journal.status": "se om noget er journaliseret",
    "oversight.run": "køre et ledelsestilsyn",
    "oversight.result": "se et ledelsestilsyn",
    "access_request.open": "starte en indsigtsanmodning",
    "access_request.status": "se en indsigtsanmodning",
    "approval.list": "se hvad der venter på mig",
    "activity.list": "se hvad du har gjort",
    "human": "tale med et menneske",
    "help": "se hvad jeg kan",
    "greeting": "sige hej",
    "thanks": "sige tak",
    "cancel": "stoppe",
    OUT_OF_SCOPE: "noget helt andet",
}

ENTITIES = {
    "case_number": "sagsnummer",
    "records_case": "sag i eDoc",
    "kle": "KLE-nummer",
    "email": "mailadresse",
    "person": "person",
    "list_name": "liste",
    "mailbox_name": "postkasse",
    "duration_minutes": "varighed i minutter",
    "date": "dato",
    "period": "periode",
    "system": "system",
    "cpr": "CPR-nummer",
}
MASKS = {"xcase": "case_number", "xrecord": "records_case", "xkle": "kle", "xmail": "email", "xperson": "person", "xlist": "list_name"}
MASKS |= {"xbox": "mailbox_name", "xdur": "duration_minutes", "xdate": "date", "xperiod": "period", "xcpr": "cpr"}

_MARKS = {
    "o_list": "en liste", "o_box": "en postkasse", "o_case": "en sag", "o_records": "mails og journal", "o_oversight": "et tilsyn",
    "o_access": "en indsigt", "o_approval": "en godkendelse", "o_runs": "kørsler", "o_gear": "udstyr", "o_right": "en adgang",
    "o_person": "en person", "o_none": "ingen bestemt ting",
    "a_create": "oprette", "a_new": "noget nyt", "a_add": "tilføje", "a_remove": "fjerne", "a_left": "nogen er holdt op", "a_show": "vise",
    "a_file": "lægge på en sag", "a_filed": "er lagt på en sag", "a_done": "er gjort", "a_status": "hvordan det går", "a_run": "køre",
    "a_result": "et resultat", "a_time": "tid", "a_comment": "skrive noget til", "a_work": "behandle", "a_close": "lukke", "a_back": "virker igen",
    "a_order": "bestille", "a_lack": "noget mangler", "a_fault": "noget er i stykker", "a_stop": "stoppe", "a_own": "en ejer", "a_auto": "et autosvar", "a_human": "et menneske",
    "a_kind": "høflighed", "a_skill": "hvad Kollega kan", "a_off": "af en liste", "a_onto": "på en liste", "a_no_longer": "ikke længere",
    "a_not_getting": "nogen får det ikke", "a_go_on": "skal på", "a_go_off": "skal af", "a_back_again": "tilbage igen", "a_sign": "en underskrift",
    "a_how_far": "hvor langt det er", "a_amount": "en mængde", "a_for_me": "gjort for mig", "a_on_me": "venter på mig", "a_put_on_case": "over på en sag",
    "a_all_about": "alt om nogen",
    "f_what": "spørger hvad", "f_who": "spørger hvem", "f_when": "spørger hvornår", "f_how": "spørger hvordan", "f_where": "spørger hvor",
    "f_which": "spørger hvilken", "f_why": "spørger hvorfor", "f_you": "taler til Kollega", "f_i": "taler om sig selv", "f_may": "spørger om noget kan lade sig gøre",
    "f_will": "spørger om Kollega vil", "f_must": "noget skal ske", "f_not": "en nægtelse", "f_is": "fortæller hvad der er", "f_howto": "spørger hvordan man gør",
    "f_yes_no": "et ja-nej-spørgsmål", "f_statement": "en oplysning", "f_short": "få ord", "f_asks": "et spørgsmålstegn", "f_perfect": "noget er sket",
}  # fmt: skip


def wish(intent: str) -> str:
    """An intent in words: "journalisere en mail"."""
    return LABELS.get(intent, intent)


def mark(name: str) -> str:
    """A mark of nlu/actions.py or nlu/features.py in words; the bare name of one that is new."""
    if name.startswith("s_"):
        return f"”{' … '.join(name[2:].split('_'))}”"
    return " + ".join(_one(part) for part in name.split("__"))


def _one(name: str) -> str:
    if name.startswith("e_"):
        return f"nævner {ENTITIES.get(name[2:], name[2:])}"
    if name.startswith("1"):
        return f"begynder med {_one(name[1:])}"
    return _MARKS.get(name, name[2:])
