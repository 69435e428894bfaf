// The year's tilsyn: what asks for somebody comes first.
import { get } from "./api.js";
import { chip, make } from "./dom.js";
import { toChat } from "./identity.js";

const heads = (told) => ["Tilsyn", "Periode", "Tilstand", "Vurderet", "Underskrevet", ...(told.hasDeadlines ? ["Frist"] : []), "Næste skridt"];

export async function list() {
  const told = await get("api/runs");
  return {
    title: "Tilsyn",
    trail: [],
    content: [
      make("header", { class: "head" }, make("h1", {}, told.title), make("p", { class: "answer" }, told.answer)),
      make("section", { class: "panel flush", "aria-label": "Alle tilsyn" },
        make("table", { class: "cards list", role: "table" },
          make("caption", { class: "sr" }, told.title),
          make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, heads(told).map((head) => make("th", { scope: "col", role: "columnheader" }, head)))),
          make("tbody", { role: "rowgroup" }, told.tilsyn.map((one) => row(one, told.hasDeadlines))))),
    ],
  };
}

function row(one, hasDeadlines) {
  const address = one.run && `/tab/runs/${encodeURIComponent(one.run)}`;
  const title = address ? make("a", { href: address, class: "strong" }, one.title) : make("span", { class: "strong" }, one.title);
  const cell = (label, ...content) => make("td", { role: "cell", "data-label": label }, make("span", {}, content));
  return make("tr", { role: "row" },
    make("th", { scope: "row", role: "rowheader" }, title, make("span", { class: "quiet block" }, one.question)),
    cell("Periode", one.period || "–", one.unit && make("span", { class: "quiet block" }, one.unit)),
    cell("Tilstand", chip(one.state, one.stateText)),
    cell("Vurderet", one.judgedText),
    cell("Underskrevet", one.signed),
    hasDeadlines && cell("Frist", due(one.deadline)),
    cell("Næste skridt", next(one, address)));
}

function due(one) {
  if (!one) return "–";
  return [one.late ? chip("failed", `for sent: ${one.text}`) : one.text, make("span", { class: "quiet block" }, [one.period, one.unit].filter(Boolean).join(", "))];
}

function next(one, address) {
  if (!one.next) return make("span", { class: "done" }, "✓ Færdig");
  if (one.chat) return make("button", { type: "button", class: "plain", onclick: () => toChat(one.chat), "aria-label": `${one.next} i chatten: ${one.title}` }, one.next);
  return address ? make("a", { href: address, "aria-label": `${one.next}: ${one.title}` }, one.next) : one.next;
}
