// The simulator's interface (see the docstring of simulators/teams/__init__.py).

export class Refused extends Error {
  constructor(status, body) {
    super(body?.error?.message ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

async function call(method, path, body, signal) {
  const sent = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`api/${path}`, { method, signal, ...sent });
  const found = await response.json();
  if (!response.ok) throw new Refused(response.status, found);
  return found;
}

export const people = () => call("GET", "people");

export const tab = () => call("GET", "tab");

export class Client {
  constructor(person) {
    this.place = `people/${encodeURIComponent(person)}`;
  }

  post(what, body = {}) {
    return call("POST", `${this.place}/${what}`, body);
  }

  messages(after, wait, signal) {
    return call("GET", `${this.place}/messages?after=${after}&wait=${wait}`, undefined, signal);
  }

  mails() {
    return call("GET", `${this.place}/mails`);
  }
}
