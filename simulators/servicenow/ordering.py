"""The Service Catalogue, writing: order_now, the cart, record producers. Mandatory by definition is checked, and nothing else."""

import json
from typing import Any

from simulators.servicenow.calls import Answer, Call, result
from simulators.servicenow.catalog import KINDS, item_of, questions
from simulators.servicenow.columns import TABLES
from simulators.servicenow.flow import later
from simulators.servicenow.records import Row
from simulators.servicenow.refusals import Refusal, bad_request
from simulators.servicenow.values import SYS_ID, number, stored
from simulators.servicenow.writing import insert

MOST = 100  # of one item
Order = dict[str, Any]


def checked(call: Call, sys_id: str, kind: str) -> tuple[Row, Order]:
    """The item and what is ordered of it. Raises Refusal (400)."""
    item, body = item_of(call, sys_id), call.json()
    if KINDS[item["sys_class_name"]] != kind:
        raise bad_request("Security constraints prevent ordering of Item")
    quantity, answers = str(body.get("sysparm_quantity", "1")), body.get("variables", {})
    if not (quantity.isascii() and quantity.isdecimal() and len(quantity) < 4 and 1 <= int(quantity) <= MOST):
        raise bad_request("Invalid Quantity value")
    if not isinstance(answers, dict):
        raise bad_request("Invalid variables")
    wanted = body.get("sysparm_requested_for") or call.session.user
    if not isinstance(wanted, str) or (wanted != call.session.user and not call.session.may("itil", "catalog")):
        raise bad_request("Security constraints prevent ordering of Item")
    known = {one["name"]: one for one in questions(call.records, item) if one.get("name")}
    if str(body.get("sysparm_no_validation", "")).lower() != "true":
        check_mandatory(known, answers)
    given = {name: text(value) for name, value in answers.items()}
    kept = [(one["sys_id"], given.get(name, one.get("default_value", ""))) for name, one in known.items()]
    return item, {"quantity": int(quantity), "requested_for": wanted, "answers": kept, "given": given, "rows": cells(call, item, given)}


def check_mandatory(known: dict[str, Row], answers: dict[str, Any]) -> None:
    """Raises Refusal (400) where a variable that is mandatory by definition is empty. Which one is not said."""
    for name, one in known.items():
        if one.get("mandatory") == "true" and not text(answers.get(name, one.get("default_value", ""))).strip():
            raise bad_request("Mandatory Variables are required")


def text(value: Any) -> str:
    """An answer as it is stored; whatever it is, it is taken."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def cells(call: Call, item: Row, given: dict[str, str]) -> list[dict[str, str]]:
    """The cells of multi-row sets: each is sent as a JSON text of rows under the set's internal name."""
    found = []
    for link in call.records.where("io_set_item", sc_cat_item=item["sys_id"]):
        one = call.records.find("item_option_new_set", link["variable_set"]) or {}
        columns = {row["name"]: row["sys_id"] for row in call.records.where("item_option_new", variable_set=link["variable_set"])}
        for index, row in enumerate(rows_in(given.get(one.get("internal_name", ""), ""))):
            for name in row.keys() & columns.keys():
                cell = {"row_index": str(index), "variable_set": one["sys_id"], "item_option_new": columns[name], "value": text(row[name])}
                found.append(cell)
    return found


def rows_in(said: str) -> list[dict[str, Any]]:
    """The rows in a JSON text; none in anything else."""
    try:
        found = json.loads(said)
    except ValueError:
        return []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def order_now(call: Call, sys_id: str) -> Answer:
    """Order one item; with `servicenow_twostep` it only goes into the cart."""
    item, order = checked(call, sys_id, "catalog_item")
    if call.records.setting("twostep", default=False):
        return result({"cart_id": into_cart(call, item, order)["cart"]})
    return result(ordered(call, [(item, order)]))


def ordered(call: Call, orders: list[tuple[Row, Order]]) -> dict[str, Any]:
    """Make the request; its items, approvals and tasks follow by the flow."""
    records, now = call.records, stored(call.records.now())
    total = sum((number(item.get("price", "0")) or 0) * order["quantity"] for item, order in orders)
    first = orders[0][1]
    request = records.add(
        "sc_request",
        call.session.user_name,
        requested_for=first["requested_for"],
        opened_by=call.session.user,
        opened_at=now,
        price=str(total),
        approval="requested",
        short_description=orders[0][0]["name"],
    )
    for item, order in orders:
        columns = {
            "request": request["sys_id"],
            "parent": request["sys_id"],
            "cat_item": item["sys_id"],
            "requested_for": order["requested_for"],
            "opened_by": call.session.user,
            "opened_at": now,
            "quantity": str(order["quantity"]),
            "price": item.get("price", "0"),
            "short_description": item["name"],
        }
        more = {"answers": order["answers"], "rows": order["rows"], "approvers": approvers(call, item, order)}
        later(records, "item", request["sys_id"], author=call.session.user_name, columns=columns, **more)
    names = {"sys_id": request["sys_id"], "number": request["number"], "request_number": request["number"], "request_id": request["sys_id"]}
    return names | {"parent_id": None, "parent_table": "task", "table": "sc_request"}


def approvers(call: Call, item: Row, order: Order) -> list[str]:
    """Who must approve: the manager of the one it is for, the owner of the item; nobody their own."""
    person = call.records.find("sys_user", order["requested_for"]) or {}
    of = {"manager": person.get("manager", ""), "owner": item.get("owner", "")}
    found = [of.get(kind, "") for kind in item.get("_approval", "").split(",")]
    return [one for one in dict.fromkeys(found) if one and one != order["requested_for"]]


