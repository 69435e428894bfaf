"""Sign a run: the text is shown whole, a yes is a yes to exactly that, and it goes into the chain of proof with the hashes.

What is signed is looked at again when the job signs it: if a judgement has changed since, nothing is signed.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from dialogs import texts, words
from dialogs.desk import Desk
from dialogs.fields import At, Bad, Colleague, Got, Kind, Reading, Text
from dialogs.form import Ask, Notice, Request
from dialogs.oversight import judged, myself, periods, samples, signing, telling
from dialogs.oversight.judging import CARRIED_OVER as CARRIED
from dialogs.oversight.pointed import named_by, permitted, pointed
from dialogs.oversight.rights import REFUSAL, may_see, office
from dialogs.oversight.signing import Signed, Taken
from dialogs.oversight.store import Run
from dialogs.starting import start
from dialogs.talk import Button, Fact, Reply
from dialogs.turn import Turn
from jobs.engine import Job

MOST_MINUTES = 10_000
USED = re.compile(r"\bbrug(?:t|te)\b|\btog\b|\btaget\b", re.I)
CHANGED = "Der er ændret noget, siden teksten blev vist, så der er ikke skrevet under. Se teksten igen."
TOUCHED = "Fundene er ikke længere, som de var, da tilsynet blev kørt, så der kan ikke skrives under på dem. Kør tilsynet igen."


class Minutes(Kind):
    """Minutes that people used, as a number or in words."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        number = re.search(r"\d{1,5}", text) if re.fullmatch(r"\W*\d{1,5}\s*(?:min\w*)?\W*", text.strip(), re.I) else None
        said = at.desk.understand(text, texts.local(at.desk.now()).date()).entities.get("duration_minutes")
        minutes = int(number[0]) if number else said
        if minutes is None:
            return None if words.means(text) else Bad("Skriv det i minutter eller timer, fx ”30” eller ”halvanden time”.")
        return Got(int(minutes)) if int(minutes) <= MOST_MINUTES else Bad("Det er for meget. Skriv det i minutter.")

    @override
    async def find(self, text: str, at: At) -> Reading:
        said = at.desk.understand(text, texts.local(at.desk.now()).date()).entities.get("duration_minutes") if USED.search(text) else None
        return Got(int(said)) if said is not None and int(said) <= MOST_MINUTES else None

    @override
    async def propose(self, at: At) -> Reading:
        run = await office(at.desk).runs.get(at.answers.get("of", ""))
        if run is None:
            return None
        entries, versions = await office(at.desk).judgements.of(run), await office(at.desk).signatures.of(run)
        return Got(signing.spent(entries, versions[-1].until if versions else 0))

    @override
    def show(self, value: Any) -> str:
        return texts.count(int(value), "minut", "minutter")

    @override
    def raw(self, value: Any) -> str:
        return str(value)


