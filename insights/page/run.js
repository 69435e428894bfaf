// One run: the answer, its numbers, the pictures, what became of it, the findings, and where everything comes from.
import { get, save } from "./api.js";
import { announce, chip, facts, make, plainTable } from "./dom.js";
import { toChat } from "./identity.js";
import { bars, trend } from "./picture.js";
import { findings } from "./table.js";

export async function run(address, id) {
  const path = `api/runs/${encodeURIComponent(id)}`;
  const told = await get(path);
  const progress = judged(told.judged);
  const table = told.state === "found" ? await findings(told, address, (now) => progress.draw(now)) : null;
  const pictures = make("div", { class: "pictures" });
  const grown = make("section", { class: "panel", "aria-labelledby": "grown" }, make("h2", { id: "grown" }, "Siden sidst"), make("p", { class: "quiet" }, "Sammenligner …"));
  return {
    title: `${told.title}, ${told.period}`,
    trail: [[`${told.title}, ${told.period}`, ""]],
    content: [
      head(told),
      answer(told, progress, path),
      told.whole && pictures,
      told.whole && grown,
      table?.section,
      told.whole && signed(told),
      told.actions.length > 0 && followed(told),
      about(told),
    ].filter(Boolean),
    after: () => {
      if (!told.whole) return;
      drawPictures(pictures, told, path, table);
      develop(grown, path, table);
    },
  };
}

function head(told) {
  const where = [told.period, told.unit].filter(Boolean).join(" · ");
  return make("header", { class: "head" }, make("h1", {}, told.title), make("p", { class: "under" }, where), make("p", { class: "quiet" }, told.question));
}

function answer(told, progress, path) {
  const numbers = make("dl", { class: "numbers" }, told.numbers.map((one) => make("div", {}, make("dt", {}, one.label), make("dd", {}, one.value))));
  return make("section", { class: `panel answered ${told.state}`, "aria-label": "Svar" },
    told.state !== "found" && make("p", {}, chip(told.state, told.stateText)),
    make("p", { class: "answer" }, told.answer),
    told.whole && numbers,
    told.state === "found" && progress.element,
    make("p", { class: "ways" }, ways(told, path)));
}

function ways(told, path) {
  const button = (label, onclick, kind = "plain") => make("button", { type: "button", class: kind, onclick }, label);
  return [
    told.again && button("Kør det igen i chatten", () => toChat(told.again), "strong-button"),
    told.excel && button("Hent som Excel", (event) => saved(event.currentTarget, `${path}/excel`)),
    told.pdf && button("Hent som PDF", (event) => saved(event.currentTarget, `${path}/pdf`)),
    told.sign && !told.signed[0]?.holds && button("Underskriv i chatten", () => toChat(told.sign)),
  ];
}

async function saved(button, path) {
  const label = button.textContent;
  button.disabled = true;
  button.textContent = "Laver filen …";
  announce("Laver filen");
  try {
    await save(path);
    announce("Filen er hentet");
    button.textContent = label;
  } catch (error) {
    announce(error.message);
    button.textContent = `${label}: ${error.message}`;
  } finally {
    button.disabled = false;
  }
}

// How far the judging is, as a bar with its words.
function judged(told) {
  const words = make("span", { class: "quiet", id: "judged" });
  const bar = make("progress", { "aria-labelledby": "judged" });
  const draw = (now) => {
    words.textContent = now.text;
    bar.max = now.of || 1;
    bar.value = now.done;
  };
  draw(told);
  return { element: make("p", { class: "progress" }, bar, words), draw };
}

async function drawPictures(place, told, path, table) {
  const first = told.state === "found" ? await get(`${path}/picture`).catch(() => null) : null;
  const drawn = [first && bars(first, (value) => table.only(first.column, value)), told.trend.length > 1 && trend(told.trend)].filter(Boolean);
  place.replaceChildren(...drawn.map((one) => one.figure));
  drawn.forEach((one) => one.draw());
}

async function develop(place, path, table) {
  const title = place.querySelector("h2");
  let told;
  try {
    told = await get(`${path}/development`);
  } catch (error) {
    place.replaceChildren(title, make("p", {}, error.message));
    return;
  }
  if (told.before) table?.compare();
  const solved = told.solved.length > 0 && make("details", {}, make("summary", {}, `Løst siden sidst (${told.numbers.at(-1).value})`),
    make("ul", {}, told.solved.map((one) => make("li", {}, one)), told.solvedMore > 0 && make("li", { class: "quiet" }, `… og ${told.solvedMore} mere`)));
  place.replaceChildren(title, make("p", {}, told.text),
    told.otherRule ? make("p", { class: "quiet" }, "Reglen i tilsynet er ændret imellem de to kørsler, så noget af forskellen kan skyldes den.") : "",
    told.numbers.length > 0 ? make("dl", { class: "numbers small" }, told.numbers.map((one) => make("div", {}, make("dt", {}, one.label), make("dd", {}, one.value)))) : "",
    told.columns?.length > 0 ? make("p", { class: "quiet" }, `Ændret: ${told.columns.map((one) => `${one.label} (${one.value})`).join(", ")}`) : "",
    solved || "",
    told.before ? make("p", {}, make("a", { href: `/tab/runs/${encodeURIComponent(told.before)}` }, "Se kørslen fra sidst")) : "");
}

function signed(told) {
  const [newest] = told.signed;
  const now = !newest ? make("p", {}, "Kørslen er ikke underskrevet.") : newest.holds
    ? make("p", {}, chip("ok", "underskrevet"), ` af ${newest.by}, ${newest.at}, version ${newest.version}.`)
    : make("p", {}, chip("fejl", "underskriften gælder ikke længere"), ` En vurdering er ændret, siden ${newest.by} skrev under ${newest.at}.`);
  const texts = told.signed.map((one) => make("details", {}, make("summary", {}, `Det, der blev skrevet under på (version ${one.version}, ${one.by}, ${one.at})`), make("p", { class: "signed-text" }, one.text)));
  return make("section", { class: "panel", "aria-labelledby": "signed" }, make("h2", { id: "signed" }, "Underskrift"), now,
    told.sample && make("p", { class: "quiet" }, `Stikprøve: ${told.sample.method}. ${told.sample.said}`), texts);
}

function followed(told) {
  const way = (one) => (one.nr ? make("a", { href: `/tab/runs/${encodeURIComponent(told.id)}/rows/${one.nr}` }, one.which) : one.which);
  return make("section", { class: "panel", "aria-labelledby": "followed" }, make("h2", { id: "followed" }, "Opfølgning"),
    plainTable("Opfølgning", ["Fund", "Handling", "Ansvarlig", "Frist", "Tilstand"], told.actions.map((one) => [way(one), one.what, one.by, one.deadline, one.state])));
}

function about(told) {
  const heads = ["Datasæt", "Kilde", "Tid", "Rækker", "Kilden oplyser", "Kontrolsum", "Hentet"];
  const rows = told.lineage.map((one) => [one.dataset, one.source, one.span, one.rows, one.reported, one.total, one.fetched]);
  const notes = told.lineage.flatMap((one) => one.notes);
  return make("section", { class: "panel", "aria-labelledby": "about" },
    make("h2", { id: "about" }, "Om kørslen"),
    facts(told.about.map((one) => [one.label, one.value])),
    make("h3", {}, "Hvor data kommer fra"),
    rows.length > 0 ? plainTable("Hvor data kommer fra", heads, rows, [3, 4, 5]) : make("p", {}, "Der er ikke hentet data."),
    notes.length > 0 && make("ul", { class: "quiet" }, notes.map((one) => make("li", {}, one))));
}
