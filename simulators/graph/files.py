"""Small real files from a name and some lines: PDF, Word, Excel, PNG, text and a signed mail. The same input gives the same bytes."""

import io
import struct
import zipfile
import zlib
from html import escape

EPOCH = (2026, 11, 20, 12, 0, 0)
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "txt": "text/plain",
    "csv": "text/csv",
    "p7m": "application/pkcs7-mime",
}
OFFICE = "http://schemas.openxmlformats.org"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def made(name: str, lines: list[str]) -> tuple[bytes, str]:
    """The bytes and the media type of a file, by the ending of its name. Raises KeyError for an ending that is not in TYPES."""
    ending = name.rpartition(".")[2].lower()
    kind = TYPES[ending]
    if ending in {"txt", "csv"}:
        return "\r\n".join([name, *lines]).encode("utf-8-sig"), kind
    makers = {"pdf": pdf, "docx": docx, "xlsx": xlsx, "p7m": signed}
    return (png(name) if ending == "png" else makers[ending]([name, *lines])), kind


def pdf(lines: list[str]) -> bytes:
    """One A4 page with the lines on it (Latin-1; other letters become ?)."""
    shown = [line.encode("latin-1", "replace").decode("latin-1").translate({40: "\\(", 41: "\\)", 92: "\\\\"}) for line in lines]
    text = "BT /F1 11 Tf 60 780 Td 16 TL " + " ".join(f"({line}) Tj T*" for line in shown) + " ET"
    stream = text.encode("latin-1")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (table, len(body))


def package(parts: dict[str, str]) -> bytes:
    """A zip of XML parts, as Office files are."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), DECLARATION + text)
    return target.getvalue()


def relation(target: str, kind: str) -> str:
    return (
        f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
    )


def content_types(parts: dict[str, str]) -> str:
    """The part that names the media type of every other one."""
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    named = "".join(f'<Override PartName="/{name}" ContentType="{kind}+xml"/>' for name, kind in parts.items())
    return f'<Types xmlns="{OFFICE}/package/2006/content-types">{rels}{named}</Types>'


def docx(lines: list[str]) -> bytes:
    """A Word document of one paragraph a line."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    main = "word/document.xml"
    return package(
        {
            "[Content_Types].xml": content_types({main: f"{TYPES['docx']}.main"}),
            "_rels/.rels": relation(main, "officeDocument"),
            main: f'<w:document xmlns:w="{OFFICE}/wordprocessingml/2006/main"><w:body>{paragraphs}</w:body></w:document>',
        }
    )


def xlsx(lines: list[str]) -> bytes:
    """A workbook with one sheet: a line a row, cells separated by ;."""
    rows = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell.strip())}</t></is></c>' for cell in line.split(";")) + "</row>"
        for line in lines
    )
    space = f"{OFFICE}/spreadsheetml/2006/main"
    book = (
        f'<workbook xmlns="{space}" xmlns:r="{OFFICE}/officeDocument/2006/relationships">'
        '<sheets><sheet name="Ark1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    return package(
        {
            "[Content_Types].xml": content_types(
                {"xl/workbook.xml": f"{TYPES['xlsx']}.main", "xl/sheet1.xml": f"{TYPES['xlsx'].removesuffix('.sheet')}.worksheet"}
            ),
            "_rels/.rels": relation("xl/workbook.xml", "officeDocument"),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": relation("sheet1.xml", "worksheet"),
            "xl/sheet1.xml": f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>',
        }
    )


def png(name: str, width: int = 160, height: int = 48) -> bytes:
    """A picture with stripes whose colour follows the name."""
    red, green, blue = zlib.crc32(name.encode()).to_bytes(4, "big")[:3]
    line = b"".join(bytes((red, green, blue)) if (x // 8) % 2 else b"\xff\xff\xff" for x in range(width))
    rows = b"".join(b"\x00" + line for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def signed(lines: list[str]) -> bytes:
    """A CMS SignedData that carries a MIME text and no signer: opaque to a reader, as a signed mail is."""
    content = ("Content-Type: text/plain; charset=utf-8\r\n\r\n" + "\r\n".join(lines)).encode()
    data, signed_data = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010702")
    inner = der(0x30, data + der(0xA0, der(0x04, content)))
    return der(0x30, signed_data + der(0xA0, der(0x30, bytes.fromhex("020101") + der(0x31, b"") + inner + der(0x31, b""))))


def der(tag: int, body: bytes) -> bytes:
    """One DER value."""
    size = len(body)
    length = bytes([size]) if size < 128 else (b"\x82" + size.to_bytes(2, "big"))
    return bytes([tag]) + length + body
