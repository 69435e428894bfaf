"""A process of its own for what takes a core or much memory: killed when it takes too long, and when nobody waits for it any more."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import structlog

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "Europe/Copenhagen"}  # nothing of ours, and so no secret
log = structlog.get_logger()


async def asked(module: str, order: dict[str, Any], seconds: int) -> dict[str, Any]:
    """What a module answers to an order, both JSON; `{"error": "time" | "memory" | "died", "about", "line"}` where its process does not come to that."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds):
            said, complaint = await process.communicate(json.dumps(order).encode())
    except TimeoutError:
        return {"error": "time", "about": str(seconds), "line": 0}
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended this very moment
                process.kill()
            await process.wait()
    if process.returncode != 0:
        gone = b"MemoryError" in complaint or b"bad_alloc" in complaint or process.returncode == -9
        log.warning("tilsyn_process_died", status=process.returncode, last=complaint.decode(errors="replace").splitlines()[-1:])
        return {"error": "memory" if gone else "died", "about": "", "line": 0}
    answered: dict[str, Any] = json.loads(said)
    return answered
