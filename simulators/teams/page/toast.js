// A notification in the corner, for messages that come by themselves. It stays while it is pointed at or focused.
import { $, make } from "./dom.js";

const SECONDS = 10;

export function toast(text, onOpen) {
  const title = document.title;
  const done = () => (clearTimeout(timer), element.remove(), (document.title = title.replace(/^\(Ny\) /, "")));
  const open = make("button", { type: "button", onclick: () => (done(), onOpen()) },
    make("strong", { textContent: "Kollega" }), make("span", { textContent: text.length > 140 ? `${text.slice(0, 139)}…` : text }));
  const element = make("div", { className: "toast" }, open, make("button", { type: "button", className: "plain", ariaLabel: "Luk", textContent: "✕", onclick: done }));
  let timer = setTimeout(done, SECONDS * 1000);
  element.onpointerenter = element.onfocusin = () => clearTimeout(timer);
  element.onpointerleave = element.onfocusout = () => (clearTimeout(timer), (timer = setTimeout(done, SECONDS * 1000)));
  $("toasts").append(element);
  if (!title.startsWith("(Ny) ")) document.title = `(Ny) ${title}`;
}
