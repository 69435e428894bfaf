"""The directory: /users, managers and reports, with the fields, filters and searches that Entra allows.

Source: https://learn.microsoft.com/graph/api/user-list, https://learn.microsoft.com/graph/aad-advanced-queries
"""

import re
from typing import Any

from simulators import accounts
from simulators.graph import odata
from simulators.graph.paging import page
from simulators.graph.wire import Answer, Call, Refusal
from simulators.planted import SEED
from simulators.world import BY_EMAIL, BY_ID, DOMAIN, PEOPLE, Person, person

TYPE = "microsoft.graph.user"
DEFAULT = (
    "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName id".split()
)
ADVANCED = ("ne", "endswith", "contains")  # and `not`
SEARCHED = ("displayName", "mail", "userPrincipalName", "givenName", "surname", "department", "jobTitle", "officeLocation")
UNFILTERED = ("onPremisesDomainName", "preferredLanguage", "onPremisesExtensionAttributes", "createdDateTime")
CLAUSE = re.compile(r'\s*(?:(?P<sign>[()])|(?P<word>AND|OR)\b|"(?P<name>\w+):(?P<value>[^"]*)")')


def record(one: Person, seed: int = SEED) -> dict[str, Any]:
    """Every property of a person. seed: of the world that the account belongs to."""
    login = one.login.rpartition("\\")[2]
    return {
        "id": one.id,
        "displayName": one.name,
        "givenName": one.first,
        "surname": one.last,
        "mail": one.email,
        "userPrincipalName": one.email,
        "mailNickname": login,
        "jobTitle": one.title,
        "department": one.department,
        "companyName": "Koncern IT",
        "officeLocation": f"{one.office}, {one.floor}",
        "streetAddress": one.office,
        "city": "København",
        "postalCode": "2400" if "Borups" in one.office else "1550",
        "country": "Danmark",
        "businessPhones": [one.phone],
        "mobilePhone": None,
        "preferredLanguage": "da-DK",
        "usageLocation": "DK",
        "employeeType": "Medarbejder",
        "employeeId": f"{100000 + one.number}",
        **accounts.properties(one.number, seed),
        "createdDateTime": f"20{10 + one.number % 15}-0{1 + one.number % 9}-01T07:00:00Z",
        "onPremisesSamAccountName": login,
        "onPremisesDomainName": DOMAIN,
        "onPremisesSyncEnabled": True,
        "onPremisesUserPrincipalName": one.email,
        "proxyAddresses": [f"SMTP:{one.email}", f"smtp:{login}@{DOMAIN}"],
        "onPremisesExtensionAttributes": {f"extensionAttribute{n}": None for n in range(1, 16)},
    }


KNOWN = frozenset(record(PEOPLE[0]))
TYPES: dict[str, type] = {
    name: type(value) for name, value in record(PEOPLE[0]).items() if isinstance(value, str | bool) and name not in UNFILTERED
} | {"mobilePhone": str, "proxyAddresses/any": str, "businessPhones/any": str}


def found(text: str) -> Person:
    """The person with that object id or UPN. Refuses 404."""
    one = BY_ID.get(text.lower()) or BY_EMAIL.get(text.lower())
    if one is None:
        message = f"Resource '{text[:80]}' does not exist or one of its queried reference-property objects are not present."
        raise Refusal(404, "Request_ResourceNotFound", message)
    return one


def shown(one: Person, names: list[str], seed: int = SEED) -> dict[str, Any]:
    """The chosen properties, or the eleven that come without a choice."""
    full = record(one, seed)
    return {name: full[name] for name in names or DEFAULT}


