// One message of the chat as an element, with its card, its files and its menu.
import { Card } from "./card.js";
import { clock, initials, make, size } from "./dom.js";
import { bare, textElement } from "./text.js";

const EMOJI = { like: "👍", heart: "❤️", laugh: "😆", surprised: "😮", sad: "😢", angry: "😠" };
const FRESH = 3000; // milliseconds in which a new card and the sentence under it belong to the same press
const UNREACHABLE = "Der er ikke forbindelse til appen. Prøv igen.";

export const summary = (message) => message.summary || bare(message.text, message.textFormat) || "Kollega har sendt et kort";

export class Message {
  constructor(chat, message) {
    this.chat = chat;
    this.element = make("li", { tabIndex: -1 });
    this.said = 0; // when the note under the card was written
    this.note = make("p", { className: "note", role: "status" });
    this.update(message);
  }

  update(message) {
    const focused = this.element.contains(document.activeElement);
    const before = this.message;
    this.message = message;
    const shown = message.personalCard ?? message.card;
    const same = before && JSON.stringify(before.personalCard ?? before.card) === JSON.stringify(shown);
    if (!same) this.card = shown ? new Card(shown, this.handlers()) : null;
    if (!same && before && Date.now() - this.said > FRESH) this.say("");
    const mine = message.from === "me";
    this.element.className = `message ${mine ? "me" : "bot"}${this.card ? " with-card" : ""}`;
    this.element.dataset.id = message.id;
    this.element.replaceChildren(this.avatar(mine), this.body(mine));
    if (focused) this.element.focus();
  }

  handlers() {
    return {
      onPress: (place, values) => this.press(place, values),
      onSearch: (input, text) => this.chat.client.post("search", { activity: this.message.id, input, text }),
    };
  }

  avatar(mine) {
    return make("span", { className: `avatar ${mine ? "" : "bot"}`, ariaHidden: "true", textContent: mine ? initials(this.chat.person.name) : "K" });
  }

  body(mine) {
    const { message } = this;
    const changed = message.deleted ? "" : message.edited ? "Redigeret" : "";
    const about = make("p", { className: "about" }, mine ? make("span", { className: "sr", textContent: "Du" }) : make("strong", { textContent: "Kollega" }));
    about.append(make("time", { dateTime: message.at, textContent: clock(message.at) }), changed);
    const bubble = make("div", { className: `bubble${message.deleted ? " gone" : ""}` }, ...this.content());
    const reactions = message.reactions.map((kind) => EMOJI[kind] ?? kind).join(" ");
    return make("div", { className: "body" }, about, bubble, this.note,
      reactions ? make("p", { className: "reactions", textContent: reactions, ariaLabel: `Reaktioner: ${reactions}` }) : null,
      message.deleted ? null : this.menu());
  }

  content() {
    const { message } = this;
    if (message.deleted) return [message.from === "me" ? "Du har slettet beskeden." : "Beskeden er slettet."];
    const quoted = message.quoted && this.chat.find(message.quoted);
    return [
      quoted ? make("p", { className: "quote", textContent: summary(quoted.message).slice(0, 140) }) : null,
      message.text ? textElement(message.text, message.textFormat) : null,
      this.card?.element ?? null,
      ...message.attachments.map((one) => this.attachment(one)),
    ].filter(Boolean);
  }

  attachment(one) {
    const address = one.id ? `api/files/${encodeURIComponent(one.id)}` : "";
    if (one.inline) return make("img", { className: "picture", src: address, alt: one.name });
    if (address) return make("a", { className: "file", href: address, download: one.name }, `${one.name} `, make("small", { textContent: size(one.size) }));
    if (one.contentType.startsWith("image/")) return make("img", { className: "picture", src: one.contentUrl, alt: one.name ?? "Billede" });
    if (one.contentType.endsWith("file.consent")) return this.consent(one);
    if (one.contentType.endsWith("file.info")) {
      const kept = `api/files/${encodeURIComponent(one.content?.uniqueId ?? "")}`;
      return make("a", { className: "file", href: kept, download: one.name ?? "fil" }, `${one.name ?? "Filen"} `, make("small", { textContent: "i dit OneDrive" }));
    }
    if (one.contentType.endsWith("card.adaptive")) return new Card(one.content, this.handlers()).element;
    const words = [one.content?.title, one.content?.subtitle, one.content?.text].filter((part) => typeof part === "string");
    return make("p", { textContent: words.join("\n") || "Kortet kan ikke vises her." });
  }

