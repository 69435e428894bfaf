// Who looks: in Teams its single sign-on, on this machine alone whoever the address names. What it gives goes along with each call.
const page = document.documentElement.dataset;
const EARLY = 300; // seconds before a token's end at which another one is asked for
let person = null;
let token = null;
let until = 0;

export const isTeams = page.identity === "teams";
export const inTeams = isTeams && window.parent !== window;

export class Unknown extends Error {}

// What must be there before the first call. Gives the place in the tab that a link named, if any.
export async function begin() {
  if (!isTeams) return local();
  if (!inTeams) throw new Unknown("Tilsyn åbnes i Teams: vælg Kollega, og derefter fanen Tilsyn.");
  await script("/tab/library/teams.js");
  const { app } = window.microsoftTeams;
  await app.initialize();
  const context = await app.getContext();
  shown(context.app.theme);
  app.registerOnThemeChangeHandler(shown);
  app.notifySuccess();
  return context.page.subPageId ?? "";
}

const shown = (theme) => window.dispatchEvent(new CustomEvent("told-theme", { detail: theme }));

function local() {
  const asked = new URL(window.location.href);
  person = asked.searchParams.get("as") ?? kept();
  try {
    if (person) sessionStorage.setItem("as", person);
  } catch {
    // storage may be switched off: then the address must name the person each time
  }
  asked.searchParams.delete("as");
  history.replaceState(null, "", asked);
  return "";
}

function kept() {
  try {
    return sessionStorage.getItem("as");
  } catch {
    return null;
  }
}

export async function authorization() {
  if (!isTeams) return `Local ${person ?? ""}`;
  if (Date.now() / 1000 > until - EARLY) {
    token = await window.microsoftTeams.authentication.getAuthToken();
    until = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).exp;
  }
  return `Bearer ${token}`;
}

// The chat with a text to send; in Teams its own client opens it.
export function toChat(address) {
  if (!inTeams) {
    const asked = new URL(address);
    if (person) asked.searchParams.set("as", person);
    window.open(asked, "_blank", "noopener");
    return;
  }
  window.microsoftTeams.app.openLink(address);
}

function script(address) {
  return new Promise((done, failed) => {
    const made = document.createElement("script");
    made.src = address;
    made.onload = done;
    made.onerror = () => failed(new Error("Siden mangler en fil. Genindlæs den."));
    document.head.append(made);
  });
}

let drawing = null;

// The library that draws pictures, fetched when the first one is drawn.
export function charts() {
  drawing ??= script("/tab/library/echarts.js").then(() => window.echarts);
  return drawing;
}
