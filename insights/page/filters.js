// What the table of findings is narrowed by. The wish (URLSearchParams) is the only state; `changed` is called when it is another.
import { make } from "./dom.js";

const RANGED = ["number", "count", "day", "moment"];
const HOW = { has: "indeholder", is: "er", from: "fra", to: "til", empty: "er tom" };
const CALM = 300; // milliseconds after the last letter

export function filters(told, wish, changed) {
  const kinds = Object.fromEntries(told.columns.map((one) => [one.name, one]));
  const set = (key, value) => {
    if (value) wish.set(key, value);
    else wish.delete(key);
    draw();
    changed();
  };
  let calm = null;
  const search = make("input", { type: "search", id: "search", value: wish.get("q") ?? "", autocomplete: "off", oninput: () => {
    clearTimeout(calm);
    calm = setTimeout(() => set("q", search.value.trim()), CALM);
  } });
  const choice = (id, key, label, options) => {
    const select = make("select", { id, onchange: () => set(key, select.value) }, options.map(([value, text]) => make("option", { value, selected: (wish.get(key) ?? "") === value }, text)));
    return { field: make("p", { class: "field" }, make("label", { for: id }, label), select), select, key };
  };
  const verdict = choice("of-verdict", "verdict", "Vurdering", [["", "Alle"], ["ingen", "Ikke vurderet"], ...told.verdicts.map((one) => [one, one[0].toUpperCase() + one.slice(1)])]);
  const group = choice("by-group", "group", "Saml efter", [["", "Ingenting"], ...told.columns.filter((one) => one.name !== "nr").map((one) => [one.name, one.label])]);
  const sample = told.sample && choice("of-sample", "sample", "Stikprøve", [["", "Alle fund"], ["1", "Kun stikprøven"]]);
  const grown = choice("of-grown", "grown", "Siden sidst", [["", "Alle"], ["ny", "Nye"], ["gentaget", "Gentagne"], ["genåbnet", "Genåbnede"]]);
  grown.field.hidden = !wish.get("grown");
  const active = make("ul", { class: "active", "aria-label": "Valgte filtre" });

  function without(text) {
    const rest = wish.getAll("f").filter((one) => one !== text);
    wish.delete("f");
    rest.forEach((one) => wish.append("f", one));
  }

  function drop(text) {
    without(text);
    draw();
    changed();
  }

  function draw() {
    const told = wish.getAll("f").map((text) => {
      const [column, how, ...value] = text.split(":");
      const words = `${kinds[column]?.label ?? column} ${HOW[how] ?? how} ${value.join(":")}`.trim();
      return make("li", {}, make("button", { type: "button", class: "tag", "aria-label": `Fjern filteret: ${words}`, onclick: () => drop(text) }, words, make("span", { "aria-hidden": "true" }, "✕")));
    });
    active.replaceChildren(...told);
    active.hidden = told.length === 0;
    [verdict, grown, group, sample].filter(Boolean).forEach((one) => (one.select.value = wish.get(one.key) ?? ""));
  }

  const element = make("div", { class: "filters", role: "search", "aria-label": "Søg i fundene" },
    make("div", { class: "row" }, make("p", { class: "field wide" }, make("label", { for: "search" }, "Søg i alle kolonner"), search), verdict.field, grown.field, sample?.field, group.field),
    more(told, wish, async () => {
      const got = await changed();
      if (!got) without(wish.getAll("f").at(-1)); // what cannot be had is not kept
      draw();
      return got;
    }),
    active);
  draw();
  return { element, draw, compare: () => (grown.field.hidden = false) };
}

// A filter on one column.
function more(told, wish, added) {
  const column = make("select", { id: "filter-column" }, told.columns.map((one) => make("option", { value: one.name }, one.label)));
  const how = make("select", { id: "filter-how" });
  const value = make("input", { id: "filter-value", autocomplete: "off" });
  const fits = () => {
    const { kind } = told.columns.find((one) => one.name === column.value);
    const some = RANGED.includes(kind) ? ["from", "to", "is", "empty"] : kind === "truth" ? ["is", "empty"] : ["has", "is", "empty"];
    how.replaceChildren(...some.map((one) => make("option", { value: one }, HOW[one])));
    value.setAttribute("placeholder", { day: "31.12.2026", moment: "31.12.2026", number: "1.234,50", truth: "ja" }[kind] ?? "");
    asks();
  };
  const asks = () => (value.disabled = how.value === "empty");
  column.addEventListener("change", fits);
  how.addEventListener("change", asks);
  fits();
  const form = make("form", { class: "row", onsubmit: async (event) => {
    event.preventDefault();
    if (how.value !== "empty" && !value.value.trim()) return value.focus();
    wish.append("f", `${column.value}:${how.value}:${how.value === "empty" ? "" : value.value.trim()}`);
    if (await added()) value.value = "";
    else value.focus();
  } },
    make("p", { class: "field" }, make("label", { for: "filter-column" }, "Kolonne"), column),
    make("p", { class: "field" }, make("label", { for: "filter-how" }, "Hvordan"), how),
    make("p", { class: "field" }, make("label", { for: "filter-value" }, "Værdi"), value),
    make("button", { type: "submit", class: "plain" }, "Tilføj filter"));
  return make("details", { class: "more" }, make("summary", {}, "Filtrer på en kolonne"), form);
}
