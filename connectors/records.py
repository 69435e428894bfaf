r"""Records management (ESDH) as the dialogs see it, whatever the product: cases, their subjects, and filing documents on them.

`login` is always the account of the person who asks ("kk\bhol"): that person's own rights decide what is found and what may be filed.
"""

from datetime import datetime
from hashlib import sha256
from typing import Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """Base of the values here: made once, never changed."""

    model_config = ConfigDict(frozen=True)


class RecordsCase(Shape):
    """A case. `number` is what people read and write, `subject` its KLE number, `facet` its handlingsfacet; "" where the case has none."""

    id: str
    number: str
    title: str
    subject: str
    subject_title: str
    facet: str
    state: Literal["reserved", "open", "closed", "cancelled", "other"]
    owner: str
    link: str


class Subject(Shape):
    """A KLE subject that is in force."""

    number: str
    title: str


class CaseDraft(Shape):
    """A new case. The subject cannot be changed once the case is there."""

    title: str
    subject: str
    facet: str = "G01"
    owner_email: str


class FileDraft(Shape):
    """One file. `name` without extension, `format` the extension in lower case ("pdf")."""

    name: str
    format: str
    data: bytes = Field(repr=False)


class DocumentDraft(Shape):
    """A document to file: its metadata and its files, the first of them the main one. `letter_date` aware."""

    title: str
    direction: Literal["in", "out", "internal"]
    letter_date: datetime
    sender_name: str
    sender_email: str
    recipients: tuple[str, ...]
    owner_email: str
    files: tuple[FileDraft, ...]
    internet_message_id: str


class Receipt(Shape):
    """What is in the records system, read back from it. `files`: names with extension. `replayed`: it was there already."""

    case_number: str
    document_number: str
    title: str
    files: tuple[str, ...]
    link: str
    replayed: bool


@runtime_checkable
class Records(Protocol):
    """What a records system offers. Every method raises ConnectorError; Refused carries a reason code such as "case_closed"."""

    async def case(self, number: str, login: str) -> RecordsCase:
        """One case by its number. Raises NotFound when it is not there or not for this person."""

    async def find_cases(self, words: str, login: str, limit: int = 10) -> list[RecordsCase]:
        """Cases whose title holds every word, in any order, open ones first."""

    async def subjects(self, words: str, limit: int = 5) -> list[Subject]:
        """Subjects by number, or by words in the title, best first."""

    async def open_case(self, draft: CaseDraft, key: str, login: str) -> RecordsCase:
        """Open a case, once per key, and read it back. Safe to repeat."""

    async def file(self, case_number: str, draft: DocumentDraft, key: str, login: str) -> Receipt:
        """File a document on a case, once per key, and read it back. Safe to repeat."""

    async def filed(self, internet_message_id: str, title: str, login: str) -> list[Receipt]:
        """Where a mail is filed already, as far as the person may see and as far as its document still goes by the title."""


def filing_key(case_number: str, internet_message_id: str) -> str:
    """The business key of filing one mail on one case. The case is in it: one mail may lawfully be filed on two."""
    return sha256(f"{case_number} {internet_message_id}".encode()).hexdigest()
