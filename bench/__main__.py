"""`python -m bench`: every benchmark of this folder, one after the other, each with its ratios."""

import importlib
import pkgutil
import sys

import bench

if __name__ == "__main__":
    sys.argv = sys.argv[:1]  # each benchmark reads its own command line
    for info in pkgutil.iter_modules(bench.__path__):
        if info.name != "__main__" and hasattr(module := importlib.import_module(f"bench.{info.name}"), "main"):
            print(f"\n# {info.name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
            module.main()
