"""The Import Set API: `/api/now/import/{staging}`: the one upsert, where somebody has set up a transform map with a coalesce column."""

from typing import Any

from simulators.servicenow.calls import Answer, Call
from simulators.servicenow.columns import TABLES
from simulators.servicenow.refusals import Refusal, bad_request
from simulators.servicenow.values import cleaned
from simulators.servicenow.writing import insert, update

MAPS = {"u_kollega_incident": ("Kollega incidents", "incident", "correlation_id")}  # staging table → map, target, coalesce column


def imported(call: Call, staging: str) -> Answer:
    """One row: inserted, or updated where the coalesce column finds a record. Errors come with 201 too."""
    if staging not in MAPS:
        raise bad_request(f"Invalid staging table {staging}")
    body = call.json()
    number = call.records.simulation.store.count("servicenow.import_set", 10_001)
    found = {"import_set": f"ISET{number:07d}", "staging_table": staging, "result": [transformed(call, staging, body)]}
    return Answer(found, 201)


def transformed(call: Call, staging: str, body: dict[str, Any]) -> dict[str, Any]:
    """What became of a row."""
    name, table, column = MAPS[staging]
    head = {"transform_map": name, "table": table, "display_name": "number"}
    value = body.get(column)
    key = cleaned(TABLES[table].columns[column], value) if isinstance(value, str) else ""
    there = call.records.first(table, **{column: key}) if key else None
    try:
        row = update(call.records, call.session, table, there["sys_id"], body) if there else insert(call.records, call.session, table, body)
    except Refusal as refusal:
        return head | {"status": "error", "error_message": f"{refusal.message}: {refusal.detail}"}
    status = "inserted" if there is None else "ignored" if row["sys_mod_count"] == there["sys_mod_count"] else "updated"
    link = f"{call.base}/api/now/table/{table}/{row['sys_id']}"
    return head | {"display_value": row["number"], "record_link": link, "status": status, "sys_id": row["sys_id"]}
