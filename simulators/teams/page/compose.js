// The writing field: text, files, pasted pictures, an answer to a message, the change of one.
import { $, make } from "./dom.js";
import { summary } from "./message.js";

async function read(file, inline) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return { name: file.name || "billede.png", contentType: file.type || "application/octet-stream", base64: btoa(text), inline };
}

export class Compose {
  constructor(chat) {
    this.chat = chat;
    this.files = [];
    this.replyTo = null;
    this.editing = null;
    this.text = $("text");
    this.text.oninput = () => this.grow();
    this.text.onkeydown = (event) => this.key(event);
    this.text.onpaste = (event) => this.paste(event);
    $("files").onchange = () => this.add([...$("files").files], false);
    $("context").querySelector("button").onclick = () => this.reset();
    $("compose").onsubmit = (event) => {
      event.preventDefault();
      this.submit();
    };
  }

  // Puts a text in the field, not sent.
  write(text) {
    if (!text) return;
    this.text.value = text;
    this.grow();
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 180)}px`;
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") {
      this.reset();
    }
  }

  paste(event) {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    this.add(files, true);
  }

  async add(files, pasted) {
    for (const file of files) this.files.push(await read(file, pasted && file.type.startsWith("image/")));
    $("files").value = "";
    this.chips();
  }

  chips() {
    $("chips").replaceChildren(...this.files.map((file, place) => {
      const remove = () => {
        this.files.splice(place, 1);
        this.chips();
        this.text.focus();
      };
      return make("li", {}, file.name, make("button", { type: "button", className: "plain", ariaLabel: `Fjern ${file.name}`, textContent: "✕", onclick: remove }));
    }));
  }

  reply(message) {
    this.reset();
    this.replyTo = message.id;
    this.context(`Svar på: ${summary(message)}`);
  }

  edit(message) {
    this.reset();
    this.editing = message.id;
    this.text.value = message.text;
    this.context("Rediger din besked");
    this.grow();
  }

  context(words) {
    $("context").querySelector("span").textContent = words;
    $("context").hidden = false;
    this.text.focus();
  }

  reset() {
    if (this.editing) this.text.value = "";
    this.replyTo = this.editing = null;
    $("context").hidden = true;
    this.grow();
  }

  submit() {
    const text = this.text.value.trim();
    if (!text && this.files.length === 0) return;
    const { editing, files, replyTo } = this;
    this.text.value = "";
    this.files = [];
    this.editing = this.replyTo = null;
    this.chips();
    this.reset();
    if (editing) this.chat.attempt(() => this.chat.client.post("edit", { id: editing, text }));
    else this.send(text, files, replyTo);
  }

  async send(text, files, replyTo = null) {
    const sent = await this.chat.attempt(() => this.chat.client.post("messages", { text, files, ...(replyTo ? { replyTo } : {}) }));
    if (sent && (sent.status < 200 || sent.status >= 300)) this.chat.find(sent.id)?.say("Kollega svarer ikke, så beskeden er måske ikke nået frem.", true);
  }
}
