"""The Service Catalogue, reading: `/api/sn_sc/servicecatalog/...`: catalogues, categories, items and their variables."""

import json
from collections.abc import Iterator
from typing import Any

from simulators.servicenow.calls import Answer, Call, result
from simulators.servicenow.records import Records, Row
from simulators.servicenow.refusals import bad_request
from simulators.servicenow.sessions import Session
from simulators.servicenow.tables import whole
from simulators.servicenow.values import number

KINDS = {"sc_cat_item": "catalog_item", "sc_cat_item_producer": "record_producer", "sc_cat_item_guide": "order_guide"}
WANTED_TYPES = {"Record Producer": "record_producer", "Order Guide": "order_guide"}
FRIENDLY = {
    0: "container_start",
    1: "yes_no",
    2: "multi_line_text",
    3: "multiple_choice",
    4: "numeric_scale",
    5: "select_box",
    6: "single_line_text",
    7: "check_box",
    8: "reference",
    9: "date",
    10: "date_time",
    11: "label",
    12: "break",
    14: "macro",
    16: "wide_single_line_text",
    18: "lookup_select_box",
    21: "list_collector",
    22: "lookup_multiple_choice",
    23: "html",
    25: "masked",
    26: "email",
    27: "url",
    28: "ip_address",
    29: "duration",
    31: "requested_for",
    32: "rich_text_label",
    33: "attachment",
}
START, END, SPLIT = 19, 20, 24  # containers in the table; in the answer a start has type 0 and the others are no entries
CHECK_BOX = 7
CHOOSING = {3, 4, 5}


def visible(session: Session, row: Row) -> bool:
    """What the user may see of the catalogue: active, and open to one of their roles."""
    roles = [role for role in str(row.get("roles", "")).split(",") if role]
    return row.get("active") == "true" and (not roles or session.may(*roles))


def item_of(call: Call, sys_id: str) -> Row:
    """The item. Raises Refusal: 400, not 404, for one that is absent or hidden."""
    row = call.records.find("sc_cat_item", sys_id)
    if row is None or not visible(call.session, row):
        raise bad_request("Item does not exist or is not accessible", f"Invalid sys_id {sys_id}")
    return row


def catalogs(call: Call) -> Answer:
    return result([titled(row) for row in call.records.where("sc_catalog", active="true")])


def titled(row: Row) -> dict[str, Any]:
    return {"sys_id": row["sys_id"], "title": row.get("title", ""), "description": row.get("description", ""), "has_categories": True}


def categories(call: Call, sys_id: str) -> Answer:
    """The categories of a catalogue. Raises Refusal (400)."""
    if call.records.find("sc_catalog", sys_id) is None:
        raise bad_request("Catalog does not exist")
    rows = call.records.where("sc_category", sc_catalog=sys_id, active="true")
    return result([category_body(call.records, row) for row in rows])


def category(call: Call, sys_id: str) -> Answer:
    row = call.records.find("sc_category", sys_id)
    if row is None:
        raise bad_request("Category does not exist")
    return result(category_body(call.records, row))


def category_body(records: Records, row: Row) -> dict[str, Any]:
    count = len(records.where("sc_cat_item", category=row["sys_id"], active="true"))
    return {"sys_id": row["sys_id"], "title": row["title"], "description": row.get("description", ""), "count": count, "subcategories": []}


def items(call: Call) -> Answer:
    """What the caller may order, without variables; by text, category, catalogue and type. Types other than two are ignored."""
    text = call.query.get("sysparm_text", "").casefold()
    wanted = WANTED_TYPES.get(call.query.get("sysparm_type", ""))
    rows = [
        row
        for row in call.records.rows("sc_cat_item")
        if visible(call.session, row)
        and all(word in f"{row['name']} {row.get('short_description', '')}".casefold() for word in text.split())
        and call.query.get("sysparm_category", row.get("category")) in {row.get("category"), ""}
        and call.query.get("sysparm_catalog", "") in f"{row.get('sc_catalogs', '')}"
        and wanted in {None, KINDS[row["sys_class_name"]]}
    ]
    rows.sort(key=lambda row: (int(row.get("order") or 0), row["name"]))
    limit, offset = whole(call, "sysparm_limit", 10), whole(call, "sysparm_offset", 0)
    answer = result([item_body(call.records, row) for row in rows[offset : offset + limit]])
    answer.headers["X-Total-Count"] = str(len(rows))
    return answer


