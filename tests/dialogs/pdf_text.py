"""The text of a PDF as a reader copies it, by way of its fonts' tables of signs. Enough for what our own typesetter writes."""

import re
import zlib
from collections.abc import Iterator

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\s*(.*?)(?:stream\r?\n|endobj)", re.DOTALL)
PAGE = re.compile(rb"/Type/Page/Resources (\d+) 0 R.*?/Contents (\d+) 0 R", re.DOTALL)
NAMED = re.compile(rb"/(f\d+) (\d+) 0 R")
TOKEN = re.compile(rb"/(f\d+) [\d.]+ Tf|(TJ|Tj)|(BDC)|(\()|(?<!<)<([0-9A-Fa-f]+)>")
INSIDE = re.compile(rb"\\.|[()]", re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def unescaped(text: bytes) -> bytes:
    """A literal string without its signs of escape."""
    return ESCAPE.sub(lambda match: bytes([int(match[1], 8)]) if match[1].isdigit() else SIGNS.get(match[1], match[1]), text)


def end_of(page: bytes, at: int) -> int:
    """Where the literal string ends whose first byte is there: it may hold parentheses in pairs."""
    depth = 1
    for match in INSIDE.finditer(page, at):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if not depth:
            return match.start()
    raise AssertionError("a string has no end")


def shown(page: bytes) -> Iterator[tuple[str, bytes]]:
    """The font and the glyphs of each text of a page."""
    font, at = "", 0
    waiting: list[bytes] = []
    while match := TOKEN.search(page, at):
        at = match.end()
        if match[1]:
            font = match[1].decode()
        elif match[4]:
            end = end_of(page, at)
            waiting.append(unescaped(page[at:end]))
            at = end + 1
        elif match[5]:
            waiting.append(bytes.fromhex(match[5].decode()))
        else:
            yield from ((font, text) for text in waiting if match[2])
            waiting = []


def signs(table: bytes) -> dict[int, str]:
    """Glyph to text, of a font's table."""
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4,})>", table)
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}


def text_of(pdf: bytes) -> str:
    """All text, page after page, without the spaces."""
    objects = {int(match[1]): match for match in OBJECT.finditer(pdf)}

    def stream(number: int) -> bytes:
        return zlib.decompressobj().decompress(pdf[objects[number].end() :])

    def table(font: bytes) -> dict[int, str]:
        found = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(font)][2])
        return signs(stream(int(found[1]))) if found else {}

    found: list[str] = []
    for resources, contents in PAGE.findall(pdf):
        fonts = {name.decode(): table(font) for name, font in NAMED.findall(objects[int(resources)][2])}
        for font, glyphs in shown(stream(int(contents))):
            found += [fonts[font].get(int.from_bytes(glyphs[at : at + 2]), "") for at in range(0, len(glyphs), 2)]
    return re.sub(r"\s|\u200b", "", "".join(found))