def get(call: Call, one: Person) -> Answer:
    """GET /users/{id}."""
    names = odata.read_select(call.query.get("$select"), KNOWN, TYPE)
    body = {"@odata.context": f"{call.base}/$metadata#users/$entity", **shown(one, names, call.seed)}
    expand = odata.read_expand(call.query.get("$expand"))
    for name, inner in expand.items():
        if name not in {"manager", "directreports"}:
            raise Refusal(
                400, "Request_BadRequest", f"Parsing OData Select and Expand failed: Could not find a property named '{name[:40]}'."
            )
        chosen = odata.read_select(inner.get("$select"), KNOWN, TYPE)
        if name == "directreports":
            body["directReports"] = [typed(other, chosen) for other in PEOPLE if other.manager == one.number]
            continue
        levels = inner.get("$levels", "1")
        if levels != "1" and not (call.eventual and call.flag("$count")):
            raise unsupported("$levels needs the header 'ConsistencyLevel: eventual' and $count=true.")
        if one.manager:
            body["manager"] = chain(one, chosen, 20 if levels == "max" else 1)
    return Answer(body)


def chain(one: Person, names: list[str], levels: int) -> dict[str, Any]:
    """The manager, with the manager's manager inside, for so many levels."""
    above = person(one.manager)
    body = typed(above, names)
    if levels > 1 and above.manager:
        body["manager"] = chain(above, names, levels - 1)
    return body


def typed(one: Person, names: list[str]) -> dict[str, Any]:
    """A person as an item of a collection of directory objects."""
    return {"@odata.type": f"#{TYPE}", **shown(one, names)}


def manager(call: Call, one: Person) -> Answer:
    """GET /users/{id}/manager: 404 at the top."""
    if not one.manager:
        raise Refusal(
            404,
            "Request_ResourceNotFound",
            "Resource 'manager' does not exist or one of its queried reference-property objects are not present.",
        )
    names = odata.read_select(call.query.get("$select"), KNOWN, TYPE)
    return Answer({"@odata.context": f"{call.base}/$metadata#directoryObjects/$entity", **typed(person(one.manager), names)})


def reports(call: Call, one: Person) -> Answer:
    """GET /users/{id}/directReports."""
    names = odata.read_select(call.query.get("$select"), KNOWN, TYPE)
    people = [typed(other, names) for other in PEOPLE if other.manager == one.number]
    return page(call, people, f"{call.base}/$metadata#directoryObjects", 100, 999)


def count(call: Call) -> Answer:
    """GET /users/$count: text/plain, an advanced query."""
    if not call.eventual:
        raise unsupported("$count is not currently supported without the header 'ConsistencyLevel: eventual'.")
    return Answer(str(len(matching(call))).encode(), kind="text/plain")


def listed(call: Call) -> Answer:
    """GET /users."""
    names = odata.read_select(call.query.get("$select"), KNOWN, TYPE)
    if "$skip" in call.query:
        raise unsupported("'$skip' is not supported by the service.")
    people = matching(call)
    for name, falling in reversed(odata.read_order(call.query.get("$orderby"))):
        if name not in {"displayName", "userPrincipalName", "surname", "givenName", "createdDateTime"}:
            raise unsupported(f"Sorting by '{name[:40]}' is not supported for current user type.")
        people.sort(key=lambda one, name=name: str(record(one)[name]).lower(), reverse=falling)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    rows = [shown(one, names, call.seed) for one in people]
    for expanded, inner in odata.read_expand(call.query.get("$expand")).items():
        if expanded != "manager":
            raise unsupported(f"Expanding '{expanded[:40]}' is not supported here.")
        chosen = odata.read_select(inner.get("$select"), KNOWN, TYPE)
        rows = [
            {**row, "manager": typed(person(one.manager), chosen)} if one.manager else row for row, one in zip(rows, people, strict=True)
        ]
    return page(call, rows, f"{call.base}/$metadata#users", 100, 999)


def skus(call: Call, roles: frozenset[str]) -> Answer:
    """GET /subscribedSkus: the licences that are paid for."""
    if not roles & {"User.Read.All", "Directory.Read.All", "Organization.Read.All"}:
        raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    held = [sku for one in accounts.accounts(call.seed).values() for sku in (*one.direct, *one.by_group)]
    rows = [
        {
            "skuId": sku,
            "skuPartNumber": name,
            "capabilityStatus": "Enabled",
            "consumedUnits": held.count(sku),
            "prepaidUnits": {"enabled": 250},
        }
        for sku, name in accounts.SKUS.items()
    ]
    return Answer({"@odata.context": f"{call.base}/$metadata#subscribedSkus", "value": rows})


