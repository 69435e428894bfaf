// Starts the page: who you are, the chat, and the wait for news.
import { $, initials, make } from "./dom.js";
import { Client, people, tab } from "./api.js";
import { Compose } from "./compose.js";
import { Dialog } from "./dialog.js";
import { Feed } from "./feed.js";
import { Mails } from "./mails.js";

const NAMED = 6; // the people that the guide speaks of come first
const WAIT = 20; // seconds of one long poll
const PAUSE = 2000; // milliseconds after a failed one
const CALM = 1500; // milliseconds after an answer in which what comes still belongs to it

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

class Chat {
  constructor(person) {
    this.person = person;
    this.client = new Client(person.id);
    this.busy = 0; // calls under way: what comes now was asked for
    this.feed = new Feed(this);
    this.compose = new Compose(this);
    this.dialog = new Dialog(this);
    this.mails = new Mails(this);
  }

  find(id) {
    return this.feed.messages.get(id);
  }

  async during(call) {
    this.count(1);
    try {
      return await call();
    } finally {
      setTimeout(() => this.count(-1), CALM);
    }
  }

  count(change) {
    this.busy += change;
    $("feed").ariaBusy = String(this.busy > 0);
  }

  // Does a call whose failure is shown on top.
  async attempt(call) {
    try {
      const answer = await this.during(call);
      this.trouble("");
      return answer;
    } catch (error) {
      this.trouble(error.status ? `Det lykkedes ikke: ${error.message}` : "Der er ikke forbindelse til simulatoren.");
      return null;
    }
  }

  trouble(words) {
    $("trouble").textContent = words;
    $("trouble").hidden = !words;
  }

  begin() {
    this.feed.clear();
    this.attempt(() => this.client.post("open"));
  }

  async run() {
    this.begin();
    let after = 0;
    for (let lost = false; ; ) {
      try {
        const { sequence, messages } = await this.client.messages(after, lost ? 0 : WAIT);
        if (sequence < after) this.begin(); // the world was reset
        after = sequence;
        // by when they were first sent: after a reload the answer is asked for by its last change
        this.feed.take([...messages].sort((a, b) => Number(a.id) - Number(b.id) || a.sequence - b.sequence));
        if (lost) this.trouble("");
        lost = false;
      } catch (error) {
        lost = true;
        this.trouble(error.status ? `Det lykkedes ikke: ${error.message}` : "Der er ikke forbindelse til simulatoren. Prøver igen …");
        await pause(PAUSE);
      }
    }
  }
}

const go = (id) => window.location.assign(`?as=${encodeURIComponent(id)}`);

function choices(select, everyone, chosen) {
  const option = (one) => make("option", { value: one.id, textContent: `${one.name} (${one.department})`, selected: one.id === chosen });
  select.append(...(chosen ? [] : [make("option", { value: "", textContent: "Vælg …" })]), ...everyone.map(option));
  select.onchange = () => select.value && go(select.value);
}

function choose(everyone) {
  const card = (one) => make("li", {}, make("button", { type: "button", onclick: () => go(one.id) },
    make("span", { className: "avatar", ariaHidden: "true", textContent: initials(one.name) }),
    make("span", {}, one.name, make("small", { textContent: `${one.title}, ${one.department}` }))));
  $("named").append(...everyone.slice(0, NAMED).map(card));
  choices($("others"), everyone.slice(NAMED), "");
  $("person").closest("label").hidden = true;
  $("chooser").hidden = false;
}

function themes(redraw) {
  $("theme").value = document.documentElement.dataset.theme;
  $("theme").onchange = () => {
    document.documentElement.dataset.theme = $("theme").value;
    try {
      localStorage.setItem("theme", $("theme").value);
    } catch {
      // storage may be switched off: the choice lasts as long as the page
    }
    redraw();
  };
}

// The app's own tab, for the same person.
async function leadToTab(person) {
  const { url } = await tab();
  if (!url) return;
  $("tab").href = `${url}?as=${encodeURIComponent(person.id)}`;
  $("tab").hidden = false;
}

async function start() {
  const everyone = await people();
  const person = everyone.find((one) => one.id === new URLSearchParams(window.location.search).get("as"));
  if (!person) {
    themes(() => {});
    choose(everyone);
    return;
  }
  choices($("person"), everyone, person.id);
  document.title = `${person.name}: Kollega i Teams (simuleret)`;
  $("work").hidden = false;
  const chat = new Chat(person);
  themes(() => chat.feed.redraw());
  $("text").focus();
  chat.compose.write(new URLSearchParams(window.location.search).get("say") ?? "");
  leadToTab(person).catch(() => {}); // the chat does without
  await chat.run();
}

start().catch((error) => {
  document.body.append(make("p", { className: "trouble", role: "alert", textContent: `Siden kunne ikke starte: ${error.message}` }));
});
