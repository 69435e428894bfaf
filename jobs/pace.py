"""Every waiting time of the job engine in one place, so that a test can be quick without a second code path."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """All in seconds."""

    first_wait: float = 1.0  # before the second try of a step; doubles with each failure
    longest_wait: float = 30.0  # a system that came back is noticed within this
    settle: float = 3.0  # before a taken-over job goes on: the write that was under way may still be reaching its system
    tell_after: float = 15.0  # a step that has been retrying for longer is told to the person, once a job
    audit: float = 1.0  # between two looks for work whose process is gone; two looks in a row decide
    grace: float = 5.0  # no takeover so long after our own lock was lost: a restarted PostgreSQL frees everybody's locks
    orphan: float = 10.0  # age of a row that is ours but runs nowhere before it is put back
    mend: float = 5.0  # between two looks for runs that ended without saying so
    schedule: float = 20.0  # between two looks for a schedule's day
    silence: float = 15.0  # a process that holds its lock but gives no sign of life for so long is named in the log
    answer: float = 10.0  # how long a turn waits for the job database
    drain: float = 20.0  # how long a stop waits for the steps under way
