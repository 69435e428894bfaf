// The dialog that a message action opens.
import { $ } from "./dom.js";
import { Card } from "./card.js";

const COMMAND = "journalise";
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
    else if (task?.type === "message") this.open("Kollega", null, String(task.value));
    else $("dialog").close();
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
