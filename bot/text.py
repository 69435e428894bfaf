"""Cleans what a person wrote: the mention of the bot, HTML and surplus blanks go; quoted replies are told apart."""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override

from bot.incoming import Incoming

TAGS = (
    "a|b|strong|i|em|u|s|strike|del|p|div|span|br|ul|ol|li|pre|code|blockquote|h[1-6]|font|img|emoji|table|tbody|thead|tr|td|th|attachment"
)
TAG = re.compile(rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6]|pre|blockquote)>", re.IGNORECASE)
MENTION = re.compile(r"<at(?:\s[^<>]*)?>(.*?)</at>", re.IGNORECASE | re.DOTALL)
INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
REPLY, MENTIONED = "schema.skype.com/reply", "schema.skype.com/mention"
BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"})


@dataclass(frozen=True)
class Words:
    """What a person wrote, and what they quoted."""

    text: str
    quoted: str = ""


def words(incoming: Incoming) -> Words:
    """From a message or an edited message."""
    for attachment in incoming.attachments:
        content = attachment.get("content")
        if attachment.get("contentType") == "text/html" and isinstance(content, str) and REPLY in content.lower():
            answer = Quotation()
            answer.feed(content)
            answer.close()
            return Words(tidy(without_bot("".join(answer.own), incoming)), tidy("".join(answer.copy or answer.quote)))
    return Words(clean(without_bot(incoming.text, incoming)))


def without_bot(text: str, incoming: Incoming) -> str:
    """The text without the bot's own mentions; others keep their names."""
    mine = {incoming.recipient.name.strip().lower()}
    for entity in incoming.entities:
        mentioned = entity.get("mentioned")
        said = entity.get("text")
        if isinstance(mentioned, dict) and mentioned.get("id") == incoming.recipient.id and isinstance(said, str) and said:
            text = text.replace(said, " ")
            mine.add(plain_name(said))
    return MENTION.sub(lambda found: " " if plain_name(found[1]) in mine else found[1], text)


def plain_name(text: str) -> str:
    """A name in a mention, without its tag and in lower case."""
    return html.unescape(re.sub(r"</?at[^<>]*>", "", text)).strip().lower()


def clean(text: str) -> str:
    """Text of a message: HTML that Teams may leave in it becomes plain."""
    return tidy(html.unescape(TAG.sub("", BREAK.sub("\n", text))))


def tidy(text: str) -> str:
    """NFC, one kind of line end, no invisible characters, single blanks (tabs stay: a pasted table has them), at most one empty line."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    text = re.sub(r" {2,}", " ", INVISIBLE.sub("", text))
    lines = [line.strip(" ") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@dataclass
class Quotation(HTMLParser):
    """Takes a quoted reply apart: `own` is what was written under it, `quote` all of the quotation, `copy` the quoted words alone."""

    own: list[str] = field(default_factory=list)
    quote: list[str] = field(default_factory=list)
    copy: list[str] = field(default_factory=list)
    depth: int = 0
    copying: bool = False
    mention: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "blockquote" and (self.depth or REPLY in (dict(attrs).get("itemtype") or "").lower()):
            self.depth += 1
        elif self.depth and dict(attrs).get("itemprop") in {"copy", "preview"}:
            self.copying = True
        elif tag in BLOCKS:
            self._say("\n")
        told = dict(attrs)
        if tag in {"img", "emoji"} and (alt := told.get("alt")):
            self._say(alt)
        if tag == "at" or MENTIONED in (told.get("itemtype") or "").lower():
            self.mention = tag
            self._say("<at>")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == self.mention:
            self.mention = ""
            self._say("</at>")
        if tag in BLOCKS:
            self._say("\n")
        if tag == "blockquote" and self.depth:
            self.depth -= 1
            self.copying = False

    @override
    def handle_data(self, data: str) -> None:
        self._say(data)

    def _say(self, data: str) -> None:
        (self.quote if self.depth else self.own).append(data)
        if self.copying:
            self.copy.append(data)
