"""What Kollega has done itself, entered in ServiceNow as a finished request item: ordered from the catalogue, then closed complete.

A request item that is posted to its table has neither flow nor variables, so it is ordered. An order has no key that would stop a second one: the
catalogue item has a hidden variable for it, by which an order whose answer was lost is found again.
Source: https://www.servicenow.com/docs/bundle/australia-api-reference/page/integrate/inbound-rest/concept/c_ServiceCatalogAPI.html
"""

import asyncio
import contextlib
from urllib.parse import quote

import orjson
from pydantic import BaseModel, ConfigDict, Field

from connectors.errors import Conflict, NotFound, Refused, Unavailable
from connectors.http import JOB, Request, surely_not_executed
from connectors.servicenow_table import Row, TableApi

CATALOGUE = "/api/sn_sc/servicecatalog"
ITEM_KEY = "kollega_key"  # the hidden variable's name
COMPLETE = "3"
CART = "cart"  # an instance that orders in two steps has one for all that Kollega orders
KEY = 100  # characters that correlation_id holds
APPEARS = 8.0  # seconds that an ordered item is waited for: it comes a little after its request
LATE = 30.0  # the same, where an order may still be on its way
PAUSE, LONGEST_PAUSE = 0.2, 2.0


class ItemDraft(BaseModel):
    """Something that was done. caller_id: for whom (sys_id). title: what was asked for. done: what was done, in lines."""

    model_config = ConfigDict(frozen=True)

    caller_id: str
    title: str = Field(max_length=160)
    done: str = Field(max_length=4000)


class Entered(BaseModel):
    """The finished request item."""

    model_config = ConfigDict(frozen=True)

    number: str
    url: str


