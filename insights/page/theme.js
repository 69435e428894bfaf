// Sets the colours before the page is drawn: what the machine prefers, until Teams says what it shows. A classic script, so that it comes first.
(() => {
  const kinds = { default: "light", glass: "light", light: "light", dark: "dark", contrast: "contrast" };
  const watched = ["(prefers-contrast: more)", "(prefers-color-scheme: dark)"].map((query) => window.matchMedia(query));
  let told = null;
  const draw = () => {
    const own = watched[0].matches ? "contrast" : watched[1].matches ? "dark" : "light";
    document.documentElement.dataset.theme = told ?? own;
    window.dispatchEvent(new Event("theme"));
  };
  window.addEventListener("told-theme", (event) => {
    told = kinds[event.detail] ?? null;
    draw();
  });
  watched.forEach((query) => query.addEventListener("change", draw));
  draw();
})();