def matching(call: Call) -> list[Person]:
    """Everybody whom $filter and $search leave. Advanced queries need the header and $count=true."""
    advanced = call.eventual and call.flag("$count")
    if call.flag("$count") and not call.eventual:
        raise unsupported("$count is not currently supported without the header 'ConsistencyLevel: eventual'.")
    people = list(PEOPLE)
    if "$search" in call.query:
        if not call.eventual:
            raise unsupported(
                "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'"
            )
        people = [one for one in people if searched(call.query["$search"], record(one))]
    if "$filter" in call.query:
        clause = odata.read_filter(call.query["$filter"])
        allowed(clause, advanced, "$orderby" in call.query, TYPES)
        people = [one for one in people if odata.holds(clause, record(one, call.seed).get)]
    return people


def allowed(clause: odata.Clause, advanced: bool, sorted_too: bool, types: dict[str, type]) -> None:
    """Refuse what the directory's index does not answer. `types`: of the properties that may be asked for."""
    for test in odata.comparisons(clause):
        if test.path not in types:
            raise unsupported(f"Unsupported or invalid query filter clause specified for property '{test.path[:40]}' of the resource.")
        if test.operator == "in" and len(test.value) > 15:
            raise unsupported("Too many child clauses specified in search filter expression containing 'OR' operators: 15 is the limit.")
        if test.operator in ADVANCED and not advanced:
            raise unsupported(f"Unsupported Query: '{test.operator}' needs 'ConsistencyLevel: eventual' and $count=true.")
    if not advanced and (sorted_too or odata.negated(clause)):
        raise unsupported("This query needs 'ConsistencyLevel: eventual' and $count=true.")
    odata.check(clause, types)


def searched(text: str, full: dict[str, Any]) -> bool:
    """`"displayName:birthe" OR "mail:birthe"`: the beginning of any word of the name, or of the whole of another field."""
    values: list[str] = []
    place = 0
    while match := CLAUSE.match(text, place):
        place = match.end()
        said = match["name"] is None
        values.append((match["word"] or match["sign"]).lower() if said else str(hit(match["name"], match["value"], full)))
    if place < len(text.rstrip()) or not values:
        raise Refusal(400, "Request_BadRequest", 'Syntax error: the search clauses must be in double quotes, as in "displayName:value".')
    return evaluated(" ".join(values))


def hit(name: str, value: str, full: dict[str, Any]) -> bool:
    """One clause of a $search."""
    if name not in SEARCHED:
        raise unsupported(f"Property '{name[:40]}' does not exist or is not searchable.")
    wanted, text = value.strip().lower(), str(full.get(name, "")).lower()
    if name != "displayName":
        return text.startswith(wanted)
    return all(any(token.startswith(word) for token in re.findall(r"\w+", text)) for word in re.findall(r"\w+", wanted))


def evaluated(text: str) -> bool:
    """True and False joined by `and`, `or` and brackets."""
    while inner := re.search(r"\( ([^()]*) \)", text):
        text = text[: inner.start()] + str(flat(inner[1])) + text[inner.end() :]
    return flat(text)


def flat(text: str) -> bool:
    """The same without brackets."""
    parts = [part.split(" and ") for part in text.split(" or ")]
    if any(one not in {"True", "False"} for part in parts for one in part):
        raise Refusal(400, "Request_BadRequest", "Syntax error in the search clause.")
    return any(all(one == "True" for one in part) for part in parts)


def unsupported(message: str) -> Refusal:
    """The directory's word for a query that its index does not answer."""
    return Refusal(400, "Request_UnsupportedQuery", message)