class Form(Request):
    """Which run; a conclusion where the signer writes one, and the minutes that people used."""

    intent: ClassVar[str] = "oversight.sign"
    spoken: ClassVar[bool] = False
    yes: ClassVar[str] = "Ja, skriv under"
    going: ClassVar[str] = "Jeg skriver det ind og giver besked, når det er gjort."
    example: ClassVar[str] = "konklusion: fundene er fulgt op"
    rechecks: ClassVar[bool] = True
    differing: ClassVar[str] = "Der er ændret noget, mens du læste."

    of: str
    title: str = ""
    version: int = 1
    digest: str = ""
    until: int = 0
    lines: tuple[tuple[str, str], ...] = ()
    conclusion: Annotated[
        str,
        Ask(
            "Hvad konkluderer du?",
            "Konklusion",
            Text(least=3, most=1500),
            ("konklusion", "konklusionen"),
            "En eller to sætninger om, hvad tilsynet viser, og hvad der skal ske. Den kommer med i rapporten.",
            told="konklusionen er ”{}”",
            required=False,
        ),
    ] = ""
    minutes_used: Annotated[
        int,
        Ask(
            "Hvor lang tid har I brugt på at vurdere?",
            "Brugt tid",
            Minutes(),
            ("brugt tid", "tid", "minutter"),
            "Det trækkes fra den tid, tilsynet ellers tager, så gevinsten ikke bliver for stor. Skriv fx ”30 minutter”.",
            told="I har brugt {}",
            required=False,
        ),
    ] = 0

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return "underskriften på tilsynet"

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        run = await office(at.desk).runs.get(at.answers["of"])
        if not await may_see(at.desk, at.event.who.id):
            return Notice(REFUSAL, stop=True)
        if run is None:
            return Notice("Den kørsel findes ikke længere.", stop=True)
        if barred := await bars(at.desk, run, Colleague.model_validate(at.answers["requester"])):
            return barred
        draft = await signing.drafted(office(at.desk), run)
        title = f"{run.title}, {periods.said(run.period)}"
        again = f"Det er underskrevet af {texts.plain(draft.before.signed_by)} og ændret siden." if draft.before else ""
        lines = [list(one) for one in draft.lines]
        adds = {"title": title, "version": draft.version, "digest": draft.digest, "until": draft.until, "lines": lines}
        return Notice(again, adds=adds)

    @override
    def confirm(self) -> str:
        return f"Du skriver under på ledelsestilsynet ”{texts.plain(self.title)}”: ”{signing.SENTENCE}” Passer det?"

    @override
    def facts(self) -> list[Fact]:
        return [*(Fact(label=label, value=texts.plain(value)) for label, value in self.lines), *super().facts()]

    @override
    async def cleared(self, desk: Desk, job: Job) -> str:
        """The right once more, by who ordered it."""
        if await job.step("rights", may_see, desk, job.order.person["id"], returns=bool, on="directory"):
            return ""
        await job.tell("refused", {"reply": Reply(text=REFUSAL).model_dump(mode="json")})
        return "refused"


async def bars(desk: Desk, run: Run, me: Colleague) -> Notice | None:
    """Why this person cannot sign the run now, as far as can be seen at once."""
    oversight, data = office(desk), {"run": run.id}
    if not run.is_whole:
        text = f"Der kan kun skrives under på et tilsyn, der er kørt helt igennem. {telling.answer(run)}"
        return Notice(text, stop=True)
    wanted = await judged.to_judge(oversight, run)
    if left := await oversight.judgements.left(run, wanted):
        wish = samples.of_head(await oversight.of(run)) if wanted is None else None
        sample = f" Tilsynet er med stikprøve ({wish.said}), så du kan nøjes med at vurdere den: skriv ”tag en stikprøve”." if wish else ""
        text = f"{texts.count(len(left), 'fund', 'fund')} er ikke vurderet. Det skal være gjort, før der kan skrives under.{sample}"
        return Notice(text, (Button(label="Vurdér fund", do="oversight judge", data=data),), stop=True)
    if signed := await oversight.signatures.current(run):
        text = f"{texts.plain(signed.signed_by)} skrev under {texts.when(signed.at, desk.now())} (version {signed.version}), og der er ikke ændret noget siden."
        return Notice(text, done(run.id), stop=True)
    if run.by_id == me.id:
        return await another(desk, run, me, "Du har selv kørt tilsynet, så en anden skal skrive under.")
    own = await signing.own_rows(oversight, run, myself.at_once(me))
    return await another(desk, run, me, about_you(own)) if own else None


def about_you(own: list[int]) -> str:
    """Why somebody else signs."""
    return f"{judged.spoken(own).capitalize()} handler om dig selv, så det er en anden, der skal skrive under."


async def another(desk: Desk, run: Run, me: Colleague, why: str) -> Notice:
    """Somebody else signs: the way to ask the person's manager."""
    above = await myself.chief(desk, me.id)
    if above is None:
        return Notice(f"{why} Bed en anden leder om det.", stop=True)
    text = f"{why} Din leder er {texts.plain(above.name)}."
    return Notice(text, (Button(label="Bed om underskrift", do="oversight ask", data={"run": run.id}),), stop=True)