def cart_of(call: Call) -> Row:
    """The caller's one cart: shared by everybody who uses the same account."""
    found = call.records.first("sc_cart", user=call.session.user)
    return found or call.records.add("sc_cart", call.session.user_name, user=call.session.user, name="Default")


def into_cart(call: Call, item: Row, order: Order) -> Row:
    row = call.records.add(
        "sc_cart_item", call.session.user_name, cart=cart_of(call)["sys_id"], cat_item=item["sys_id"], quantity=str(order["quantity"])
    )
    call.records.keep("sc_cart_item", row | {"_order": order})
    return row


def cart_body(call: Call) -> dict[str, Any]:
    """The cart as it lies."""
    cart = cart_of(call)
    lines, subtotal = [], 0.0
    for row in call.records.where("sc_cart_item", cart=cart["sys_id"]):
        item = call.records.find("sc_cat_item", row["cat_item"]) or {}
        price = number(item.get("price", "0")) or 0.0
        subtotal += price * int(row["quantity"])
        names = {"cart_item_id": row["sys_id"], "catalog_item_id": row["cat_item"], "item_name": item.get("name", "")}
        lines.append(
            names | {"quantity": row["quantity"], "price": f"{price:.2f} kr.", "subtotal": f"{price * int(row['quantity']):.2f} kr."}
        )
    return {"cart_id": cart["sys_id"], "subtotal": f"{subtotal:.2f} kr.", "items": lines}


def add_to_cart(call: Call, sys_id: str) -> Answer:
    into_cart(call, *checked(call, sys_id, "catalog_item"))
    return result(cart_body(call))


def cart(call: Call) -> Answer:
    return result(cart_body(call))


def own_line(call: Call, sys_id: str) -> Row:
    """A line of the caller's cart. Raises Refusal (404)."""
    row = call.records.find("sc_cart_item", sys_id)
    if row is None or row.get("cart") != cart_of(call)["sys_id"]:
        raise Refusal(404, "Invalid Request", "Cart item does not exist")
    return row


def change_line(call: Call, sys_id: str) -> Answer:
    """Another quantity."""
    row, body = own_line(call, sys_id), call.json()
    quantity = number(str(body.get("sysparm_quantity", row["quantity"])))
    if quantity is None or not 1 <= quantity <= MOST:
        raise bad_request("Invalid Quantity value")
    order = {**row["_order"], "quantity": int(quantity)}
    call.records.touch("sc_cart_item", row | {"quantity": str(int(quantity)), "_order": order}, call.session.user_name)
    return result(cart_body(call))


def drop_line(call: Call, sys_id: str) -> Answer:
    call.records.drop("sc_cart_item", own_line(call, sys_id)["sys_id"])
    return Answer(status=204)


def empty(call: Call, sys_id: str) -> Answer:
    if sys_id != cart_of(call)["sys_id"]:
        raise Refusal(404, "Invalid Request", "Cart does not exist")
    for row in call.records.where("sc_cart_item", cart=sys_id):
        call.records.drop("sc_cart_item", row["sys_id"])
    return Answer(status=204)


def checkout(call: Call) -> Answer:
    """One step: orders. Two steps: shows the cart for review. Raises Refusal (400) for an empty cart."""
    if call.records.setting("twostep", default=False):
        return result(cart_body(call))
    return submit_order(call)


def submit_order(call: Call) -> Answer:
    """Order everything in the cart. Raises Refusal (400) for an empty cart."""
    rows = call.records.where("sc_cart_item", cart=cart_of(call)["sys_id"])
    orders = [(item, row["_order"]) for row in rows if (item := call.records.find("sc_cat_item", row["cat_item"]))]
    if not orders:
        raise bad_request("Cart is empty")
    found = ordered(call, orders)
    for row in rows:
        call.records.drop("sc_cart_item", row["sys_id"])
    return result({"request_number": found["number"], "request_id": found["sys_id"]})


def submit_producer(call: Call, sys_id: str) -> Answer:
    """A record producer: variables named like columns fill them, the others are told in the description."""
    item, order = checked(call, sys_id, "record_producer")
    table, labels = item["table_name"], {one["name"]: one["question_text"] for one in questions(call.records, item)}
    columns = {name: value for name, value in order["given"].items() if name in TABLES[table].columns and name in labels}
    told = [f"{labels[name]}: {value}" for name, value in order["given"].items() if name in labels and name not in columns]
    columns["description"] = "\n".join([*filter(None, [columns.get("description", "")]), *told])
    if table == "incident":
        columns |= {"caller_id": order["requested_for"], "contact_type": "self-service"}
    row = insert(call.records, call.session, table, columns)
    found = {"sys_id": row["sys_id"], "number": row.get("number"), "table": table, "record": f"api/now/table/{table}/{row['sys_id']}"}
    where = {"redirect_url": f"{table}.do?sys_id={row['sys_id']}", "redirect_to": "", "redirect_portal_url": ""}
    return result({**{name: value for name, value in found.items() if value}, **where, "parent_id": None, "parent_table": "task"})


def display_value(call: Call, sys_id: str) -> Answer:
    """What a variable's value is called."""
    row, wanted = call.records.find("item_option_new", sys_id), call.json().get("sysparm_value")
    if row is None:
        raise bad_request("Invalid variable")
    said = text(wanted)
    if row.get("reference") and SYS_ID.fullmatch(said):
        return result(call.records.display(row["reference"], said) or "")
    choice = call.records.first("question_choice", question=sys_id, value=said)
    return result(choice["text"] if choice else said)
