"""FileService, and the content of files on their way in: limits, formats, virus scan, the cache of uploads."""

import base64
import uuid
from dataclasses import dataclass
from typing import Any

from simulators.edoc import codes
from simulators.edoc import parameters as p
from simulators.edoc.archive import Archive
from simulators.edoc.wire import FILE_LIMIT, Refusal, TooLarge
from simulators.graph.wire import knob
from simulators.store import Document as Row
from simulators.store import Store

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # in two, so that no scanner takes this file for one
VERSIONS = ("P", "A")  # production, archive


@dataclass(frozen=True)
class Content:
    """One checked file. `version`: P is converted to PDF later, A is left alone."""

    title: str
    format: str
    version: str
    note: str
    body: bytes

    def row(self, store: Store) -> Row:
        """What is kept of it; the bytes go to the store."""
        kept = {"title": self.title, "format": self.format, "version": self.version, "note": self.note}
        return {**kept, "blob": store.keep(self.body), "size": len(self.body)}


def contents(archive: Archive, files: list[p.File] | None) -> list[Content]:
    """The files of a document, each checked. Refuses; raises TooLarge."""
    return [content(archive, each) for each in files or []]


def content(archive: Archive, each: p.File) -> Content:
    """One file."""
    kind = each.Format.strip().lower().removeprefix("recno:").removeprefix(".")
    if kind not in codes.FORMATS:
        raise Refusal(f"Format: code value '{each.Format[:40]}' not found")
    version = (each.VersionFormat or "P").upper()
    if version not in VERSIONS:
        raise Refusal(f"VersionFormat: code value '{version[:40]}' not found")
    if not each.Title.strip():
        raise Refusal("Files: Title is mandatory")
    return Content(each.Title, kind, version, each.Note or "", scanned(archive, body(archive, each)))


def body(archive: Archive, each: p.File) -> bytes:
    """The bytes of a file, given in exactly one way."""
    ways = [name for name in ("Data", "Base64Data", "UploadedFileReference") if getattr(each, name) is not None]
    if len(ways) != 1:
        raise Refusal("Files: give exactly one of Data, Base64Data and UploadedFileReference")
    if each.UploadedFileReference is not None:
        return uploaded(archive, each.UploadedFileReference)
    if isinstance(each.Data, list):
        if not all(0 <= one <= 255 for one in each.Data):
            raise Refusal("Data: value was either too large or too small for an unsigned byte")
        return bytes(each.Data)
    try:
        return base64.b64decode(each.Base64Data or each.Data or "", validate=True)
    except ValueError as error:
        raise Refusal("Base64Data: the input is not a valid Base-64 string") from error


def scanned(archive: Archive, found: bytes) -> bytes:
    """The bytes, if they are neither too many (the setting `edoc_file_bytes`) nor infected."""
    if len(found) > knob(archive.simulation, "edoc_file_bytes", FILE_LIMIT):
        raise TooLarge
    if EICAR in found:
        raise Refusal("File rejected by virus scanner")
    if not found:
        raise Refusal("Files: the file is empty")
    return found


def uploaded(archive: Archive, reference: str) -> bytes:
    """A file from the cache of the user who put it there; nobody else's."""
    row = archive.table("upload").get(reference)
    if row is None or row["user"] != archive.caller.login:
        raise Refusal(f"UploadedFileReference: file '{reference[:60]}' not found in the cache of {archive.caller.login}")
    return archive.simulation.store.bytes(row["blob"])


def upload(archive: Archive, wanted: p.Upload) -> dict[str, Any]:
    """Upload: a temporary place in the user's own cache."""
    found = scanned(archive, body(archive, wanted))
    reference = str(uuid.uuid4())
    name = wanted.FileName or wanted.Title
    archive.table("upload")[reference] = {"user": archive.caller.login, "name": name, "blob": archive.simulation.store.keep(found)}
    return {"UploadedFileReference": reference}