def done(run: str) -> tuple[Button, ...]:
    """What comes after signing."""
    return (Button(label="Journalisér tilsynet", do="oversight journal", data={"run": run}),)


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Look at it once more, keep the signature beside the run and in the chain of proof, and say so."""
    why = await job.step("look again", looked, desk, form, on="oversight")
    by_hand = None if why else await job.step("sign", kept, desk, form, job.order.key, returns=int | None, on="oversight")
    if by_hand is None:
        again = (Button(label="Se teksten igen", do="oversight sign", data={"run": form.of}),)
        reply = Reply(text=why or "En anden har skrevet under i mellemtiden.", buttons=again, key=f"sign-{job.reference}")
        await job.tell("not signed", {"reply": reply.model_dump(mode="json")})
        return "nothing"
    await job.step("prove", proved, desk, form, job.order.key, on="jobs")
    job.by_hand, job.spent, job.minutes = by_hand, form.minutes_used, by_hand - form.minutes_used
    text = f"Du har skrevet under på ”{texts.plain(form.title)}” (version {form.version})."
    reply = Reply(text=text, buttons=done(form.of), key=f"signed-{job.reference}")
    await job.tell("done", {"reply": reply.model_dump(mode="json")})
    return "done"


async def looked(desk: Desk, form: Form) -> str:
    """Why it is not signed after all, in Danish; "" where nothing stands in the way. Here everything that the person is called is looked up."""
    oversight = office(desk)
    run = await oversight.runs.get(form.of)
    if run is None:
        return "Den kørsel findes ikke længere."
    if not await signing.is_intact(oversight, run):
        return TOUCHED
    own = await signing.own_rows(oversight, run, await myself.everywhere(desk, form.requester))
    if own:
        return about_you(own)
    return "" if (await signing.drafted(oversight, run)).digest == form.digest else CHANGED


async def kept(desk: Desk, form: Form, key: str) -> int | None:
    """The signature, kept once; the minutes by hand that it settles. None: somebody else has signed that version."""
    oversight = office(desk)
    run = await oversight.runs.get(form.of)
    if run is None:
        return None
    one = Signed(
        run.by_name, form.requester.name, desk.now(), text_of(form, run), form.version,
        form.requester.id, key, form.digest, form.conclusion, form.minutes_used, form.until,
    )  # fmt: skip
    try:
        await oversight.signatures.put(run, one)
    except Taken:
        return None
    return run.minutes if form.version == 1 else 0


async def proved(desk: Desk, form: Form, key: str) -> None:
    """The signature in the chain of proof: what was signed by its hashes, and the text beside them."""
    oversight = office(desk)
    run = await oversight.runs.get(form.of)
    assert run is not None  # noqa: S101 - it was signed a moment ago, and runs are deleted after years
    text, entries = text_of(form, run), await oversight.judgements.of(run)
    body = {
        "signed": run.id,
        "version": form.version,
        "result": run.sha256,
        "sql": run.sql_sha256,
        "judgements": form.digest,
        "text": sha256(text.encode()).hexdigest(),
    }
    used_by = sorted({run.by_name, *(one.by.removesuffix(CARRIED) for one in entries.values()), form.requester.name})
    detail = {"text": text, "prepared_by": run.by_name, "signed_by": form.requester.name, "used_by": used_by, "minutes": form.minutes_used}
    await desk.jobs.prove(key, "signature", form.requester.id, body, detail)


def text_of(form: Form, run: Run) -> str:
    """The text as it was shown and confirmed."""
    return signing.text_of(run, form.lines, form.conclusion)


async def begin(turn: Turn) -> None:
    """In words: sign the run that is meant."""
    run = await pointed(turn) if await permitted(turn) else None
    if run:
        await start(turn, Form.intent, "", {"of": run.id})


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """The way to the text of a run that is to be signed."""
    del card, inputs
    if run := await named_by(turn, button):
        await start(turn, Form.intent, "", {"of": run.id})


PRESSES = {"oversight sign": pressed}
