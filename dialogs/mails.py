"""Choosing mails from one's inbox, in words or from a list, as a kind of answer."""

import asyncio
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.outlook import Mail, MailQuery, Outlook
from dialogs import pointing, texts, words
from dialogs.fields import At, Bad, Got, Kind, Reading, Which
from dialogs.filing import NEW_CASE
from dialogs.mail_words import Wanted, wanted
from dialogs.turn import Turn
from nlu.normalise import fold

LISTED = 8
PREFIX = re.compile(r"^\s*(?:(?:sv|vs|re|fw|fwd|aw)\s*:|\[ekstern\])\s*", re.I)
NEWEST = re.compile(r"\b(?:nyeste|seneste|sidste|første|øverste|den jeg lige (?:fik|har fået))\b(?:\s+(?:mail|besked|e-mail))?", re.I)
COUNT, LATEST = f"({pointing.COUNT})", "(?:nyeste|seneste|sidste|øverste|første)"
SEVERAL = re.compile(
    rf"\b(?:de|mine)\s+(?:{COUNT}\s+)?{LATEST}\s+(?:{COUNT}\s+)?(?:mails|beskeder|e-mails)|\bde\s+{COUNT}\s+{LATEST}\b(?!\s+(?:dage|uger|timer|måneder))",
    re.I,
)
NOT_THAT = re.compile(r"^nej\W+(?:det (?:er|var)\s+)?den anden\b\W*$", re.I)  # the second, or another than somebody thinks of
SPOKEN_OF = re.compile(r"\b(?:e-?mails?|mails?|mailen|beskeden?|beskeder)\b|\b(?:den|dem|de)\b.*\bfra\b|^fra\b", re.I)
A_CASE = re.compile(r"^(?:(?:på|paa|under|til)\s+)?(?:(?:den|en)\s+(?:anden|forkerte?)\s+)?(?:edoc-?)?(?:sagen?\b|20\d{2}-\d{5,7}\b)", re.I)
LOOKED_THROUGH = 250  # mails of which the subjects are compared when none holds all the words


class MailRef(BaseModel):
    """A chosen mail, as the form keeps it."""

    model_config = ConfigDict(extra="ignore")

    id: str
    internet_message_id: str
    subject: str
    sender: str
    received: datetime
    files: list[str] = []
    links: list[str] = []  # attachments that are only links: their content is not in the mail

    @property
    def label(self) -> str:
        return f"{self.sender}: {self.subject or '(uden emne)'}"


def cleaned(subject: str) -> str:
    """A subject without SV:, VS:, [EKSTERN] and CPR numbers, at most 200 characters: a document's title."""
    while (shorter := PREFIX.sub("", subject)) != subject:
        subject = shorter
    return texts.shortened(texts.masked(subject.strip()), 200) or "Mail uden emne"


