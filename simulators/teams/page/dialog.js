// The dialog that a message action opens.
import { $, announce } from "./dom.js";
import { Card } from "./card.js";
import { toast } from "./toast.js";

const COMMAND = "journalise";
const NARROW = window.matchMedia("(max-width: 720px)"); // as in layout.css: the mails lie over the chat
const UNREACHABLE = "Der er ikke forbindelse til appen. Prøv igen.";

export class Dialog {
  constructor(chat) {
    this.chat = chat;
    this.card = null;
    $("dialog-close").onclick = () => $("dialog").close();
  }

  // Runs the action on a mail or a message: {kind, id}.
  async start(wanted) {
    await this.show(() => this.chat.client.post("action", { ...wanted, command: COMMAND }));
  }

  async submit(action, inputs) {
    await this.show(() => this.chat.client.post("dialog/submit", { action, inputs }));
  }

  async show(call) {
    this.note($("dialog").open ? "Sender …" : "");
    let answer;
    try {
      answer = await this.chat.during(call);
    } catch (error) {
      answer = { status: error.status ?? 502, body: null, message: error.message };
    }
    const task = answer.body?.task;
    if (answer.status >= 300) this.open("Kollega", null, UNREACHABLE);
    else if (task?.type === "continue" && task.value?.card) this.open(task.value.title ?? "Kollega", task.value.card.content, "");
    else this.done(task?.type === "message" ? String(task.value) : "");
  }

  // The bot's last words stand in a corner: what it did stands in the chat, which neither the dialog nor the mails may cover.
  done(words) {
    $("dialog").close();
    if (!words) return;
    if (NARROW.matches && !$("mails").hidden) this.chat.mails.toggle(false);
    announce(`Kollega: ${words}`);
    toast(words, () => $("text").focus());
  }

  open(title, json, words) {
    $("dialog-title").textContent = title;
    this.card = json ? new Card(json, { onPress: (place, values) => this.submit(place, values) }) : null;
    $("dialog-body").replaceChildren(...(this.card ? [this.card.element] : []));
    this.note(words);
    if (!$("dialog").open) $("dialog").showModal();
  }

  note(words) {
    $("dialog-note").textContent = words;
  }
}