def item_body(records: Records, row: Row) -> dict[str, Any]:
    """An item in a list. Numbers, booleans and null as JSON has them."""
    kind = KINDS[row["sys_class_name"]]
    shelf = records.find("sc_category", row.get("category", ""))
    catalogues = [one for one in records.rows("sc_catalog") if one["sys_id"] in str(row.get("sc_catalogs", ""))]
    price = number(row.get("price", "0")) or 0.0
    return {
        "sys_id": row["sys_id"],
        "name": row["name"],
        "short_description": row.get("short_description", ""),
        "description": row.get("description", ""),
        "type": kind,
        "sys_class_name": row["sys_class_name"],
        "catalogs": [{"sys_id": one["sys_id"], "title": one["title"], "active": True} for one in catalogues],
        "category": {"sys_id": shelf["sys_id"], "title": shelf["title"]} if shelf else None,
        "price": f"{price:.2f} kr." if price else "",
        "localized_price": f"{price:.2f} kr." if price else "",
        "price_currency": "DKK",
        "recurring_price": "",
        "show_price": price > 0,
        "show_quantity": kind == "catalog_item" and row.get("no_quantity") != "true",
        "show_delivery_time": False,
        "order": int(row.get("order") or 0),
        "picture": row.get("picture", ""),
        "icon": row.get("icon", ""),
        "mandatory_attachment": False,
        "request_method": "",
        "turn_off_nowassist_conversation": False,
        "owner": None,
    }


def item(call: Call, sys_id: str) -> Answer:
    """One item with everything that its form needs."""
    row = item_of(call, sys_id)
    found = item_body(call.records, row)
    found |= {"variables": variables_of(call.records, row), "ui_policy": policies(call.records, row), "data_lookup": []}
    found["client_script"] = json.loads(row.get("_scripts", '{"onChange": [], "onLoad": [], "onSubmit": []}'))
    return result(found)


def variables(call: Call, sys_id: str) -> Answer:
    return result(variables_of(call.records, item_of(call, sys_id)))


def delegation(call: Call, sys_id: str, user: str) -> Answer:
    """Whether that user may get the item."""
    row, person = item_of(call, sys_id), call.records.find("sys_user", user)
    return result({"result": person is not None and row.get("active") == "true"})


def questions(records: Records, row: Row) -> Iterator[Row]:
    """The variables of an item and of its single-row sets, flat, without containers."""
    sets = [one["variable_set"] for one in records.where("io_set_item", sc_cat_item=row["sys_id"])]
    single = {one for one in sets if (records.find("item_option_new_set", one) or {}).get("type") == "one_to_one"}
    for one in records.where("item_option_new", active="true"):
        belongs = one.get("cat_item") == row["sys_id"] or one.get("variable_set") in single
        if belongs and int(one["type"]) not in {START, END, SPLIT}:
            yield one


def variables_of(records: Records, row: Row) -> list[dict[str, Any]]:
    """The tree of variables: the item's own, then its sets as containers or, with several rows, as one entry."""
    own = sorted(records.where("item_option_new", cat_item=row["sys_id"], active="true"), key=place)
    found = tree(records, own)
    for link in records.where("io_set_item", sc_cat_item=row["sys_id"]):
        one = records.find("item_option_new_set", link["variable_set"])
        if one:
            inner = tree(records, sorted(records.where("item_option_new", variable_set=one["sys_id"], active="true"), key=place))
            found.append(set_body(one, inner))
    return found


def place(row: Row) -> int:
    return int(row.get("order") or 0)


