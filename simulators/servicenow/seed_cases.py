"""Some 150 incidents in all states, with journals, and the few that conversations speak of."""

from datetime import timedelta
from typing import Any

from simulators.servicenow.planting import Planting, among, user_id, user_name
from simulators.servicenow.rules import priority
from simulators.servicenow.seed_people import CITIES, group_id, members
from simulators.servicenow.seed_texts import ANSWERS, COMMENTS, NOTES, STORIES, Story
from simulators.servicenow.values import duration, identity, stored
from simulators.world import AMIR, BIRTHE, METTE, NOW, OLE, PEOPLE, SOFIE, Person

FIRST = 10086
STATES = ("1",) * 3 + ("2",) * 5 + ("3",) * 2 + ("6",) * 3 + ("7",) * 6 + ("8",)
WAITING = {"1": "1", "2": "4", "3": "3"}


def plant(p: Planting) -> None:
    """Everything of this file."""
    for n in range(FIRST, 10236):
        if n % 17 != 3:  # refused ones used up their numbers
            story, caller = p.chance.choice(STORIES), among(p.chance, PEOPLE[6:])
            age = (10260 - n) * 8 + p.chance.randint(0, 8)  # hours
            incident(p, n, story, caller, state=p.chance.choice(STATES), age=age)
    told(p)
    by_name = {story.subject: story for story in STORIES}
    own = (  # number, whose, what, state, hours ago
        (10236, BIRTHE, "Kan ikke åbne fællespostkasse", "3", 70),
        (10237, BIRTHE, "Teams mangler lyd", "1", 20),
        (10238, OLE, "Pc'en starter meget langsomt", "2", 66),
        (10239, OLE, "Mangler adgang til fællesdrev", "1", 5),
        (10240, OLE, "Glemt adgangskode", "7", 400),
        (10241, BIRTHE, "Striber på udskrifter", "7", 900),
        (10242, SOFIE, "Kvantum logger mig ud", "2", 28),
        (10244, METTE, "eDoc søger uden at finde noget", "6", 46),
        (10246, OLE, "VPN falder ud hjemmefra", "6", 26),
        (10247, METTE, "Mistænkelig mail med link", "2", 8),
    )
    for number, caller, subject, state, age in own:
        incident(p, number, by_name[subject], caller, state=state, age=age)
    for number, subject, age in (
        (10248, "Ekstern skærm bliver sort", 7),
        (10249, "Tasterne hænger", 4),
        (10250, "Follow-me print finder ikke mine jobs", 30),
    ):
        sys_id = incident(p, number, by_name[subject], among(p.chance, PEOPLE[9:]), state="2", age=age)
        p.rows["incident"][sys_id]["assigned_to"] = user_id(AMIR)
    others(p)


def incident(p: Planting, number: int, story: Story, caller: Person, *, state: str, age: int) -> str:
    """One incident, `age` hours old, with what its state brings along."""
    opened = NOW - timedelta(hours=age)
    worker = among(p.chance, members()[story.group]) if state != "1" else None
    impact, urgency = str(p.chance.choice((2, 3, 3, 3))), str(p.chance.choice((1, 2, 2, 3, 3)))
    sys_id = p.add(
        "incident",
        number,
        at=opened,
        by=user_name(caller),
        number=f"INC{number:07d}",
        caller_id=user_id(caller),
        opened_by=user_id(caller),
        opened_at=stored(opened),
        short_description=story.subject,
        description=story.text,
        category=story.category,
        subcategory=story.subcategory,
        impact=impact,
        urgency=urgency,
        priority=priority(impact, urgency),
        state=state,
        incident_state=state,
        contact_type=p.chance.choice(("self-service", "phone", "email", "chat")),
        assignment_group=group_id(story.group),
        assigned_to=user_id(worker) if worker else "",
        location=identity("cmn_location", caller.office, caller.floor),
        cmdb_ci=thing(story, caller),
        task_effective_number=f"INC{number:07d}",
        **ending(p, story, state, age, worker),
    )
    if worker:
        talk(p, sys_id, caller, worker, age)
    return sys_id


def thing(story: Story, caller: Person) -> str:
    """What it is about: the printer on the caller's floor, their pc, or a service."""
    if story.thing == "pc":
        return identity("cmdb_ci_computer", caller.number)
    if story.thing == "printer":
        return identity("cmdb_ci_printer", f"{CITIES[caller.office][2]}-{caller.floor[0]}-01")
    return identity("cmdb_ci_service", story.thing)


