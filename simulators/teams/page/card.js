// An Adaptive Card, drawn by Microsoft's renderer. What is pressed and filled in is handed to `onPress(place, values)`.
import { hostConfig } from "./hostconfig.js";
import { cardHtml } from "./text.js";
import { make } from "./dom.js";

const SKIPPED = ["fallback", "refresh", "authentication", "data", "msteams", "metadata"];

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = cardHtml(text);
  result.didProcess = true;
};
AdaptiveCards.Strings.defaults.overflowButtonTooltip = () => "Flere valg";

// Every object of a card, the body before the buttons: the order in which the simulator counts buttons.
function* walk(node) {
  if (Array.isArray(node)) {
    for (const item of node) yield* walk(item);
  } else if (node && typeof node === "object") {
    yield node;
    const names = Object.keys(node).filter((name) => !SKIPPED.includes(name));
    for (const name of [...names.filter((one) => one === "body"), ...names.filter((one) => one !== "body")]) yield* walk(node[name]);
  }
}

// A copy whose buttons carry their place as id, and whose inputs hold what was filled in before.
function prepared(json, values) {
  const copy = structuredClone(json);
  let place = 0;
  for (const node of walk(copy)) {
    const type = String(node.type ?? "");
    if (type.startsWith("Action.")) node.id = `place-${place++}`;
    if (type.startsWith("Input.") && node.id in values) node.value = values[node.id];
  }
  return copy;
}

export class Card {
  constructor(json, { onPress, onSearch }) {
    this.json = json;
    this.onPress = onPress;
    this.onSearch = onSearch;
    this.found = {}; // title → value of what a search gave
    this.element = make("div", { className: "card" });
    this.draw();
  }

  draw() {
    const values = this.card ? this.values() : {};
    this.card = new AdaptiveCards.AdaptiveCard();
    this.card.hostConfig = hostConfig(document.documentElement.dataset.theme);
    this.card.onExecuteAction = (action) => this.press(action);
    this.card.onInputValueChanged = (input) => this.search(input);
    this.card.parse(prepared(this.json, values));
    this.element.replaceChildren(this.card.render() ?? make("p", { textContent: this.json.fallbackText ?? "Kortet kan ikke vises." }));
  }

  values() {
    const found = {};
    for (const input of this.card.getAllInputs()) {
      const value = input.isSet() ? String(input.value) : "";
      found[input.id] = input.choicesData ? (this.found[value] ?? value) : value;
    }
    return found;
  }

  press(action) {
    if (action instanceof AdaptiveCards.OpenUrlAction) {
      if (/^(https?|mailto|msteams):/i.test(action.url)) window.open(action.url, "_blank", "noopener,noreferrer");
    } else if (action instanceof AdaptiveCards.SubmitAction || action instanceof AdaptiveCards.ExecuteAction) {
      this.onPress(Number(action.id.slice("place-".length)), this.values());
    }
  }

  async search(input) {
    if (!(input instanceof AdaptiveCards.ChoiceSetInput) || !input.isDynamicTypeahead() || !this.onSearch) return;
    const filter = input.getFilterForDynamicSearch();
    if (!filter) return;
    try {
      const { results } = await this.onSearch(input.id, filter);
      for (const { title, value } of results) this.found[title] = value;
      input.renderChoices(filter, results);
      input.getDropdownElement()?.classList.add("ac-choiceSetInput-filtered-dropdown-open");
    } catch {
      input.showErrorIndicator(filter, "Søgningen lykkedes ikke.");
    }
  }
}

// Whether it sends something to the bot (and is not just shown).
export const isInteractive = (json) => [...walk(json)].some((node) => /^Action\.(Execute|Submit)$/.test(String(node.type ?? "")));
