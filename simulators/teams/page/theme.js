// Sets the colours before the page is drawn: the person's choice, else what the machine prefers. A classic script, so that it comes first.
(() => {
  const kinds = ["light", "dark", "contrast"];
  const prefers = (query) => window.matchMedia(query).matches;
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    chosen = null; // storage may be switched off
  }
  const preferred = prefers("(prefers-contrast: more)") ? "contrast" : prefers("(prefers-color-scheme: dark)") ? "dark" : "light";
  document.documentElement.dataset.theme = kinds.includes(chosen) ? chosen : preferred;
})();
