"""Real peers on loopback: databases, mail, store, browser. Nothing here pretends."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def missing(what: str, remedy: str) -> NoReturn:
    """Skip the test for want of a program; where everything must be there (CI=true), fail it.

    ``remedy`` says what to install.
    """
    reason = f"{what} is missing: {remedy}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def needed(program: str) -> None:
    """Go on only where a program is that ``tools/install_test_programs`` installs."""
    if shutil.which(program) is None:
        missing(program, "tools/install_test_programs")
