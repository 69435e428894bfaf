"""What the job engine logs: short, through structlog, without traceback text or personal data."""

import logging
import re
import traceback

import structlog
from typing_extensions import override

CPR = re.compile(r"(?<!\d)\d{6}[- ]?\d{4}(?!\d)")
EXPECTED = re.compile("Asyncio task cancelled|was cancelled during execution")  # a stop, and a cancelled job; nothing is wrong
TOKEN = re.compile(r"(?i)bearer\s+\S+|\beyJ[\w-]{8,}\.[\w-]+\.?[\w-]*")


def clean(text: str) -> str:
    """The text without CPR numbers and tokens."""
    return TOKEN.sub("[token]", CPR.sub("[number]", text))


def brief(text: str) -> str:
    """A message in one line: dbos writes whole tracebacks into some of its own."""
    lines = clean(text).strip().splitlines() or [""]
    return (lines[0] if len(lines) == 1 else f"{lines[0]} … {lines[-1].strip()}")[:400]


def described(error: BaseException) -> dict[str, str]:
    """What the log says of an error, in place of its traceback, which may quote what a person wrote."""
    return {"error": type(error).__name__, "where": where(error), "message": brief(str(error))}


def where(error: BaseException) -> str:
    """The last places an error passed, innermost first: "edoc.py:41 file < engine.py:88 step". No values."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))


class ToStructlog(logging.Handler):
    """Hands dbos' own log lines to structlog. Tracebacks stay out: their messages may quote what a person wrote."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        fields = {"message": brief(record.getMessage())}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            fields |= {"error": type(error).__name__, "where": where(error)}
        expected = type(error).__name__ == "DBOSAwaitedWorkflowCancelledError" or EXPECTED.search(record.getMessage())
        structlog.get_logger("dbos").log(logging.INFO if expected else record.levelno, "dbos", **fields)


def quieten() -> None:
    """Send dbos' log through structlog. dbos leaves a logger that has a handler alone."""
    logger = logging.getLogger("dbos")
    logger.handlers = [ToStructlog()]
    logger.propagate = False