class Mails(Kind):
    """One or more mails of one's own inbox."""

    searches = True

    drawn = "choices"

    @override
    async def read(self, text: str, at: At) -> Reading:
        if at.offered and (reading := self._pointed(text, at)):
            return reading
        plain = text.strip(" .!?")
        if words.means(text) or A_CASE.match(plain) or NEW_CASE.match(plain):
            return None  # the last two: a case, not a mail
        return await self.sought(text, at)

    @staticmethod
    def _pointed(text: str, at: At) -> Reading:
        """Those of the list that a text points at."""
        offered = [one["value"] for one in at.offered]
        if len(offered) != 2 and (NOT_THAT.match(at.event.text.strip()) or words.bare(text) in pointing.BOTH):
            return Bad(
                f"Der er {texts.count(len(offered), 'mail', 'mails')} på listen. Skriv numrene, fx ”2” eller ”1 og 3”, eller hvem de er fra."
            )
        if many := pointing.newest(text):
            return Got(sorted(offered, key=lambda mail: str(mail["received"]), reverse=True)[:many])
        places = pointing.ordinals(text, len(offered))
        return Got([offered[place] for place in places]) if places else None

    @override
    async def find(self, text: str, at: At) -> Reading:
        return await self.sought(text, at) if SPOKEN_OF.search(text) else None

    async def sought(self, text: str, at: At) -> Reading:
        """The mails that a sentence means, which speaks of mails or answers the question for them."""
        meaning = at.understood()
        query = wanted(text, meaning.entities if meaning else {})
        if not query and (several := SEVERAL.search(text)):
            return await self._newest(next((one for one in several.groups() if one), ""), at)
        newest = bool(NEWEST.search(text))
        if not query and not newest:
            return None
        mails = await self._search(query, at)
        if mails and (len(mails) == 1 or newest):
            return Got([(await chosen(mails[0], at)).model_dump(mode="json")])
        if mails and query.all_of_them and len(mails) < LISTED:
            return Got(await kept(mails, at))
        if mails:
            return await self._choose(
                f"Jeg fandt {len(mails) if len(mails) < LISTED else 'flere'}, der passer. Hvilke skal med?", mails, at
            )
        told = f"Jeg fandt ingen mails {query.told()}"
        others = await self._search(replace(query, since=None, until=None), at) if query.since and (query.sender or query.words) else []
        if others:
            return await self._choose(f"{told}. Er det en af de her fra andre dage?", others, at)
        return Bad(f"{told}. Vælg blandt de nyeste, eller skriv en afsender, et emne eller en dag.")

    async def _newest(self, said: str, at: At) -> Reading:
        """The newest ones, as many as were said and as a list shows; without a number there is none but the list."""
        if not said:
            return None
        count = pointing.NUMBERS.get(said.lower()) or int(said)
        mails = await at.desk.systems.get(Outlook).mails(at.event.who.id, MailQuery(limit=max(1, min(count, LISTED))))
        return Got(await kept(mails, at)) if mails else None

    @staticmethod
    async def _search(query: Wanted, at: At) -> list[Mail]:
        """Mails that hold all the words; failing that, those whose subject holds most of them. One whose subject has them all stands alone."""
        outlook = at.desk.systems.get(Outlook)
        days = {"sender": query.sender, "since": query.since, "until": query.until}
        mails = await outlook.mails(at.event.who.id, MailQuery(words=query.words, limit=LISTED, **days))
        telling = texts.stems(query.words)
        said = fold(query.words).split()
        if not mails and telling:
            every = await outlook.mails(at.event.who.id, MailQuery(limit=LOOKED_THROUGH, **days))
            shared = [(len(telling & texts.stems(mail.subject)), mail) for mail in every]
            mails = [mail for count, mail in sorted(shared, key=lambda pair: -pair[0]) if count * 2 >= max(2, len(telling))][:LISTED]
        named = [mail for mail in mails if said and all(word in fold(mail.subject) for word in said)]
        return named if len(named) == 1 else mails

    @staticmethod
    async def _choose(question: str, mails: list[Mail], at: At) -> Which:
        return Which(question, tuple(zip((label(mail, at) for mail in mails), await kept(mails, at), strict=True)))

    @override
    async def take(self, raw: str, at: At) -> Reading:
        places = [int(part) - 1 for part in raw.split(",") if part.strip().isdigit()]
        taken = [at.offered[place]["value"] for place in places if 0 <= place < len(at.offered)]
        return Got(taken) if taken else Bad("Vælg mindst én mail.")

    @override
    def show(self, value: Any) -> str:
        return "; ".join(shown(MailRef.model_validate(mail)) for mail in value)

    @override
    def raw(self, value: Any) -> str:
        return ""


def shown(mail: MailRef) -> str:
    """One mail in the summary, with its attachments."""
    said = f"”{texts.plain(mail.subject or '(uden emne)')}” fra {texts.plain(mail.sender)}"
    if mail.files:
        said += f" med {texts.count(len(mail.files), 'bilag', 'bilag')}: {texts.names(texts.plain(name) for name in mail.files)}"
    if mail.links:
        said += f" (kun som link, indholdet følger ikke med: {texts.names(texts.plain(name) for name in mail.links)})"
    return said


def label(mail: Mail, at: At) -> str:
    """One mail in a list: who, what, when, and whether it is filed."""
    filed = ", journaliseret" if "Journaliseret" in mail.categories else ""
    return f"{mail.sender_name or mail.sender_email}: {texts.shortened(mail.subject or '(uden emne)', 70)} ({texts.when(mail.received_at, at.desk.now())}{filed})"


async def chosen(mail: Mail, at: At) -> MailRef:
    """The mail as the form keeps it, with the names of what is attached."""
    attachments = await at.desk.systems.get(Outlook).attachments(at.event.who.id, mail.id) if mail.has_attachments else []
    return MailRef(
        id=mail.id,
        internet_message_id=mail.internet_message_id,
        subject=texts.masked(mail.subject),
        sender=mail.sender_name or mail.sender_email,
        received=mail.received_at,
        files=[texts.masked(one.name) for one in attachments if one.kind != "reference" and not one.inline],
        links=[texts.masked(one.name) for one in attachments if one.kind == "reference"],
    )


async def kept(mails: list[Mail], at: At) -> list[dict[str, Any]]:
    """Mails as the form keeps them."""
    refs = await asyncio.gather(*(chosen(mail, at) for mail in mails))
    return [ref.model_dump(mode="json") for ref in refs]


async def pointed_at(turn: Turn, mail: str) -> dict[str, Any]:
    """The mail that was pointed at, as a form keeps it."""
    found = await turn.desk.systems.get(Outlook).mail(turn.event.who.id, mail)
    return (await chosen(found, At(turn.desk, turn.event, {}))).model_dump(mode="json")


async def listed(at: At) -> list[dict[str, Any]]:
    """The newest mails of the inbox, as choices."""
    mails = await at.desk.systems.get(Outlook).mails(at.event.who.id, MailQuery(limit=LISTED))
    return [{"label": label(mail, at), "value": ref} for mail, ref in zip(mails, await kept(mails, at), strict=True)]
