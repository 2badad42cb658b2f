"""Real peers on loopback: databases, mail, store, browser. Nothing here pretends."""

from __future__ import annotations

import os
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
