"""What the requests about distribution lists share: the list and who owns it, whether it can be changed at all, and people put on or taken off."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.errors import NotFound, Refused
from connectors.exchange import Exchange
from connectors.exchange_models import MailList, Member, Outcome
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague
from dialogs.finishing import finish
from dialogs.form import Ask, Notice
from dialogs.lookups import List, Thing
from dialogs.people_table import Crowd, kept, listed
from dialogs.side_by_side import one_wish_each
from dialogs.standard import Standard
from dialogs.talk import Button
from jobs.engine import Job

KINDS = {"dynamic": "bliver lavet automatisk efter en regel, så ingen kan skrives på eller tages af"}


def exchange(at: At) -> Exchange:
    """Exchange, as a turn has it at hand."""
    return at.desk.systems.get(Exchange)


async def named(text: str, at: At) -> list[Thing]:
    """Lists whose name holds every word, best first; teams only where there is no such list."""
    some = await exchange(at).lists(text)
    lists = [one for one in some if one.kind != "team"]
    return [Thing(id=one.id, name=one.name, detail=one.email, kind=one.kind) for one in lists or some]


WHICH = Ask(
    "Hvilken liste?",
    "Liste",
    List(named),
    ("liste", "listen", "distributionsliste", "mailliste"),
    "Skriv listens navn eller adresse, som den står i Outlook, fx ”Barsel Info”.",
    told="listen er {}",
)


def colleague(member: Member) -> Colleague:
    """A member as an answer holds one."""
    return Colleague(id=member.id, name=member.name, email=member.email)


async def on_it(at: At) -> Sequence[Colleague] | None:
    """Who is on the list that was chosen; nobody before it is. None: its members are hidden from this person."""
    chosen = at.answers.get("list")
    if not chosen:
        return []
    try:
        one = await exchange(at).mail_list(chosen["id"])
    except (NotFound, Refused):
        return []  # a team: `untouchable` says so
    if one.hidden_members and at.event.who.id not in {one.id for one in await owning(at)}:
        return None
    return [colleague(one) for one in await exchange(at).members(chosen["id"]) if one.kind != "gone"]


async def owning(at: At) -> list[Colleague]:
    """Who owns the list that was chosen. One who has left is no owner any more; a team has its owners in Teams."""
    return [colleague(one) for one in await exchange(at).owners(at.answers["list"]["id"]) if one.kind != "gone"]


def fixed(found: MailList) -> str:
    """Why a list cannot be changed from here; "" when it can."""
    if found.synced:
        return "styres fra det lokale netværk (AD), så den kan ikke ændres herfra"
    return KINDS.get(found.kind, "")


async def of_team(exchange: Exchange, team_id: str, name: str) -> str:
    """That it is a team in Teams, and who changes it there."""
    owners = [texts.plain(one.name) for one in await exchange.team_owners(team_id) if one.kind != "gone"]
    who = f"{listed(owners)} ejer det og kan" if owners else "De, der ejer det, kan"
    return f"{texts.plain(name)} er et team i Teams, ikke en liste. {who} ændre det i Teams under ”Administrer team”."


async def untouchable(at: At, wish: str) -> Notice | None:
    """The end of a form about a list that cannot be changed: why, and a case for those who can."""
    chosen: dict[str, Any] = at.answers["list"]
    if chosen.get("kind") == "team":
        return Notice(await of_team(exchange(at), chosen["id"], chosen["name"]), stop=True)
    why = fixed(await exchange(at).mail_list(chosen["id"]))
    if not why:
        return None
    name = texts.plain(chosen["name"])
    case = Button(label="Opret en sag om det", do="offer", data={"intent": "case.create", "text": f"{wish} ({chosen['name']} {why})"})
    return Notice(f"{name} {why}. Servicedesk kan gøre det.", (case,), stop=True)


def told(outcomes: Sequence[Outcome], names: dict[str, str], did: str) -> str:
    """What became of the people: those it was done for, those who were so before, and each one who failed, with the reason."""
    groups: dict[str, list[str]] = {}
    for one in outcomes:
        groups.setdefault(one.state, []).append(texts.plain(names.get(one.person, one.person)))
    says = {
        "done": "{who} {did}.",
        "already": "{who} {did} i forvejen.",
        "unknown": "Exchange kender ikke {who}.",
        "refused": "Exchange afviste {who}.",
        "failed": "Det lykkedes ikke for {who}. Bed mig om det igen.",
    }
    return " ".join(sentence.format(who=listed(groups[state]), did=did) for state, sentence in says.items() if state in groups)


def outcome_of(outcomes: Sequence[Outcome]) -> str:
    """In a word for the run: "nothing" where nobody was changed."""
    if all(one.state in {"done", "already"} for one in outcomes):
        return "done"
    return "partly" if any(one.state == "done" for one in outcomes) else "nothing"


class OfList(Standard):
    """A request about a list that exists: its owners decide, and it must be one that can be changed from here."""

    thing: ClassVar[str] = "list"

    list: Annotated[Thing, WHICH]

    @classmethod
    @override
    async def owners(cls, at: At) -> Sequence[Colleague]:
        return await owning(at)

    @classmethod
    @override
    async def split(cls, text: str, at: At) -> Sequence[str]:
        """A wish for each of several lists that stand beside each other: "på Barsel Info, Festudvalget og Elever 2025"."""
        return await one_wish_each(text, "list_name", named, at)

    @classmethod
    def wish(cls, at: At) -> str:
        """What is asked for, as the title of a case for those who can do it."""
        raise NotImplementedError

    @classmethod
    @override
    async def hinders(cls, at: At) -> Notice | None:
        return await untouchable(at, cls.wish(at))

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return texts.plain(answers["list"]["name"]) if answers.get("list") else "listen"


class Membership(OfList):
    """People who are put on a list or taken off it. reverse: the request that undoes it."""

    reverse: ClassVar[str]

    members: Crowd

    @property
    def number(self) -> str:
        """How many, in words."""
        return texts.count(len(self.members.people), "person", "personer")

    async def is_secret(self, desk: Desk) -> bool:
        """Whether who is on the list is hidden from the one who asks."""
        exchange = desk.systems.get(Exchange)
        if not (await exchange.mail_list(self.list.id)).hidden_members:
            return False
        return self.requester.id not in {one.id for one in await exchange.owners(self.list.id)}

    async def ended(self, desk: Desk, job: Job, outcomes: Sequence[Outcome], did: str) -> str:
        """Say what became of each, and keep for whom it can be undone."""
        done = {one.person for one in outcomes if one.state == "done"}
        rows = [row for row in self.members.rows if row.status == "found" and row.person and row.person.id in done]
        if await job.step("hidden", self.is_secret, desk, on="exchange"):  # whoever asks must not learn who was on it
            outcomes = [one.model_copy(update={"state": "done"}) if one.state == "already" else one for one in outcomes]
            done = set()
        back = {"intent": self.reverse, "answers": {"list": self.list.model_dump(), "members": kept(rows)}}
        said = told(outcomes, {one.id: one.name for one in self.members.people}, f"{did} {texts.plain(self.list.name)}")
        return await finish(self, desk, job, said, outcome=outcome_of(outcomes), back=back if done else None)