  consent(one) {
    const answer = (action) => async () => this.answered(await this.chat.client.post("consent", { activity: this.message.id, action }));
    return make("div", { className: "file" }, one.name ?? "Fil",
      make("button", { className: "plain", type: "button", textContent: "Gem i OneDrive", onclick: answer("accept") }),
      make("button", { className: "plain", type: "button", textContent: "Nej tak", onclick: answer("decline") }));
  }

  async press(place, inputs) {
    this.card.element.classList.add("pending");
    this.say("Sender …");
    try {
      this.answered(await this.chat.during(() => this.chat.client.post("press", { activity: this.message.id, action: place, inputs })));
    } catch (error) {
      this.say(error.body?.invalid ? "Ret de markerede felter, og prøv igen." : `Noget gik galt: ${error.message}`, true);
    } finally {
      this.card?.element.classList.remove("pending");
    }
  }

  // What Teams' client shows of the bot's answer to a press.
  answered({ status, body }) {
    const failed = status >= 300 || (body?.statusCode ?? 200) >= 300;
    if (!failed) {
      this.say(body?.type === "application/vnd.microsoft.activity.message" ? String(body.value) : "");
    } else if (body?.type === "application/vnd.microsoft.error") {
      this.say(`Noget gik galt. ${body.value?.message ?? ""}`, true);
    } else {
      this.say(body?.type?.includes("loginRequest") ? "Kollega beder dig logge ind; det kan simulatoren ikke." : UNREACHABLE, true);
    }
  }

  say(text, bad = false) {
    this.note.className = `note${bad ? " bad" : ""}`;
    this.note.textContent = text;
    this.said = Date.now();
  }

  menu() {
    const button = make("button", { type: "button", textContent: "…", ariaLabel: "Flere muligheder", ariaExpanded: "false" });
    const holder = make("div", { className: "more" }, button);
    const close = () => {
      holder.querySelector(".menu")?.remove();
      button.ariaExpanded = "false";
    };
    button.onclick = () => {
      if (holder.querySelector(".menu")) return close();
      const items = this.choices().map(([label, act]) => make("button", { type: "button", textContent: label, onclick: () => (close(), button.focus(), act()) }));
      const menu = make("div", { className: "menu", role: "group", ariaLabel: "Muligheder" }, ...items);
      holder.append(menu);
      button.ariaExpanded = "true";
      items[0].focus();
      menu.scrollIntoView({ block: "nearest" }); // under the newest message there is no room
    };
    holder.onkeydown = (event) => {
      if (event.key === "Escape") (close(), button.focus());
    };
    holder.onfocusout = (event) => {
      if (!holder.contains(event.relatedTarget)) close();
    };
    return holder;
  }

  choices() {
    const { chat, message } = this;
    const react = (type) => () => chat.attempt(() => chat.client.post("react", { id: message.id, type }));
    const feedback = (reaction) => async () => {
      await chat.attempt(() => chat.client.post("feedback", { id: message.id, reaction }));
      this.say("Tak for din vurdering.");
    };
    return [
      ["Svar", () => chat.compose.reply(message)],
      ["👍 Synes om", react("like")],
      ["❤️ Hjerte", react("heart")],
      ...(message.feedback ? [["Godt svar", feedback("like")], ["Dårligt svar", feedback("dislike")]] : []),
      ...(message.from === "me" ? [["Rediger", () => chat.compose.edit(message)], ["Slet", () => chat.attempt(() => chat.client.post("delete", { id: message.id }))]] : []),
      ["Journalisér", () => chat.dialog.start({ kind: "message", id: message.id })],
    ];
  }
}