class RequestItems(TableApi):
    """Finished request items."""

    item = ""  # the catalogue item's name
    in_two_steps = True  # how the instance orders, until the first order has shown it

    async def enter_finished(self, draft: ItemDraft, key: str, *, on_its_way: bool = False) -> Entered:
        """Enter what was done, once per key, and read it back. Safe to repeat. Only in jobs.

        on_its_way: an order with the key may have been sent that nobody waited for, so it is looked for long enough.
        Raises NotFound("no_item") where the catalogue has no such item, Refused("not_taken") when the instance kept something else than was
        sent, Conflict("doubled") when two carry the key.
        """
        if not key or len(key) > KEY:
            raise Refused(self.name, "enter item: the key does not fit", code="bad_key")
        values = {
            "short_description": " ".join(draft.title.split()),
            "description": draft.done,
            "correlation_id": key,
            "correlation_display": "Kollega",
            "state": COMPLETE,
        }
        async with self.one_at_a_time(key):
            row = await (self._looked_for(key, LATE) if on_its_way else self._item_of(key))
            if row is None:
                await self._order(draft.caller_id, key)
                row = await self._appeared(key)
            if not taken(row, values):
                await self.change("sc_req_item", row.value("sys_id"), values, "close item")
                row = await self.row("sc_req_item", row.value("sys_id"), ("number", *values), "read item")
        if not taken(row, values):
            raise Refused(self.name, f"enter item: {row.value('number')} has other values", code="not_taken")
        target = quote(f"sc_req_item.do?sys_id={row.value('sys_id')}", safe="")
        return Entered(number=row.value("number"), url=f"{self.url}/nav_to.do?uri={target}")

    async def catalogue_item(self) -> str:
        """The sys_id of the item that finished requests are ordered by. Raises NotFound."""
        found = await self.rows("sc_cat_item", {"name": self.item, "active": "true"}, (), "find catalogue item")
        if len(found) != 1:
            raise NotFound(self.name, f"find catalogue item: {len(found)} active ones have the name", code="no_item")
        return found[0].value("sys_id")

    async def _order(self, caller_id: str, key: str) -> None:
        """Order it, unless an order with the key is still to appear. What became of it is seen by the key alone."""
        item = await self.catalogue_item()
        path = f"{CATALOGUE}/items/{item}/order_now"
        body = {"sysparm_quantity": "1", "sysparm_requested_for": caller_id, "variables": {ITEM_KEY: key}}
        headers = {"Content-Type": "application/json"}
        try:
            order = Request("POST", self.url + path, "order item", False, None, headers, orjson.dumps(body), seconds=JOB)
            async with self.one_at_a_time(CART) if self.in_two_steps else contextlib.nullcontext():
                answer = await self.call(order)
                self.in_two_steps = "cart_id" in self.an_object(self._result(answer.data, "order item"), "order item")
                if self.in_two_steps:
                    await self._checked_out(order, item, key)
        except Unavailable as error:
            if surely_not_executed(error) or await self._looked_for(key) is None:
                raise

    async def _checked_out(self, order: Request, item: str, key: str) -> None:
        """The instance orders in two steps: what lies in the one cart of Kollega's user is sent off.

        Lines of the item that were there before are of a try that died, or of another process's at this moment: a line does not tell whose
        it is, so all of them go and the order is made anew; the other process finds its item missing and orders again.
        """
        if len(lines := await self._lines(item)) > 1:
            for line in lines:
                with contextlib.suppress(NotFound):  # gone meanwhile
                    await self.call(
                        Request("DELETE", f"{self.url}{CATALOGUE}/cart/{line}", "tidy cart", repeatable=False, seconds=JOB, as_json=False)
                    )
            await self.call(order)
        submit = Request(
            "POST",
            f"{self.url}{CATALOGUE}/cart/submit_order",
            "order cart",
            False,
            None,
            {"Content-Type": "application/json"},
            b"{}",
            seconds=JOB,
        )
        try:
            await self.call(submit)
        except Refused as error:  # an empty cart: another process has sent it off, or has tidied it away
            if await self._looked_for(key) is None:
                raise Unavailable(self.name, "order cart: nothing was in it", error.status, "cart_empty") from error

    async def _lines(self, item: str) -> list[str]:
        """The lines of the cart that order that catalogue item."""
        cart = self.an_object(await self._get(f"{CATALOGUE}/cart", {}, "read cart"), "read cart")
        rows = [Row(one) for one in self.objects(cart.get("items") or [], "read cart")]
        return [row.value("cart_item_id") for row in rows if row.value("catalog_item_id") == item]

    async def _appeared(self, key: str) -> Row:
        """The item of an order that was made. Raises Unavailable("not_visible")."""
        row = await self._looked_for(key)
        if row is None:
            raise Unavailable(self.name, "enter item: not visible yet", code="not_visible")
        return row

    async def _looked_for(self, key: str, seconds: float = 0.0) -> Row | None:
        """The item with the key, waited for so long, or as long as it takes to appear."""
        clock, pause = asyncio.get_running_loop().time, PAUSE
        end = clock() + (seconds or APPEARS)
        while (row := await self._item_of(key)) is None and clock() < end:
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, LONGEST_PAUSE)
        return row

    async def _item_of(self, key: str) -> Row | None:
        """The item whose key variable holds the key. Raises Conflict for two."""
        where = {"sc_item_option.item_option_new.name": ITEM_KEY, "sc_item_option.value": key}
        found = await self.rows("sc_item_option_mtom", where, ("request_item",), "look for the item")
        ids = {row.value("request_item") for row in found} - {""}
        if len(ids) > 1:
            raise Conflict(self.name, "enter item: two carry the key", code="doubled")
        fields = ("number", "short_description", "description", "correlation_id", "correlation_display", "state")
        return await self.row("sc_req_item", ids.pop(), fields, "read item") if ids else None


def taken(row: Row, values: dict[str, str]) -> bool:
    """Whether the item holds all that was to be entered."""
    return all(row.value(field).replace("\r\n", "\n").strip() == value.strip() for field, value in values.items())
