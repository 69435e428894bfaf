// Judging: which findings are chosen, and the dialog that asks for a verdict and a reason. Nothing is kept before the person says so.
import { post } from "./api.js";
import { announce, make } from "./dom.js";

const WHAT = {
  ok: "Der er ikke noget galt",
  fejl: "Det skal rettes",
  forklaret: "Det er i orden, og her er hvorfor",
  "skal undersøges": "Det kan ikke afgøres endnu",
};

// The findings that are ticked. judged: called with the server's answer. query: what the table shows now.
export class Chosen {
  constructor(told, judged, query) {
    Object.assign(this, { told, judged, query, numbers: new Set(), all: false, page: null, boxes: [] });
    this.words = make("p", { role: "status" });
    this.every_ = make("button", { type: "button", class: "plain", onclick: () => this.takeAll() });
    this.element = make("div", { class: "chosen", hidden: true }, this.words, this.every_,
      make("button", { type: "button", class: "strong-button", onclick: () => this.ask() }, "Vurdér"),
      make("button", { type: "button", class: "plain", onclick: () => this.clear() }, "Fortryd valg"));
  }

  // Another page is shown: what was chosen and is not seen any more is let go.
  shows(page) {
    this.page = page;
    const here = new Set(page.group ? [] : page.rows.map((row) => row.nr));
    this.numbers = new Set([...this.numbers].filter((nr) => here.has(nr)));
    this.all = false;
    this.boxes = [];
  }

  one(row) {
    const box = make("input", { type: "checkbox", "aria-label": `Vælg fund ${row.nr}`, "data-keep": `pick ${row.nr}`, checked: this.numbers.has(row.nr), onchange: () => {
      if (box.checked) this.numbers.add(row.nr);
      else this.numbers.delete(row.nr);
      this.all = false;
      this.draw();
    } });
    this.boxes.push([box, row.nr]);
    return box;
  }

  every() {
    const box = make("input", { type: "checkbox", "aria-label": "Vælg alle fund på siden", onchange: () => {
      this.boxes.forEach(([one, nr]) => {
        one.checked = box.checked;
        if (box.checked) this.numbers.add(nr);
        else this.numbers.delete(nr);
      });
      this.all = false;
      this.draw();
    } });
    this.head = box;
    return box;
  }

  takeAll() {
    this.all = true;
    this.draw();
  }

  clear() {
    this.numbers.clear();
    this.all = false;
    this.boxes.forEach(([one]) => (one.checked = false));
    this.draw();
  }

  get count() {
    return this.all ? this.page.total : this.numbers.size;
  }

  draw() {
    const many = this.numbers.size;
    this.element.hidden = many === 0;
    this.words.textContent = many ? `${this.count.toLocaleString("da-DK")} valgt` : "";
    this.every_.textContent = `Vælg alle ${this.page.total.toLocaleString("da-DK")}`;
    this.every_.hidden = this.all || many < this.boxes.length || this.page.total <= many;
    if (this.head) {
      this.head.checked = many > 0 && many === this.boxes.length;
      this.head.indeterminate = many > 0 && many < this.boxes.length;
    }
  }

  ask() {
    const which = this.all ? { all: { query: this.query(), count: this.page.total } } : { numbers: [...this.numbers] };
    dialog(this.told, this.count, which, (answer) => {
      this.clear();
      this.judged(answer);
    });
  }
}

// Asks how `count` findings are judged, and has it kept. which: for the server.
export function dialog(told, count, which, done) {
  const many = `${count.toLocaleString("da-DK")} fund`;
  const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
  const reason = make("textarea", { id: "reason", rows: "3", maxlength: "1000" });
  const optional = make("span", { class: "quiet" });
  const choice = (one, place) => make("label", { class: "choice" },
    make("input", { type: "radio", name: "verdict", value: one, required: true, checked: place === 0, onchange: () => (optional.textContent = one === "ok" ? " (kan undværes)" : "") }),
    make("span", {}, make("span", { class: "strong" }, one[0].toUpperCase() + one.slice(1)), make("span", { class: "quiet block" }, WHAT[one] ?? "")));
  optional.textContent = " (kan undværes)";
  const form = make("form", { method: "dialog", onsubmit: async (event) => {
    event.preventDefault();
    const keep = form.querySelector("[type=submit]");
    keep.disabled = true;
    try {
      const answer = await post(`api/runs/${encodeURIComponent(told.id)}/judge`, { ...which, verdict: new FormData(form).get("verdict"), reason: reason.value });
      box.close();
      done(answer);
      announce(`${many} er vurderet`);
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
      reason.focus();
    }
    keep.disabled = false;
  } },
    make("h2", { id: "judge-title" }, `Vurdér ${many}`),
    make("fieldset", {}, make("legend", { class: "sr" }, "Vurdering"), told.verdicts.map(choice)),
    make("p", { class: "field wide" }, make("label", { for: "reason" }, "Begrundelse", optional), reason),
    trouble,
    make("p", { class: "ways" }, make("button", { type: "submit", class: "strong-button" }, `Vurdér ${many}`), make("button", { type: "button", class: "plain", onclick: () => box.close() }, "Annuller")));
  const box = make("dialog", { class: "judge", "aria-labelledby": "judge-title", onclose: () => box.remove() }, form);
  document.body.append(box);
  box.showModal();
}
