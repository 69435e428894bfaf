"""What the operations take: `parameter`, read leniently as the real one does (unknown names are ignored, "5" is a number)."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """Anything inside a parameter."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class Parameter(Part):
    r"""Every operation's. `ADContextUser` (domain\user) runs the call as that person."""

    ADContextUser: str | None = None


class Identity(Part):
    """An id of the caller's own, unique within its type."""

    Id: str = Field(min_length=1)
    Type: str = Field(min_length=1)


class ArchiveCode(Part):
    ArchiveCode: str
    ArchiveType: str
    Sort: int | None = None
    IsManualText: bool = False


class Contact(Part):
    """A party. `ReferenceNumber` (e-mail or recno:N) finds a registered one; the others are written as they are."""

    Role: str | None = None
    ContactName: str | None = None
    Email: str | None = None
    ReferenceNumber: str | None = None
    Address: str | None = None


class Remark(Part):
    Title: str = ""
    Content: str = ""
    RemarkType: str | None = None


class File(Part):
    """One file: its content in exactly one of the three ways."""

    Title: str = ""
    Format: str = ""
    Data: list[int] | str | None = None
    Base64Data: str | None = None
    UploadedFileReference: str | None = None
    VersionFormat: str | None = None
    Note: str | None = None


class Written(Parameter):
    """What CreateCase, UpdateCase, CreateDocument and UpdateDocument all take. None leaves a field, "" clears it."""

    Recno: int | None = None
    CaseNumber: str | None = None
    Title: str | None = None
    UnofficialTitle: str | None = None
    Status: str | None = None
    ResponsiblePersonEmail: str | None = None
    ResponsiblePersonRecno: int | None = None
    ResponsiblePersonIdNumber: str | None = None
    ResponsiblePersonUserId: str | None = None
    AccessCode: str | None = None
    AccessGroup: str | None = None
    Contacts: list[Contact] | None = None
    UnregisteredContacts: list[Contact] | None = None


class Case(Written):
    """CreateCase and UpdateCase."""

    ArchiveCodes: list[ArchiveCode] | None = None
    ExternalId: Identity | None = None
    Notes: str | None = None


class Cases(Parameter):
    """GetCases."""

    Recno: int | None = None
    CaseNumber: str | None = None
    Title: str | None = None
    ExternalId: Identity | None = None
    ArchiveCode: str | None = None
    ContactReferenceNumber: str | None = None
    MaxReturnedCases: int | None = None


class Document(Written):
    """CreateDocument and UpdateDocument."""

    DocumentNumber: str | None = None
    Category: str | None = None
    Archive: str | None = None
    DocumentDate: str | None = None
    DispatchedDate: str | None = None
    JournalDate: str | None = None
    SendersReference: str | None = None
    Remarks: list[Remark] | None = None
    Files: list[File] | None = None


class Documents(Parameter):
    """GetDocuments."""

    Recno: int | None = None
    CaseNumber: str | None = None
    DocumentNumber: str | None = None
    Title: str | None = None
    IncludeRemarks: bool | None = None
    IncludeFileData: bool | None = None
    MaxReturnedDocuments: int | None = None


class Dispatch(Parameter):
    """SignOffDocument and DispatchDocuments."""

    Recno: int | None = None
    DocumentNumber: str | None = None
    Document: str | None = None
    Documents: list[str] | None = None
    ResponseCode: str | None = None
    NoteTitle: str | None = None


class Upload(File, Parameter):
    """FileService/Upload."""

    FileName: str | None = None


class Fetch(Parameter):
    """GetFile."""

    Recno: int | None = None
    IncludeFileData: bool | None = None


class CodeTable(Parameter):
    """GetCodeTableRows. The name may stand behind `code table: `."""

    CodeTableName: str = ""
    IncludeExpiredValues: bool | None = None


class Users(Parameter):
    """GetUsers."""

    Recno: int | None = None
    Email: str | None = None
    Login: str | None = None
    UserId: str | None = None


Body = dict[str, Any]
