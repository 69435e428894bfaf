// The findings: a screenful at a time, searched, filtered, sorted and grouped by the server. What is asked for stands in the address.
import { get } from "./api.js";
import { announce, chip, make } from "./dom.js";
import { filters } from "./filters.js";
import { Chosen } from "./judge.js";

const NUMBERS = ["number"];
const SHORT = ["count", "day", "moment", "number"]; // never broken in two
const KEPT = ["q", "f", "grown", "sort", "desc", "group", "verdict", "sample", "page"];

// The section of findings. judged: told when something is judged. Gives {section, only, compare}.
export async function findings(told, address, judged) {
  const table = new Findings(told, address, judged);
  const page = await table.ask();
  table.draw(page);
  return { section: table.section, only: (column, value) => table.only(column, value), compare: () => table.compare() };
}

class Findings {
  constructor(told, address, judged) {
    this.told = told;
    this.path = `api/runs/${encodeURIComponent(told.id)}/rows`;
    this.wish = new URLSearchParams([...address.searchParams].filter(([key]) => KEPT.includes(key)));
    this.asking = null;
    this.total = make("p", { class: "quiet", role: "status" });
    this.place = make("div");
    this.trouble = make("p", { class: "trouble", role: "alert", hidden: true });
    this.chosen = new Chosen(told, (answer) => this.wasJudged(answer, judged), () => this.query());
    this.filters = filters(told, this.wish, () => this.changed());
    this.section = make("section", { class: "panel findings", "aria-labelledby": "findings" },
      make("h2", { id: "findings" }, "Fund"), this.filters.element, this.trouble, this.total, this.place, this.chosen.element);
  }

  query() {
    return this.wish.toString();
  }

  async ask() {
    this.asking?.abort();
    this.asking = new AbortController();
    return get(`${this.path}?${this.query()}${this.compared ? "&since=1" : ""}`, this.asking.signal);
  }

  // There is a run before this one: each finding says what has become of it since.
  compare() {
    this.compared = true;
    this.filters.compare();
    return this.changed(true);
  }

  // Something else is wanted: from its first page, unless it is a page that is wanted.
  // Gives whether it could be had.
  async changed(keepPage = false) {
    if (!keepPage) this.wish.delete("page");
    this.section.setAttribute("aria-busy", "true");
    try {
      this.draw(await this.ask());
      this.trouble.hidden = true;
      history.replaceState(null, "", this.query() ? `?${this.query()}` : window.location.pathname);
    } catch (error) {
      if (error.name === "AbortError") return true;
      this.trouble.textContent = error.message;
      this.trouble.hidden = false;
      return false;
    } finally {
      this.section.removeAttribute("aria-busy");
    }
    return true;
  }

  // The findings with one value of a column alone.
  only(column, value) {
    this.wish.delete("group");
    const rest = this.wish.getAll("f").filter((one) => !one.startsWith(`${column}:`));
    this.wish.delete("f");
    [...rest, value ? `${column}:is:${value}` : `${column}:empty:`].forEach((one) => this.wish.append("f", one));
    this.filters.draw();
    this.section.scrollIntoView({ block: "start" });
    return this.changed();
  }

  draw(page) {
    this.total.textContent = page.totalText;
    this.page = page;
    this.chosen.shows(page);
    const table = page.group ? this.groups(page) : this.rows(page);
    const focused = document.activeElement?.dataset?.keep;
    this.place.replaceChildren(...(page.rows.length ? [table] : [make("p", { class: "nothing-here" }, "Ingen fund passer til det, du har valgt.")]), this.pager(page));
    this.chosen.draw();
    if (focused) this.place.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus();
  }

