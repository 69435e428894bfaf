// Making elements. Whatever comes from data becomes text, never HTML.
export const $ = (id) => document.getElementById(id);

// make("a", { href: "…", class: "x", "aria-label": "…", onclick: f }, "text", child, …): null and false are left out.
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
}

// Says something to those who do not see the page.
export function announce(text) {
  $("announce").textContent = "";
  requestAnimationFrame(() => ($("announce").textContent = text));
}

const SIGNS = {
  found: "!", nothing: "✓", failed: "✕", partial: "◐", empty: "○", running: "…", never: "–",
  ny: "+", gentaget: "↻", genåbnet: "↺",
  ok: "✓", fejl: "✕", forklaret: "i", "skal undersøges": "?",
};

// A state or a verdict: a sign, a word and a colour, so that none of them is needed alone.
export function chip(kind, text) {
  if (!text) return make("span", { class: "quiet" }, "–");
  return make("span", { class: `chip ${kind.replaceAll(" ", "-")}` }, make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[kind] ?? "•"), make("span", {}, text));
}

// A list of labels and values.
export const facts = (pairs) => make("dl", { class: "facts" }, pairs.map(([label, value]) => make("div", {}, make("dt", {}, label), make("dd", {}, value))));

// A table of texts. numbers: places of columns that are set to the right.
export function plainTable(caption, heads, rows, numbers = []) {
  const side = (place) => (numbers.includes(place) ? "number" : null);
  return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": caption },
    make("table", {},
      make("caption", { class: "sr" }, caption),
      make("thead", {}, make("tr", {}, heads.map((head, place) => make("th", { scope: "col", class: side(place) }, head)))),
      make("tbody", {}, rows.map((row) => make("tr", {}, row.map((cell, place) => make("td", { class: side(place) }, cell)))))));
}