def ending(p: Planting, story: Story, state: str, age: int, worker: Person | None) -> dict[str, Any]:
    """What an incident has that waits, is solved or is over."""
    if state == "3":
        return {"hold_reason": p.chance.choice(("1", "4", "5"))}
    if state not in {"6", "7", "8"} or worker is None:
        return {}
    length = min(age * 1800, p.chance.randint(1800, 90_000))
    done = NOW - timedelta(hours=age) + timedelta(seconds=length)
    found = {
        "resolved_at": stored(done),
        "resolved_by": user_id(worker),
        "calendar_stc": str(length),
        "calendar_duration": duration(length),
    }
    found |= {"close_code": "Solution provided", "close_notes": story.ended}
    if state != "6":
        found |= {"active": "false", "closed_at": stored(done + timedelta(hours=age / 3)), "closed_by": user_id(worker)}
    return found if state != "8" else {"active": "false", "closed_at": stored(done), "close_notes": "Annulleret af anmelder."}


def talk(p: Planting, sys_id: str, caller: Person, worker: Person, age: int) -> None:
    """A few words between the two, and a note."""
    said = NOW - timedelta(hours=age * 0.9)
    p.journal("incident", sys_id, "comments", p.chance.choice(COMMENTS), at=said, by=user_name(worker))
    if p.chance.random() < 0.6:
        p.journal("incident", sys_id, "comments", p.chance.choice(ANSWERS), at=NOW - timedelta(hours=age * 0.8), by=user_name(caller))
    if p.chance.random() < 0.5:
        p.journal("incident", sys_id, "work_notes", p.chance.choice(NOTES), at=NOW - timedelta(hours=age * 0.7), by=user_name(worker))


def told(p: Planting) -> None:
    """INC0010243, the printer on Birthe's floor."""
    opened = NOW - timedelta(hours=22)
    story = Story(
        "Printer på 3. sal",
        "Printeren KB-3-02 ved køkkenet laver papirstop hele tiden, især ved dobbeltsidede udskrifter.",
        "print",
        "jam",
        "Print",
        "printer",
        "",
    )
    sys_id = incident(p, 10243, story, BIRTHE, state="1", age=22)
    p.rows["incident"][sys_id] |= {
        "state": "2",
        "incident_state": "2",
        "assigned_to": user_id(AMIR),
        "impact": "2",
        "urgency": "3",
        "priority": "4",
        "cmdb_ci": identity("cmdb_ci_printer", "KB-3-02"),
        "contact_type": "self-service",
    }
    talked = (
        ("comments", "Hej Birthe, jeg kommer forbi i formiddag og ser på den.", 20, AMIR),
        ("comments", "Tak! Den står stadig og blinker ved bakke 2.", 19, BIRTHE),
        ("work_notes", "Valser i bakke 2 er slidte. Reservedel bestilt hos leverandøren, ventes tirsdag.", 3, AMIR),
        ("comments", "Jeg har bestilt en reservedel. Brug KB-3-01 imens.", 2, AMIR),
    )
    for element, text, hours, who in talked:
        p.journal("incident", sys_id, element, text, at=opened + timedelta(hours=22 - hours), by=user_name(who))


def others(p: Planting) -> None:
    """A problem, a change, time worked."""
    problem = p.add(
        "problem",
        1,
        at=NOW - timedelta(days=6),
        number="PRB0040021",
        short_description="Follow-me print taber jobs efter opdatering",
        state="2",
        assignment_group=group_id("Print"),
        opened_by=user_id(AMIR),
        opened_at=stored(NOW - timedelta(days=6)),
    )
    for row in [row for row in p.rows["incident"].values() if row["subcategory"] == "follow me"]:
        row["problem_id"] = problem
    p.add(
        "change_request",
        1,
        at=NOW - timedelta(days=4),
        number="CHG0030014",
        short_description="Opgradering af trådløst netværk, Borups Allé 177",
        assignment_group=group_id("Netværk"),
        start_date=stored(NOW + timedelta(days=9)),
        end_date=stored(NOW + timedelta(days=9, hours=4)),
        opened_at=stored(NOW - timedelta(days=4)),
    )
    for n, minutes in enumerate((30, 45, 15)):
        p.add(
            "task_time_worked",
            n,
            at=NOW - timedelta(hours=n),
            by=user_name(AMIR),
            task=identity("incident", 10243),
            user=user_id(AMIR),
            time_worked=duration(minutes * 60),
            time_in_seconds=minutes * 60,
            work_date=(NOW - timedelta(days=n)).date(),
            comments="Fejlsøgning på printeren",
        )
