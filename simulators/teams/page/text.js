// Text that the bot wrote, as clean HTML: markdown or Teams' subset of HTML, and nothing that could run or load.
import DOMPurify from "../library/purify.js";
import MarkdownIt from "../library/markdown-it.js";

const TAGS = [
  "a", "b", "blockquote", "br", "code", "em", "h1", "h2", "h3", "hr", "i", "li", "ol", "p", "pre", "s", "span", "strong", "table", "tbody",
  "td", "th", "thead", "tr", "u", "ul",
];
const RULES = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ["href", "title", "class", "start"],
  ADD_URI_SAFE_ATTR: ["start"], // no address: the number that a list begins with
  ALLOWED_URI_REGEXP: /^(?:https?|mailto|msteams):/i,
};
const messages = new MarkdownIt({ html: false, linkify: true, breaks: false }).disable(["table", "image"]);
const inCards = new MarkdownIt({ html: false, linkify: false, breaks: false }).disable([
  "table", "image", "heading", "lheading", "code", "fence", "blockquote", "hr", "backticks",
]);

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A") {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer");
  }
});

const clean = (html) => DOMPurify.sanitize(html, RULES);
const mentions = (html) => html.replaceAll(/(?:<|&lt;)at[^<>&]*(?:>|&gt;)(.*?)(?:<|&lt;)\/at(?:>|&gt;)/gs, '<span class="mention">$1</span>');

export const cardHtml = (text) => clean(inCards.render(text));

// An element that shows the text of a message in its format.
export function textElement(text, format) {
  const element = document.createElement("div");
  element.className = "text";
  if (format === "plain") {
    element.classList.add("as-is");
    element.textContent = text;
  } else {
    element.innerHTML = clean(mentions(format === "xml" ? text : messages.render(text)));
  }
  return element;
}

// The same without any mark-up, for a notification.
export function bare(text, format) {
  return textElement(text, format).textContent.trim();
}
