"""``make bench``: every figure, printed and kept."""

from __future__ import annotations

import sys

from bench import acts, payments, service, sweep
from bench.frame import keep


def main() -> int:
    """Run everything; 1 when a limit is missed."""
    ratios = [*acts.run(), *service.run(), *payments.run(), *sweep.run()]
    keep(ratios)
    return 0 if all(r.holds for r in ratios) else 1


sys.exit(main())
