"""What CI says of lines that ran: true to the line, and no more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.covered import COURT, lines_of, report

ROOT = COURT.parent


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="Python 3.11 counts no lines")
def test_a_line_counts_when_it_has_run(tmp_path: Path) -> None:
    """Of a function that begins and ends early, what comes after is told as not run; other folders are not looked at."""
    program = (
        "from pathlib import Path\n"
        "from tests import covered\n"
        "from odr.web.pace import Pace\n"
        "Pace(1, lambda: 0.0)\n"
        f"covered.LINES.leave(Path({str(tmp_path)!r}))\n"
    )
    env = {**os.environ, "ODR_COVERED": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=env)
    told = list(report(tmp_path))
    assert told[-1].endswith("lines of the court run by tests in their own process")
    assert any(line.startswith("  0.0 %") and line.endswith("odr/payments") for line in told)
    seen = next(tmp_path.glob("*.json")).read_text()
    lines = (COURT / "web/pace.py").read_text().splitlines()
    ran, not_run = (
        lines.index(text) + 1
        for text in ("        self._one_at_a_time = threading.Lock()", "        now = self._seconds()")
    )
    assert {ran, not_run} <= lines_of(COURT / "web/pace.py")
    of_pace = [int(one) for one in seen.partition('"web/pace.py": [')[2].partition("]")[0].split(",")]
    assert ran in of_pace and not_run not in of_pace
