"""Users, roles, groups, places and the things on their desks, from the people that all systems share."""

from datetime import timedelta
from typing import Any

from simulators.servicenow.planting import Planting, user_id, user_name
from simulators.servicenow.values import identity, stored
from simulators.world import AMIR, JENS, METTE, NOW, PEOPLE, UNITS, Person, person

ROLES = (
    "admin itil snc_internal approver_user approval_admin knowledge catalog sn_request_write timecard_user asset sn_si.read sn_incident_read"
).split()
ROBOT = "kollega.integration"
FLOORS = tuple(f"{n}. sal" for n in range(1, 6))
CITIES = {
    "Borups Allé 177": ("2400", "København NV", "KB"),
    "Rådhuspladsen 1": ("1550", "København V", "RH"),
    "Nyropsgade 7": ("1602", "København V", "NY"),
    "Njalsgade 13": ("2300", "København S", "NJ"),
    "Gyldenløvesgade 15": ("1600", "København V", "GY"),
    "Bernstorffsgade 17": ("1577", "København V", "BE"),
}
SERVICES = {  # what people call a system → the group behind it
    "eDoc": "Fagsystemer",
    "Kvantum": "Fagsystemer",
    "Byggesag": "Fagsystemer",
    "Borgerkontakt": "Fagsystemer",
    "Outlook": "Digital Arbejdsplads",
    "Microsoft Teams": "Digital Arbejdsplads",
    "Follow-me print": "Print",
    "VPN": "Netværk",
    "KK-Net trådløst": "Netværk",
    "Selvbetjening af adgangskode": "Identitet og Adgang",
}
GROUPS = {  # name → what it does
    "Servicedesk": "Første kontakt for alle medarbejdere",
    "Netværk": "Kablet og trådløst netværk, VPN",
    "Digital Arbejdsplads": "Pc'er, Outlook, Teams og Office",
    "Print": "Printere og follow-me print",
    "Identitet og Adgang": "Brugere, adgangskoder og rettigheder",
    "Fagsystemer": "eDoc, Kvantum og de øvrige fagsystemer",
    "Mobiltelefoni": "Telefoner og abonnementer",
    "Sikkerhed": "Phishing, tab af udstyr og andre hændelser",
}


def of(unit: str) -> list[Person]:
    """The people of a unit."""
    return [one for one in PEOPLE if one.department == unit]


def members() -> dict[str, list[Person]]:
    """Who is in which group. Small groups borrow from the service desk and the network people."""
    desk, net = of("Servicedesk"), of("Netværk")
    workplace = [one for one in of("Digital Arbejdsplads") if one.number > 6][:5]
    return {
        "Servicedesk": desk,
        "Netværk": net,
        "Digital Arbejdsplads": workplace,
        "Print": [AMIR, *desk[2:5]],
        "Identitet og Adgang": desk[5:9],
        "Fagsystemer": net[2:6],
        "Mobiltelefoni": desk[8:11],
        "Sikkerhed": [METTE, net[0]],
    }


def plant(p: Planting) -> None:
    """Everything of this file."""
    places(p)
    p.add("core_company", "kk", name="Københavns Kommune", city="København")
    for unit, _, head in UNITS:
        p.add("cmn_department", unit, name=unit, dept_head=user_id(person(head)))
    for one in PEOPLE:
        user(p, one)
    robots(p)
    roles(p)
    groups(p)
    things(p)


def places(p: Planting) -> None:
    """Each house with its floors."""
    for office, (zip_code, city, _) in CITIES.items():
        where: dict[str, Any] = {"street": office, "zip": zip_code, "city": city, "country": "Danmark"}
        house = p.add("cmn_location", office, "", name=office, full_name=office, **where)
        for floor in FLOORS:
            p.add("cmn_location", office, floor, name=floor, full_name=f"{office}/{floor}", parent=house, **where)


def user(p: Planting, one: Person) -> None:
    """The user record of a person; in the phone book as everywhere else."""
    zip_code, city, _ = CITIES[one.office]
    p.add(
        "sys_user",
        one.number,
        user_name=user_name(one),
        first_name=one.first,
        last_name=one.last,
        name=one.name,
        email=one.email,
        title=one.title,
        department=identity("cmn_department", one.department),
        location=identity("cmn_location", one.office, one.floor),
        street=one.office,
        zip=zip_code,
        city=city,
        building=one.office,
        phone=one.phone,
        manager=user_id(person(one.manager)) if one.manager else "",
        employee_number=f"{100000 + one.number}",
        company=identity("core_company", "kk"),
        user_password="simulator",
        source=f"ldap:{one.id}",
    )


