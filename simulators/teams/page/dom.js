// Small helpers for elements.

export const $ = (id) => document.getElementById(id);

// make("p", { className: "note" }, "text", child …)
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const initials = (name) => name.split(/\s+/).map((part) => part[0]).join("").slice(0, 2).toUpperCase();

export const clock = (at) => new Date(at).toLocaleTimeString("da-DK", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Copenhagen" }).replace(":", ".");

export function day(at) {
  const then = new Date(at);
  const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
  const ago = Math.round((midnight(new Date()) - midnight(then)) / 86_400_000);
  if (ago === 0) return "I dag";
  if (ago === 1) return "I går";
  return then.toLocaleDateString("da-DK", { weekday: "long", day: "numeric", month: "long" });
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 ** 2).toLocaleString("da-DK", { maximumFractionDigits: 1 })} MB`;
}

// Speaks to screen readers.
export function announce(text) {
  $("announce").textContent = "";
  requestAnimationFrame(() => {
    $("announce").textContent = text;
  });
}
