"""Where an error came from, without what it says: an exception's message may hold what a person wrote."""

import traceback
from pathlib import Path

FRAMES = 12  # the innermost; the way in from the web server is always the same


def trail(error: BaseException) -> str:
    """The error's type and the way to it, innermost first, then that of what caused it."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    way = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{type(error).__name__} at {way}" + (f", after {trail(cause)}" if cause else "")
