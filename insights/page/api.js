// Asks the server. What goes wrong becomes one Danish sentence.
import { authorization } from "./identity.js";

export class Trouble extends Error {
  constructor(text, status) {
    super(text);
    this.status = status;
  }
}

async function call(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/tab/${path}`, { ...options, headers: { ...options.headers, Authorization: await authorization() } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble("Der er ikke forbindelse til Kollega. Prøv igen om lidt.", 0);
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Trouble(told.error ?? "Noget gik galt hos mig. Prøv igen om lidt.", answer.status);
}

export const get = async (path, signal) => (await call(path, { signal })).json();

export const post = async (path, body) =>
  (await call(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } })).json();

// Fetches a file and lets the browser save it under its own name.
export async function save(path) {
  const answer = await call(path);
  const named = /filename\*=UTF-8''(.+)$/.exec(answer.headers.get("Content-Disposition") ?? "");
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = named ? decodeURIComponent(named[1]) : "tilsyn";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