def tree(records: Records, rows: list[Row]) -> list[dict[str, Any]]:
    """Rows in order, with starts and ends of containers, as nested entries."""
    found: list[dict[str, Any]] = []
    levels = [found]
    for row in rows:
        kind = int(row["type"])
        if kind == END:
            levels = levels[:-1] or [found]
        elif kind == START:
            container = {**plain(row, 0), "children": []}
            del container["display_type"]
            levels[-1].append(container)
            levels.append(container["children"])
        elif kind != SPLIT:
            levels[-1].append(variable_body(records, row))
    return found


def set_body(row: Row, inner: list[dict[str, Any]]) -> dict[str, Any]:
    """A variable set: a container, or a table to fill in."""
    several = row.get("type") == "one_to_many"
    body = {"id": row["sys_id"], "name": row.get("internal_name", ""), "label": row["title"], "active": True, "mandatory": False}
    return body | {"type": 0, "friendly_type": "sc_multi_row" if several else "container_start", "children": inner}


def plain(row: Row, kind: int) -> dict[str, Any]:
    """What every entry has."""
    return {
        "id": row["sys_id"],
        "name": row.get("name", ""),
        "label": row.get("question_text", ""),
        "type": kind,
        "friendly_type": FRIENDLY.get(kind, ""),
        "display_type": FRIENDLY.get(kind, "").replace("_", " ").title(),
        "mandatory": row.get("mandatory") == "true",
        "read_only": row.get("read_only") == "true",
        "active": True,
        "render_label": kind not in {11, 12, 32},
        "help_text": row.get("help_text", ""),
        "order": place(row),
    }


def variable_body(records: Records, row: Row) -> dict[str, Any]:
    """One question. Keys that apply to some kinds only are there for those only."""
    kind = int(row["type"])
    default = row.get("default_value", "")
    found = plain(row, kind)
    found |= {
        "value": default == "true" if kind == CHECK_BOX else default,
        "displayvalue": default,
        "max_length": 0,
        "attributes": row.get("attributes", ""),
        "dynamic_value_field": "",
        "dynamic_value_dot_walk_path": "",
        "pricing_implications": False,
        "visible": row.get("hidden") != "true",
    }
    if row.get("reference"):
        found |= {"reference": row["reference"], "ref_qualifier": row.get("reference_qual", "")}
    if kind in CHOOSING:
        found["choices"] = choices_of(records, row["sys_id"], optional=kind == 5 and row.get("mandatory") != "true")
    return found


def choices_of(records: Records, sys_id: str, *, optional: bool) -> list[dict[str, Any]]:
    """What can be chosen; a list that may be left begins with an empty one."""
    rows = sorted(records.where("question_choice", question=sys_id, inactive="false"), key=place)
    pairs = [("-- Ingen --", "")] * optional + [(row["text"], row["value"]) for row in rows]
    return [{"label": label, "value": value, "index": index} for index, (label, value) in enumerate(pairs)]


def policies(records: Records, row: Row) -> list[dict[str, Any]]:
    """The UI policies of an item: when which variable is shown, mandatory or read-only. The server does not run them."""
    found = []
    for one in sorted(records.where("catalog_ui_policy", catalog_item=row["sys_id"], active="true"), key=place):
        conditions = json.loads(one["_conditions"])
        actions = records.where("catalog_ui_policy_action", ui_policy=one["sys_id"])
        found.append(
            {
                "sys_id": one["sys_id"],
                "table": "(catalog)",
                "short_description": one["short_description"],
                "onload": one["on_load"] == "true",
                "reverse": one["reverse_if_false"] == "true",
                "script_true": "",
                "script_false": "",
                "conditions": conditions,
                "condition_fields": [condition["field"] for condition in conditions],
                "actions": [
                    {"name": act["catalog_variable"], "visible": act["visible"], "mandatory": act["mandatory"], "disabled": act["disabled"]}
                    for act in actions
                ],
            }
        )
    return found
