"""What is not in order among the purchases, and what only looks so: over authority (T4), doubled invoices (T5), consultants' hours (T16)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from simulators.consulting import Contract
from simulators.kvantum.creditors import COUNT, creditors
from simulators.kvantum.purchases import Q2, Q3, SMALL, Authority, Invoice, Purchases, places
from simulators.staff import sap, units

FIXED = 3  # the place of the creditor that is paid a fixed price
RENT = 4  # and of the one that sends the same amount each month


def over_authority(p: Purchases) -> None:
    """T4: above the limit, expired, on a foreign cost centre, split; and what is allowed though it does not look so."""
    for within in (Q3, Q3, Q2):
        unit, creditor = p.unit(), p.chance.choice(p.companies).number
        one = p.billed(
            p.order(creditor, p.day(within), p.amount(creditor, SMALL + 4000_00, 2 * SMALL), unit, approver=sap(p.heads[unit])),
            approver=sap(p.leaders[unit]),
        )
        p.plan.finding("T4", one.id, day=one.received, why="over beløbsgrænsen")
        net = p.amount(creditor, SMALL * 9 // 10, SMALL)
        alike = p.billed(p.order(creditor, p.day(within), net, unit))
        p.plan.alike("T4", alike.id, day=alike.received, why="kun over grænsen med moms")
        deal = p.billed(
            p.order(creditor, p.day(within), p.amount(creditor, 2 * SMALL, 3 * SMALL), unit, deal=f"RA-{p.chance.randint(10, 99)}")
        )
        p.plan.alike("T4", deal.id, day=deal.received, why="træk på rammeaftale")
        back = p.invoice(
            creditor, p.day(within), -p.amount(creditor, 2 * SMALL, 3 * SMALL), approver=sap(p.leaders[unit]), order=deal.order
        )
        p.plan.alike("T4", back.id, day=back.received, why="kreditnota")
    for within, unit in zip((Q3, Q2), p.chance.sample(units(), 2), strict=True):
        expired(p, within, unit)
        foreign(p, within)
        split(p, within)


def expired(p: Purchases, within: tuple[date, date], unit: str) -> None:
    """An authority that had ended; and a substitute whose own is good."""
    creditor = p.chance.choice(p.companies).number
    old, stand_in = p.people[unit][1], p.people[unit][2]
    place = places(unit)[0]
    p.authorities.append(Authority(sap(old), place, SMALL, date(2024, 1, 1), within[0] - timedelta(days=20)))
    p.authorities.append(Authority(sap(stand_in), place, SMALL, within[0] - timedelta(days=200), within[1] + timedelta(days=200)))
    one = p.billed(p.order(creditor, p.day(within), p.amount(creditor), unit, place=place), approver=sap(old))
    p.plan.finding("T4", one.id, day=one.received, why="bemyndigelsen var udløbet")
    alike = p.billed(p.order(creditor, p.day(within), p.amount(creditor), unit, place=place), approver=sap(stand_in))
    p.plan.alike("T4", alike.id, day=alike.received, why="stedfortræder med egen bemyndigelse")


def foreign(p: Purchases, within: tuple[date, date]) -> None:
    """Approved by somebody who has no say at that cost centre."""
    unit, creditor = p.unit(), p.chance.choice(p.companies).number
    other = next(one for one in p.leaders if one != unit and p.heads[one] != p.heads[unit])
    one = p.billed(p.order(creditor, p.day(within), p.amount(creditor), unit), approver=sap(p.leaders[other]))
    p.plan.finding("T4", one.id, day=one.received, why="ingen bemyndigelse på omkostningsstedet")


def split(p: Purchases, within: tuple[date, date]) -> None:
    """One purchase as two orders, each below the limit; and two that lie too far apart."""
    unit, creditor = p.unit(), p.chance.choice(p.companies).number
    asker, day = sap(p.asker(unit)), p.day(within, 60)
    for gap in (0, 3):
        part = p.order(creditor, day + timedelta(days=gap), p.amount(creditor, SMALL * 7 // 10, SMALL * 8 // 10), unit, asker=asker)
        p.billed(part)
        p.plan.finding("T4", part.number, day=part.day, why="delt køb")
    unit, creditor = p.unit(), p.chance.choice(p.companies).number
    asker = sap(p.asker(unit))
    for gap in (0, 33):
        part = p.order(creditor, day + timedelta(days=gap), p.amount(creditor, SMALL * 7 // 10, SMALL * 8 // 10), unit, asker=asker)
        p.billed(part)
        p.plan.alike("T4", part.number, day=part.day, why="for langt imellem til at være delt")


def doubled(p: Purchases) -> None:
    """T5: the same invoice twice, in three manners; rent, part deliveries, a pair that a credit note nets, and numbers that many have."""
    for within in (Q3, Q3, Q2):
        first = plain(p, within)
        again = p.invoice(
            first.creditor,
            first.received + timedelta(days=p.chance.randint(9, 40)),
            first.net,
            number=respelt(first.number),
            approver=first.approver,
        )
        pair(p, first, again, "samme nummer, skrevet anderledes")
    for within in (Q3, Q2):
        first = plain(p, within)
        again = p.invoice(
            first.creditor, first.received + timedelta(days=3), first.net, approver=first.approver, day=first.day + timedelta(days=3)
        )
        pair(p, first, again, "samme beløb inden for en uge")
        netted = plain(p, within)
        twice = p.invoice(
            netted.creditor, netted.received + timedelta(days=2), netted.net, approver=netted.approver, day=netted.day + timedelta(days=2)
        )
        p.invoice(
            netted.creditor, netted.received + timedelta(days=6), -netted.net, approver=netted.approver, day=netted.day + timedelta(days=6)
        )
        pair(p, netted, twice, "udlignet af kreditnota", finding=False)
    twin, company = creditors(p.seed)[COUNT], creditors(p.seed)[10]
    first = p.invoice(company.number, p.day(Q3), p.amount(company.number), approver=sap(p.heads[p.unit()]))
    again = p.invoice(twin.number, first.received + timedelta(days=11), first.net, number=first.number, approver=first.approver)
    pair(p, first, again, "samme faktura på to kreditorer med samme CVR")
    rent(p)


def plain(p: Purchases, within: tuple[date, date]) -> Invoice:
    """An ordinary invoice without an order."""
    creditor = p.chance.choice([one for one in p.companies if one.number != creditors(p.seed)[10].number]).number
    return p.invoice(creditor, p.day(within), p.amount(creditor), approver=sap(p.heads[p.unit()]))


def pair(p: Purchases, first: Invoice, second: Invoice, why: str, *, finding: bool = True) -> None:
    (p.plan.finding if finding else p.plan.alike)("T5", first.id, second.id, day=second.received, why=why)


def respelt(number: str) -> str:
    """The same number as another would key it in."""
    plain_number = "".join(sign for sign in number if sign.isalnum())
    letters = plain_number.rstrip("0123456789")
    digits = plain_number.removeprefix(letters)
    return f"{letters.lower()} {digits}" if letters else f"00{digits}"


def rent(p: Purchases) -> None:
    """The same amount each month, and one order delivered in parts under one number with a suffix."""
    creditor = creditors(p.seed)[RENT].number
    rows = [p.invoice(creditor, date(2026, month, 5), 18_400_00, approver=sap(p.heads["Økonomi"])) for month in range(1, 11)]
    for first, second in pairwise(rows):
        pair(p, first, second, "månedlig ydelse", finding=False)
    unit, other = p.unit(), p.chance.choice(p.companies).number
    order = p.order(other, p.day(Q3, 45), 12_000_00, unit)
    parts = [
        p.invoice(
            other,
            order.delivered + timedelta(days=9 * n),
            p.amount(other, 2_000_00, 4_000_00),
            order=order.number,
            number=f"{order.number}-{n}",
            approver=order.approver,
        )
        for n in (1, 2, 3)
    ]
    pair(p, parts[0], parts[1], "delleverancer", finding=False)


def consultants(p: Purchases, contracts: Sequence[Contract], months: Sequence[date], rate: int) -> None:
    """T16: each month's hours times the rate; three months where it is not, one that is a little off, and a fixed price without hours."""
    odd = {(0, 6): 1.12, (2, 7): 1.08, (4, 4): 1.2}  # contract, month from 0: factor
    for n, one in enumerate(contracts):
        creditor, unit = creditors(p.seed)[one.supplier].number, one.who.department
        total = sum(one.hours.values()) * rate // 100
        order = p.order(creditor, date(2025, 12, 15), total, unit, number=one.order, deal=f"KONS-{n + 1}", approver=sap(p.heads[unit]))
        for place, month in enumerate(months):
            net = one.month(month) * rate // 100 // 4 * 4
            received = (month + timedelta(days=34)).replace(day=5 + n % 3)
            day = received - timedelta(days=3)
            if (factor := odd.get((n, place))) is not None:
                net = int(net * factor) // 4 * 4
                p.plan.finding("T16", creditor, order.number, month.isoformat(), day=month, why="faktura og timer passer ikke")
            elif (n, place) == (1, 6):
                net += 600_00
                p.plan.alike("T16", creditor, order.number, month.isoformat(), day=month, why="under tolerancen")
            p.invoice(creditor, received, net, order=order.number, approver=order.approver, day=day)
    creditor = creditors(p.seed)[FIXED].number
    order = p.order(creditor, date(2026, 1, 12), 240_000_00, "Koncern IT", deal="FAST-1", approver=sap(p.heads["Koncern IT"]))
    for month in months:
        one_invoice = p.invoice(
            creditor, (month + timedelta(days=34)).replace(day=4), 24_000_00 + month.month * 4, order=order.number, approver=order.approver
        )
        p.plan.alike("T16", creditor, order.number, month.isoformat(), day=month, why="fast pris")
        p.invoices[-1] = replace(one_invoice, vat=True)
