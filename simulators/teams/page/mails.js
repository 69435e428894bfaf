// The pane with the newest mails of the person's inbox.
import { $, clock, day, make } from "./dom.js";

export class Mails {
  constructor(chat) {
    this.chat = chat;
    $("toggle").onclick = () => this.toggle($("mails").hidden);
    $("shut").onclick = () => this.toggle(false);
    $("fresh").onclick = () => this.load();
    $("mails").onkeydown = (event) => event.key === "Escape" && this.toggle(false);
  }

  toggle(open) {
    $("mails").hidden = !open;
    $("toggle").ariaExpanded = String(open);
    if (open) this.load().then(() => $("fresh").focus());
    else $("toggle").focus();
  }

  async load() {
    const mails = (await this.chat.attempt(() => this.chat.client.mails())) ?? [];
    const rows = mails.map((mail) => this.row(mail));
    $("inbox").replaceChildren(...(rows.length ? rows : [make("li", { className: "empty", textContent: "Der er ingen mails." })]));
  }

  row(mail) {
    const when = day(mail.received) === "I dag" ? clock(mail.received) : new Date(mail.received).toLocaleDateString("da-DK", { day: "numeric", month: "short" });
    const send = () => this.chat.dialog.start({ kind: "mail", id: mail.id });
    return make("li", {},
      make("p", { className: "from" }, make("strong", { textContent: mail.from }), make("time", { dateTime: mail.received, textContent: when })),
      make("p", { textContent: mail.subject || "(uden emne)" }),
      make("p", { className: "preview", textContent: `${mail.attachments ? "Med bilag. " : ""}${mail.preview}` }),
      make("button", { type: "button", className: "plain", textContent: "Send til Kollega", ariaLabel: `Send mailen ”${mail.subject}” til Kollega`, onclick: send }));
  }
}
