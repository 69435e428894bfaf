// One finding: what it says, what was said of it, and the rows of the run's own data that stand behind it.
import { get } from "./api.js";
import { chip, facts, make, plainTable } from "./dom.js";
import { go } from "./main.js";
import { dialog } from "./judge.js";

export async function evidence(address, id, number) {
  const [told, run] = await Promise.all([get(`api/runs/${encodeURIComponent(id)}/rows/${number}`), get(`api/runs/${encodeURIComponent(id)}`)]);
  const path = `/tab/runs/${encodeURIComponent(id)}`;
  const again = () => go(address.pathname, { replace: true });
  return {
    title: `Fund ${told.nr}: ${told.run.title}`,
    trail: [[`${run.title}, ${run.period}`, path], [`Fund ${told.nr}`, ""]],
    content: [
      make("header", { class: "head" }, make("h1", {}, `Fund ${told.nr}: ${told.name}`), make("p", { class: "quiet" }, `${run.title}, ${run.period}`), steps(told, path)),
      values(told),
      history(told, run, again),
      ...told.sources.filter((one) => one.rows.length > 0).map(source),
      without(told.sources.filter((one) => one.rows.length === 0)),
    ].filter(Boolean),
  };
}

function steps(told, path) {
  const to = (label, number) => number >= 1 && number <= told.of && make("a", { href: `${path}/rows/${number}`, class: "plain" }, label);
  return make("nav", { class: "ways", "aria-label": "Andre fund" }, to(`‹ Fund ${told.nr - 1}`, told.nr - 1), to(`Fund ${told.nr + 1} ›`, told.nr + 1));
}

const values = (told) => make("section", { class: "panel", "aria-labelledby": "values" }, make("h2", { id: "values" }, "Fundet"), facts(told.values.map((one) => [one.label, one.value])));

function history(told, run, again) {
  const [now] = told.history;
  const entry = (one) => make("li", {}, chip(one.verdict, one.verdict), " ", one.reason && make("span", {}, one.reason), make("span", { class: "quiet block" }, `${one.by}, ${one.at}`));
  return make("section", { class: "panel", "aria-labelledby": "history" },
    make("h2", { id: "history" }, "Vurdering"),
    told.history.length > 0 ? make("ol", { class: "history" }, told.history.map(entry)) : make("p", {}, "Fundet er ikke vurderet endnu."),
    make("p", { class: "ways" }, make("button", { type: "button", class: "strong-button", onclick: () => dialog(run, 1, { numbers: [told.nr] }, again) }, now ? "Vurdér igen" : "Vurdér")));
}

const without = (some) => some.length > 0 && make("section", { class: "panel", "aria-labelledby": "without" },
  make("h2", { id: "without" }, "Datasæt uden rækker til fundet"),
  make("ul", {}, some.map((one) => make("li", {}, `${one.title} (${one.dataset}): ${one.text}`))));

const source = (one, place) => make("section", { class: "panel", "aria-labelledby": `source-${place}` },
  make("h2", { id: `source-${place}` }, one.title, make("small", { class: "quiet" }, ` ${one.dataset}`)),
  make("p", {}, one.text),
  plainTable(one.title, one.columns, one.rows));