def robots(p: Planting) -> None:
    """The administrator and the account that Kollega's client acts as."""
    plain: dict[str, Any] = {"preferred_language": "da", "date_format": "yyyy-MM-dd", "time_zone": "GMT"}
    admin: dict[str, Any] = {
        **plain,
        "preferred_language": "en",
        "first_name": "System",
        "last_name": "Administrator",
        "name": "System Administrator",
    }
    p.add("sys_user", "admin", user_name="admin", email="admin@kk.example", user_password="admin", **admin)
    name: dict[str, Any] = {"first_name": "Kollega", "last_name": "Integration", "name": "Kollega Integration"}
    p.add("sys_user", ROBOT, user_name=ROBOT, user_password="simulator", web_service_access_only="true", **name, **plain)


def roles(p: Planting) -> None:
    """Who may what."""
    for role in ROLES:
        p.add("sys_user_role", role, name=role)
    held: dict[str, list[str]] = {identity("sys_user", "admin"): ["admin"], identity("sys_user", ROBOT): ["itil", "sn_request_write"]}
    for one in PEOPLE:
        held[user_id(one)] = ["snc_internal"]
    for name, people in members().items():
        for one in people:
            if name != "Sikkerhed":
                held[user_id(one)].append("itil")
    held[user_id(METTE)].append("sn_si.read")
    held[user_id(AMIR)] += ["knowledge", "timecard_user"]
    for boss in {one.manager for one in PEOPLE} - {0}:
        held[user_id(person(boss))].append("approver_user")
    for user_sys_id, names in held.items():
        for role in dict.fromkeys(names):
            p.add("sys_user_has_role", user_sys_id, role, user=user_sys_id, role=identity("sys_user_role", role))
    away: dict[str, Any] = {"starts": stored(NOW - timedelta(days=3)), "ends": stored(NOW + timedelta(days=3650))}
    p.add("sys_user_delegate", "jens", user=user_id(JENS), delegate=user_id(person(7)), **away)


def groups(p: Planting) -> None:
    """The groups that cases are given to."""
    for name, people in members().items():
        text = GROUPS[name]
        group = p.add("sys_user_group", name, name=name, description=text, manager=user_id(people[0]), email="")
        for one in people:
            p.add("sys_user_grmember", name, one.number, group=group, user=user_id(one))


def things(p: Planting) -> None:
    """Printers, pcs, services, and what the network is made of."""
    installed = stored(NOW - timedelta(days=500))
    for office, (_, _, code) in CITIES.items():
        for floor in range(1, 6):
            where = identity("cmn_location", office, FLOORS[floor - 1])
            for n in (1, 2):
                name = f"{code}-{floor}-{n:02d}"
                printer(p, name, where, installed)
            switch = f"sw-{code.lower()}-{floor}"
            p.add("cmdb_ci_netgear", switch, name=switch, location=where, device_type="switch", ports=48, support_group=group_id("Netværk"))
    models = ("Lenovo ThinkPad T14", "HP EliteBook 840", "Lenovo ThinkPad X13", "Dell Latitude 5450")
    for one in PEOPLE:
        tag = f"KK-PC-{10400 + one.number}"
        p.add(
            "cmdb_ci_computer",
            one.number,
            name=tag,
            asset_tag=tag,
            serial_number=f"PF{identity('pc', one.number)[:8].upper()}",
            model_number=p.chance.choice(models),
            assigned_to=user_id(one),
            location=identity("cmn_location", one.office, one.floor),
            department=identity("cmn_department", one.department),
            os="Windows 11 Enterprise",
            form_factor="Laptop",
            support_group=group_id("Digital Arbejdsplads"),
            install_date=installed,
        )
        p.add(
            "alm_hardware",
            one.number,
            display_name=tag,
            asset_tag=tag,
            assigned_to=user_id(one),
            install_status=1,
            cost=f"{6500 + one.number % 5 * 750}.00",
            purchase_date=installed[:10],
            ci=identity("cmdb_ci_computer", one.number),
        )
    for name, group in SERVICES.items():
        p.add("cmdb_ci_service", name, name=name, support_group=group_id(group))
    for n in range(1, 7):
        p.add("cmdb_ci_server", n, name=f"kkapp{n:02d}", os="Windows Server 2022", support_group=group_id("Fagsystemer"))


def printer(p: Planting, name: str, where: str, installed: str) -> None:
    p.add(
        "cmdb_ci_printer",
        name,
        name=name,
        asset_tag=name,
        serial_number=f"CN{identity('printer', name)[:8].upper()}",
        model_number="HP Color LaserJet MFP E785",
        location=where,
        support_group=group_id("Print"),
        install_date=installed,
        colors="4",
    )


def group_id(name: str) -> str:
    return identity("sys_user_group", name)
