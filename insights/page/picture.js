// Pictures of a run: each is a sentence, a drawing, and the same as a table. Colours and letters are the page's own.
import { make, plainTable } from "./dom.js";
import { charts } from "./identity.js";

const BAR = 28; // pixels of a bar with its gap
const LONGEST = [18, 34]; // letters beside a bar, on a phone and else
const PHONE = 420; // pixels

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
function cut(text, width) {
  const most = LONGEST[width < PHONE ? 0 : 1];
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function base() {
  const text = { color: colour("text"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  return { animation: false, textStyle: text, grid: { left: 4, right: 44, top: 4, bottom: 4, containLabel: true } };
}

// A figure that is drawn again when its width or the colours are others.
function figure(id, title, height, options, table, pressed) {
  const place = make("div", { class: "drawing", role: "img", "aria-label": title });
  place.style.height = `${height}px`;
  let chart = null;
  const draw = async () => {
    const library = await charts();
    if (!place.isConnected) return;
    chart ??= library.init(place, null, { renderer: "canvas" });
    chart.setOption(options(place.clientWidth), true);
    if (pressed) chart.off("click").on("click", (event) => pressed(event.dataIndex));
  };
  new ResizeObserver(() => {
    chart?.resize();
    chart?.setOption(options(place.clientWidth), true);
  }).observe(place);
  window.addEventListener("theme", () => place.isConnected && chart && draw());
  return {
    figure: make("figure", { class: "panel" }, make("figcaption", { id }, title), place, make("details", {}, make("summary", {}, "Vis som tabel"), table)),
    draw,
  };
}

const label = () => ({ show: true, position: "right", color: colour("text") });

// Findings by value, or over time. only: shows the findings of one value.
export function bars(told, only) {
  const { overTime } = told;
  const rest = told.other ? [{ name: "Alle andre", count: told.other, countText: told.other.toLocaleString("da-DK"), value: "" }] : [];
  const shown = [...told.bars, ...rest];
  const most = Math.max(...told.bars.map((one) => one.count));
  const options = (width) => {
    const data = shown.map((one) => ({ value: one.count, itemStyle: { color: one.count === most ? colour("accent") : colour("bar") } }));
    const names = { type: "category", data: shown.map((one) => cut(one.name, width)), axisTick: { show: false }, axisLine: { lineStyle: { color: colour("line") } }, axisLabel: { color: colour("text") } };
    const counts = { type: "value", show: false };
    const series = [{ type: "bar", data, barMaxWidth: 20, cursor: overTime ? "default" : "pointer", label: { ...label(), position: overTime ? "top" : "right", formatter: ({ dataIndex }) => shown[dataIndex].countText } }];
    return overTime ? { ...base(), grid: { ...base().grid, top: 22, right: 4 }, xAxis: names, yAxis: counts, series } : { ...base(), xAxis: counts, yAxis: { ...names, inverse: true }, series };
  };
  const table = plainTable(told.title, [told.label, "Fund"], shown.map((one) => [one.name, one.countText]), [1]);
  const press = overTime ? null : (place) => place < told.bars.length && only(told.bars[place].value);
  return figure("picture", told.title, overTime ? 200 : Math.max(200, shown.length * BAR + 16), options, table, press);
}

// Findings of each period; a run that is not whole has no bar, and says so.
export function trend(some) {
  const whole = some.filter((one) => one.value !== null);
  const last = whole.at(-1);
  const [from, to] = [whole[0], last].map((one) => one?.value.toLocaleString("da-DK"));
  const title = whole.length < 2 ? "Fund over tid" : from === to ? `Fund over tid: ${to} først og sidst` : `Fund over tid: fra ${from} til ${to}`;
  const options = () => ({
    ...base(),
    grid: { ...base().grid, top: 22, right: 4 },
    xAxis: { type: "category", data: some.map((one) => one.period.replace(/ (?=\S+$)/, "\n")), axisTick: { show: false }, axisLine: { lineStyle: { color: colour("line") } }, axisLabel: { color: colour("text"), interval: 0, lineHeight: 15 } },
    yAxis: { type: "value", show: false },
    series: [{ type: "bar", barMaxWidth: 34, data: some.map((one) => ({ value: one.value ?? 0, itemStyle: { color: one.here ? colour("accent") : colour("bar") } })), label: { ...label(), position: "top", formatter: ({ dataIndex }) => (some[dataIndex].value === null ? some[dataIndex].stateText : some[dataIndex].value.toLocaleString("da-DK")) } }],
  });
  const way = (one) => (one.here ? make("strong", {}, one.period) : make("a", { href: `/tab/runs/${encodeURIComponent(one.run)}` }, one.period));
  return figure("trend", title, 200, options, plainTable(title, ["Periode", "Resultat"], some.map((one) => [way(one), one.stateText])));
}