  rows(page) {
    const head = (one) => {
      const sorted = this.wish.get("sort") === one.name ? (this.wish.get("desc") === "1" ? "descending" : "ascending") : null;
      const arrow = { ascending: "▲", descending: "▼" }[sorted] ?? "";
      return make("th", { scope: "col", role: "columnheader", "aria-sort": sorted ?? "none", class: NUMBERS.includes(one.kind) ? "number" : null },
        make("button", { type: "button", class: "sorter", "data-keep": `sort ${one.name}`, onclick: () => this.sort(one.name, sorted) }, one.label, make("span", { class: "arrow", "aria-hidden": "true" }, arrow)));
    };
    return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "Tabel med fund" },
      make("table", { class: "cards", role: "table" },
        make("caption", { class: "sr" }, `Fund i ${this.told.title}, ${this.told.period}. Overskrifterne er knapper, der sorterer.`),
        make("thead", { role: "rowgroup" }, make("tr", { role: "row" },
          make("th", { scope: "col", role: "columnheader", class: "pick" }, this.chosen.every()),
          this.told.columns.map(head),
          this.compared && make("th", { scope: "col", role: "columnheader" }, "Siden sidst"),
          make("th", { scope: "col", role: "columnheader", class: "verdict" }, "Vurdering"))),
        make("tbody", { role: "rowgroup" }, page.rows.map((row) => this.row(row)))));
  }

  row(row) {
    const address = `/tab/runs/${encodeURIComponent(this.told.id)}/rows/${row.nr}`;
    const cell = (text, place) => {
      const { name, label, kind } = this.told.columns[place];
      const content = name === "nr" ? make("a", { href: address, "aria-label": `Fund ${row.nr}: se, hvad der ligger bag` }, text) : text;
      return make("td", { role: "cell", "data-label": label, class: NUMBERS.includes(kind) ? "number" : SHORT.includes(kind) ? "name" : null }, make("span", {}, content));
    };
    return make("tr", { role: "row" },
      make("td", { role: "cell", class: "pick" }, this.chosen.one(row)),
      row.cells.map(cell),
      this.compared && make("td", { role: "cell", "data-label": "Siden sidst" }, make("span", {}, since(row.since))),
      make("td", { role: "cell", "data-label": "Vurdering", class: "verdict", id: `verdict-${row.nr}` }, make("span", {}, verdict(row))));
  }

  groups(page) {
    const kept = (row) => row.how && make("button", { type: "button", class: "plain small", "aria-label": `Vis fundene med ${page.label} ${row.name}`, onclick: () => this.only(page.group, row.how === "empty" ? "" : row.value) }, "Vis");
    return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": `Fund samlet efter ${page.label}` },
      make("table", { class: "cards", role: "table" },
        make("caption", { class: "sr" }, `Fund samlet efter ${page.label}`),
        make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, [page.label, "Antal", ...page.sums.map((one) => `${one}, i alt`), "Fund"].map((head, place) =>
          make("th", { scope: "col", role: "columnheader", class: place > 0 && place <= page.sums.length + 1 ? "number" : null }, head)))),
        make("tbody", { role: "rowgroup" }, page.rows.map((row) => make("tr", { role: "row" },
          make("th", { scope: "row", role: "rowheader" }, row.name),
          make("td", { role: "cell", class: "number", "data-label": "Antal" }, make("span", {}, row.count)),
          row.sums.map((sum, place) => make("td", { role: "cell", class: "number", "data-label": `${page.sums[place]}, i alt` }, make("span", {}, sum))),
          make("td", { role: "cell", "data-label": "Fund" }, make("span", {}, kept(row) || "–")))))),
      page.more > 0 && make("p", { class: "quiet" }, `… og ${page.more} grupper mere`));
  }

  pager(page) {
    if (!page.pages || page.pages < 2) return "";
    const to = (label, number) => make("button", { type: "button", class: "plain", disabled: number < 1 || number > page.pages, onclick: () => this.turn(number) }, label);
    return make("nav", { class: "pager", "aria-label": "Sider med fund" }, to("Forrige", page.page - 1), make("span", {}, `Side ${page.page} af ${page.pages.toLocaleString("da-DK")}`), to("Næste", page.page + 1));
  }

  async turn(number) {
    this.wish.set("page", String(number));
    await this.changed(true);
    this.section.scrollIntoView({ block: "start" });
    announce(`Side ${number}`);
  }

  sort(name, sorted) {
    const next = { ascending: "descending", descending: null }[sorted] ?? (sorted === null ? "ascending" : null);
    this.wish.delete("sort");
    this.wish.delete("desc");
    if (next) this.wish.set("sort", name);
    if (next === "descending") this.wish.set("desc", "1");
    return this.changed();
  }

  wasJudged(answer, judged) {
    for (const [nr, one] of Object.entries(answer.rows)) {
      document.getElementById(`verdict-${nr}`)?.replaceChildren(make("span", {}, verdict(one)));
    }
    judged(answer.judged);
    if (this.wish.get("verdict")) this.changed(true);
  }
}

const since = (one) => (one ? [chip(one.kind, one.text), one.changes && make("span", { class: "quiet block" }, one.changes)] : "–");

const verdict = (row) => (row.verdict ? [chip(row.verdict, row.verdict), row.reason && make("span", { class: "quiet block" }, row.reason)] : make("span", { class: "quiet" }, "ikke vurderet"));
