"""The rules for names, aliases and addresses of what is made or renamed.

Source: https://learn.microsoft.com/powershell/module/exchange/new-mailbox (Alias, Name, DisplayName)
"""

import re

from simulators.exchange import refusals
from simulators.exchange.directory import Directory
from simulators.exchange.parameters import Change, Given
from simulators.store import Document
from simulators.world import DOMAIN

NAME, DISPLAY, ALIAS, CUSTOM, MAILTIP = 64, 256, 64, 1024, 175
ALIAS_TEXT = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a1-\u00ff]+(\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a1-\u00ff]+)*")
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SPELT = {"ö": "oe", "ä": "ae", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a"}


def sound_name(name: str) -> str:
    """A name that an object may have."""
    if len(name) > NAME:
        raise refusals.too_long("Name", NAME, len(name))
    if name != name.strip() or not name or CONTROL.search(name):
        raise refusals.invalid(f"The property value is invalid. The value can't contain leading or trailing whitespace: '{name}'.")
    return name


def sound_display(display: str) -> str:
    if len(display) > DISPLAY:
        raise refusals.too_long("DisplayName", DISPLAY, len(display))
    if CONTROL.search(display) or not display.strip():
        raise refusals.invalid("The display name contains characters that aren't allowed.")
    return display


def sound_alias(alias: str) -> str:
    if len(alias) > ALIAS:
        raise refusals.too_long("Alias", ALIAS, len(alias))
    if not ALIAS_TEXT.fullmatch(alias):
        raise refusals.invalid(f"The value '{alias}' for property Alias isn't valid: it contains characters that aren't allowed.")
    return alias


def sound_address(address: str) -> str:
    """An address without its prefix."""
    text = re.sub(r"^smtp:", "", address, flags=re.IGNORECASE)
    if not ADDRESS.fullmatch(text) or ".." in text or text.startswith(".") or ".@" in text:
        raise refusals.invalid(
            f"The address '{address[:100]}' is invalid: it isn't a valid SMTP address. The domain name can't contain spaces and has to have a prefix and a suffix."
        )
    return text


def alias_of(name: str) -> str:
    """What Exchange makes of a name where no alias is given: blanks away, other letters as question marks."""
    return "".join(mark if ALIAS_TEXT.fullmatch(mark) else "?" for mark in name if not mark.isspace() and mark != ".")[:ALIAS] or "alias"


def local_part(alias: str) -> str:
    """The address's part before the @ for an alias."""
    plain = "".join(SPELT.get(mark, mark) for mark in alias.lower())
    return "".join(mark if mark.isascii() else "?" for mark in plain).replace("?", "_")


def identity(given: Given) -> tuple[str, str, str, str]:
    """Name, display name, alias and primary address of something new."""
    name = sound_name(given.text("Name"))
    display = sound_display(given.text("DisplayName") or name)
    alias = sound_alias(given.text("Alias")) if given.text("Alias") else alias_of(name)
    primary = sound_address(given.text("PrimarySmtpAddress")) if given.text("PrimarySmtpAddress") else f"{local_part(alias)}@{DOMAIN}"
    return name, display, alias, primary


def readdressed(directory: Directory, one: Document, change: Change) -> Document:
    """With other addresses. The one with a capital SMTP: is the primary one."""
    before = [f"SMTP:{one['primary']}", *(f"smtp:{other}" for other in one["others"])]
    after = change.on(before, lambda text: text.lower().removeprefix("smtp:"))
    main = [text for text in after if text.startswith("SMTP:")][-1:] or after[:1]
    if not main:
        raise refusals.invalid("The EmailAddresses property must hold a primary SMTP address.")
    primary = sound_address(main[0])
    others = [sound_address(text) for text in after if text not in main]
    directory.claim(one["guid"], [primary, *others])
    return {**one, "primary": primary, "others": others}


def renamed(directory: Directory, one: Document, given: Given) -> Document:
    """With what Set- cmdlets may change of any recipient: names, addresses, the custom attributes, the mail tip, whether it is hidden."""
    changed = dict(one)
    if "Name" in given:
        changed["name"] = sound_name(given.text("Name"))
        directory.unique(changed["name"], one["guid"])
    if "DisplayName" in given:
        changed["display"] = sound_display(given.text("DisplayName"))
    if "Alias" in given:
        changed["alias"] = sound_alias(given.text("Alias"))
    if "MailTip" in given:
        changed["mailtip"] = within("MailTip", given.text("MailTip"), MAILTIP)
    if "HiddenFromAddressListsEnabled" in given:
        changed["hidden"] = given.flag("HiddenFromAddressListsEnabled")
    custom = {name: within(name, given.text(name), CUSTOM) for name in given.values if name.startswith("CustomAttribute")}
    changed["custom"] = {**one["custom"], **custom}
    if "EmailAddresses" in given and "PrimarySmtpAddress" in given:
        raise refusals.unknown_parameter("PrimarySmtpAddress")
    if "EmailAddresses" in given:
        return readdressed(directory, changed, given["EmailAddresses"])
    if "PrimarySmtpAddress" in given:
        return readdressed(directory, changed, Change(None, [f"SMTP:{sound_address(given.text('PrimarySmtpAddress'))}"]))
    return changed


def within(name: str, text: str, most: int) -> str:
    if len(text) > most:
        raise refusals.too_long(name, most, len(text))
    return text


def nothing_changed(given: Given, name: str) -> None:
    given.warn(f"The command completed successfully but no settings of '{name}' have been modified.")
