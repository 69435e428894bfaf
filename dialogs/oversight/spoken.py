"""What people say that they want done with a run, in words that leave no doubt: judge, sign, follow up, journalise; and of the year's wheel, and of files that are data.

These are heard before anything is asked what a text may mean: "fund 3 er fejl: …" is an answer to what stands on the screen, and
"godkend tilsynet" is no approval of a request.
"""

import re
from collections.abc import Awaitable, Callable

from dialogs.oversight import (
    followed,
    judged,
    oversight_close,
    oversight_extract,
    oversight_follow,
    oversight_journal,
    oversight_sign,
    wheel_said,
)
from dialogs.turn import Turn
from nlu.normalise import fold

Answer = Callable[[Turn], Awaitable[None]]
ANY = ".{0,80}"  # between two words that belong together: a long text costs no time
OF_IT = r"(?:ledelses)?tilsyn\w*|koersel\w*|koerslen|kontrollen|resultatet"
WISHES: tuple[tuple[re.Pattern[str], Answer], ...] = (
    (wheel_said.SURE, wheel_said.begin),
    (re.compile(rf"\b(?:luk\w*|afslut\w*)\b{ANY}\bopfoelgning|\bopfoelgning\w*\b{ANY}\b(?:gjort|faerdig|lukket|loest)\b|\bsctask\d+ er (?:gjort|faerdig|loest)"), oversight_close.begin),
    (re.compile(rf"\bhva(?:d|d for)\b{ANY}\bfoelge[rs]?\b{ANY}\bop\b|\b(?:hvordan|hvor langt|status|vis|se|mine|aabne|hvilke)\b{ANY}\bopfoelgning"), followed.listed),
    (re.compile(rf"\bfoelg(?:e|es)?\b{ANY}\bop\b{ANY}\b(?:fund\w*|fejl\w*|{OF_IT})|^(?:lav |opret )?(?:en )?opfoelgning(?:er)? paa\b"), oversight_follow.begin),
    (re.compile(rf"^(?!{ANY}\bmail)(?={ANY}\b(?:journalis|arkiver)\w*\b{ANY}\b(?:{OF_IT}))"), oversight_journal.begin),
    (re.compile(rf"\b(?:underskriv\w*|skriv\w*\s+under)\b{ANY}\b(?:{OF_IT})|\bgodkend(?:e|er)?\s+(?:hermed\s+|gerne\s+)?(?:{OF_IT})\b|^(?:jeg vil (?:gerne )?)?(?:underskriv\w*|skriv\w* under)\W*$"), oversight_sign.begin),
    (re.compile(rf"\b(?:vurder\w*|bedoem\w*)\b{ANY}\b(?:fund\w*|raekker\w*|{OF_IT})|\bfund\w*\b{ANY}\bvurder\w*"), judged.begin),
)  # fmt: skip


async def by_words(turn: Turn) -> bool:
    """Do what the text asks for of a run. False: it asks for something else."""
    if turn.state.open or turn.desk.oversight is None:
        return False
    said = fold(turn.text)
    answer = next((answer for pattern, answer in WISHES if pattern.search(said)), None)
    if await judged.by_words(turn, is_wish=answer is not None) or await oversight_extract.by_words(turn):
        return True
    if answer is None:
        return False
    await answer(turn)
    return True
