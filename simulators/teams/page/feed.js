// The list of messages: new ones at the end, changed ones in their place.
import { $, announce, day, make } from "./dom.js";
import { Message, summary } from "./message.js";
import { toast } from "./toast.js";

const TYPING_SECONDS = 10; // how long the sign is shown when nothing follows

export class Feed {
  constructor(chat) {
    this.chat = chat;
    this.messages = new Map();
    this.list = $("list");
    this.loaded = false;
    this.timer = 0;
  }

  clear() {
    this.messages.clear();
    this.list.replaceChildren();
  }

  // Takes what changed, in order.
  take(changes) {
    const atEnd = $("feed").scrollHeight - $("feed").scrollTop - $("feed").clientHeight < 120;
    let mine = false;
    for (const message of changes) {
      if (message.type === "typing") this.typing(message);
      else mine = this.show(message) || mine;
    }
    this.days();
    this.suggest();
    if (atEnd || mine || !this.loaded) requestAnimationFrame(() => $("feed").scrollTo({ top: $("feed").scrollHeight }));
    this.loaded = true;
  }

  // Shows one message; gives whether the person just wrote it.
  show(message) {
    const known = this.messages.get(message.id);
    if (message.from === "bot") this.quiet();
    if (known) {
      known.update(message);
      if (message.from === "bot" && !message.streaming) announce(`Kollega har ændret en besked: ${message.deleted ? "slettet" : summary(message)}`);
      return false;
    }
    const made = new Message(this.chat, message);
    this.messages.set(message.id, made);
    this.list.append(made.element);
    if (message.card?.refresh) this.chat.attempt(() => this.chat.client.post("view", { activity: message.id }));
    if (message.from === "bot" && this.loaded) this.tell(message, made);
    return message.from === "me" && this.loaded;
  }

  // Says a new message aloud; one that nobody asked for just now is also shown in a corner.
  tell(message, made) {
    announce(`Kollega: ${summary(message)}`);
    if (this.chat.busy === 0) toast(summary(message), () => made.element.scrollIntoView({ block: "center" }));
  }

  typing(message) {
    if (Date.now() - new Date(message.at) > TYPING_SECONDS * 1000) return;
    $("doing").textContent = message.text || "Kollega skriver";
    $("typing").hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.quiet(), TYPING_SECONDS * 1000);
  }

  quiet() {
    clearTimeout(this.timer);
    $("typing").hidden = true;
  }

  // A line with the day before its first message.
  days() {
    for (const line of this.list.querySelectorAll(".day")) line.remove();
    let before = "";
    for (const { message, element } of this.messages.values()) {
      const now = day(message.at);
      if (now !== before) element.before(make("li", { className: "day", textContent: now }));
      before = now;
    }
  }

  // Suggestions stand under the newest message alone.
  suggest() {
    const newest = [...this.messages.values()].at(-1)?.message;
    const wanted = newest?.from === "bot" && !newest.deleted ? newest.suggestions : [];
    $("suggested").replaceChildren(
      ...wanted.map(({ title, value }) => make("button", { type: "button", textContent: title, onclick: () => this.chat.compose.send(value, []) })),
    );
  }

  redraw() {
    for (const { card } of this.messages.values()) card?.draw();
  }
}
