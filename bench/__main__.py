"""``make bench``: every figure of every module here that has a ``run()``, printed and kept. ``python -m bench guide [FOLDER]``
asks the questions of a folder (:mod:`bench.guide`); ``python -m bench checks`` plants errors in judgments (:mod:`bench.checks`);
``python -m bench similar [DATA_DIR]`` asks published decisions for those they cite (:mod:`bench.similar`);
``python -m bench wording`` puts slips of the pen into sentences (:mod:`bench.wording`); ``python -m bench openload --seconds 60`` puts
the served court under a load (:mod:`bench.openload`).
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench
from bench.frame import Ratio, keep


def main(names: list[str]) -> int:
    """Run everything, or the modules named, and keep it under their names; 1 when a limit is missed."""
    ratios: list[Ratio] = []
    for name in names or sorted(
        found.name for found in pkgutil.iter_modules(bench.__path__) if found.name not in ("__main__", "served")
    ):
        run = getattr(importlib.import_module(f"bench.{name}"), "run", None)
        if run is not None:
            ratios += run()
    keep(ratios, names)
    return 0 if all(ratio.holds for ratio in ratios) else 1


if sys.argv[1:2] == ["guide"]:
    from bench.guide import main as guide

    sys.exit(guide(sys.argv[2:]))
if sys.argv[1:2] == ["similar"]:
    from bench.similar import main as similar

    sys.exit(similar(sys.argv[2:]))
if sys.argv[1:2] == ["checks"]:
    from bench.checks import main as checks

    sys.exit(checks(sys.argv[2:]))
if sys.argv[1:2] == ["wording"]:
    from bench.wording import main as wording

    sys.exit(wording(sys.argv[2:]))
if sys.argv[1:2] == ["openload"] and sys.argv[2:]:
    from bench.openload import run as openload

    sys.exit(0 if all(ratio.holds for ratio in openload(sys.argv[2:])) else 1)
sys.exit(main(sys.argv[1:]))
