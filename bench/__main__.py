"""`python -m bench`: every benchmark that gives figures for the one table; the longer ones are named, to be run by themselves."""

import importlib
import pkgutil
import time

import bench
from bench.table import Figure, show

if __name__ == "__main__":
    began = time.monotonic()
    figures: list[Figure] = []
    alone: list[str] = []
    for info in pkgutil.iter_modules(bench.__path__):
        module = importlib.import_module(f"bench.{info.name}") if info.name != "__main__" else bench
        about = (module.__doc__ or "").strip().splitlines()[:1]
        if hasattr(module, "figures"):
            print(f"measuring {info.name} ...", flush=True)
            figures += module.figures()
        elif hasattr(module, "main"):
            alone.append(f"  python -m bench.{info.name}: {about[0]}")
    print()
    show(figures)
    print(f"\n{time.monotonic() - began:.0f} s. By themselves, since they take longer or ask something else:", *alone, sep="\n")
