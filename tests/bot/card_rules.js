// Reads cards (a JSON list on stdin) with Microsoft's own renderer, as strict as Teams: version 1.5. Prints what it complains of, card by card.
const fs = require("fs");
const path = require("path");
const found = { exports: {} };
const code = fs.readFileSync(path.join(__dirname, "../../node_modules/adaptivecards/dist/adaptivecards.js"), "utf8");
new Function("module", "exports", "self", "window", code)(found, found.exports, globalThis, globalThis);
const { AdaptiveCard, SerializationContext, Versions } = found.exports;
const complaints = JSON.parse(fs.readFileSync(0, "utf8")).map((card) => {
  const context = new SerializationContext(Versions.v1_5);
  new AdaptiveCard().parse(card, context);
  return Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message);
});
console.log(JSON.stringify(complaints));
