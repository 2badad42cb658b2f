"""The court's faces and templates, loaded once, and a sealer over a real notary."""

from __future__ import annotations

from pathlib import Path

import pytest

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.typeset import Typesetter
from odr.notary.notary import Notary
from odr.notary.seal.seal import Sealer
from odr.notary.vault import FileVault

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    """Sets papers with the vendored faces."""
    return Typesetter(ROOT / "fonts", ROOT / "templates" / "documents")


@pytest.fixture
def notary(sqlite_url: str, tmp_path: Path, clock: FixedClock) -> Notary:
    """A notary with its vault in a fresh folder."""
    return Notary(
        Database(sqlite_url, synchronous="OFF"),
        vault=FileVault(tmp_path / "vault"),
        origin="court.example/log",
        clock=clock,
        log_dir=None,
    )


@pytest.fixture
def sealer(notary: Notary) -> Sealer:
    """The court's seal."""
    return Sealer.of(notary)


@pytest.fixture
def trust(notary: Notary, sealer: Sealer) -> bytes:
    """The notary's root, PEM."""
    return notary.tsa_ca_pem().encode()
