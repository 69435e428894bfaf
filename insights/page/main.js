// Starts the page, and shows the one that the address names. Links within the tab are followed without a new page.
import { get } from "./api.js";
import { $, make } from "./dom.js";
import { begin } from "./identity.js";
import { evidence } from "./evidence.js";
import { list } from "./list.js";
import { run } from "./run.js";

const ROUTES = [
  [/^\/tab\/$/, list],
  [/^\/tab\/runs\/([^/]+)$/, run],
  [/^\/tab\/runs\/([^/]+)\/rows\/(\d+)$/, evidence],
];
let shown = 0;

export const here = () => new URL(window.location.href);

// Go to an address of the tab.
export function go(address, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  return show();
}

async function show() {
  const mine = ++shown;
  const address = here();
  const [pattern, page] = ROUTES.find(([one]) => one.test(address.pathname)) ?? [null, null];
  if (!page) return fail(new Error("Den side findes ikke."));
  const waiting = setTimeout(() => mine === shown && fill([make("p", { class: "waiting" }, "Henter …")]), 300);
  try {
    const drawn = await page(address, ...pattern.exec(address.pathname).slice(1).map(decodeURIComponent));
    if (mine !== shown) return;
    fill(drawn.content);
    trail(drawn.trail);
    document.title = `${drawn.title} · Kollega`;
    focus();
    drawn.after?.();
  } catch (error) {
    if (mine === shown) fail(error);
  } finally {
    clearTimeout(waiting);
  }
}

function focus() {
  const heading = $("main").querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function fail(error) {
  trail([]);
  const again = error.status === 401 || error.status === 403 ? null : make("p", {}, make("button", { type: "button", class: "plain", onclick: show }, "Prøv igen"));
  fill([make("div", { class: "panel stopped", role: "alert" }, make("h1", {}, "Siden kan ikke vises"), make("p", {}, error.message), again)]);
  document.title = "Siden kan ikke vises · Kollega";
}

const fill = (content) => $("main").replaceChildren(...content);

function trail(steps) {
  const all = [["Alle tilsyn", "/tab/"], ...steps];
  $("trail").replaceChildren(...all.map(([label, address], place) =>
    make("li", {}, place === all.length - 1 ? make("span", { "aria-current": "page" }, label) : make("a", { href: address }, label))));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/tab/']");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
window.addEventListener("popstate", show);

async function start() {
  const place = await begin();
  const known = place && (await get(`api/runs/${encodeURIComponent(place)}`).catch(() => null));
  await (known ? go(`/tab/runs/${encodeURIComponent(place)}`, { replace: true }) : show());
}

start().catch(fail);
