"""When shared mailboxes were last used, and which of them nobody looks after (T14)."""

from datetime import datetime, timedelta

from simulators.planted import Plan, Plant
from simulators.world import DOMAIN, NOW

IDLE = {"gamle-sager": 400, "kursus": 230, "pressen": 120}  # days before now; the others were used within the month


def last_used(alias: str) -> datetime:
    """The last time that anybody did something in a mailbox."""
    return NOW - timedelta(days=IDLE.get(alias, len(alias) % 28), hours=3)


def plants(seed: int) -> tuple[Plant, ...]:
    """What is planted here; the same for every seed."""
    del seed
    plan = Plan()
    plan.finding(
        "T14",
        f"gamle-sager@{DOMAIN}",
        day=last_used("gamle-sager").date(),
        why="kun en fratrådt kan åbne den, og den er ikke brugt i over et år",
    )
    plan.finding("T14", f"kursus@{DOMAIN}", day=last_used("kursus").date(), why="ikke brugt i 180 dage")
    plan.alike("T14", f"pressen@{DOMAIN}", day=last_used("pressen").date(), why="brugt inden for 180 dage")
    return tuple(plan.plants)
