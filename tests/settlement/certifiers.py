"""Certifiers with keys of their own, who sign what a case needs."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from odr.app import create_app
from odr.procedure.court import Court
from odr.settlement.one_key.certified_statements import signed_bytes

TRAFFIC: dict[str, dict[str, int]] = {
    "police": {"share": 70},
    "hospital": {"medical_cost": 25_000_00, "days_off_work": 20, "days_of_care": 7, "daily_care": 150_00},
    "employer": {"daily_income": 320_00},
    "appraiser": {"repair": 9_800_00, "lost_value": 3_000_00},
    "insurer": {"advanced": 5_000_00},
}
"""A collision: the other driver bears 70 of a hundred."""
OWED = 18_000_00 + 4_900_00 + 6_400_00 + 1_050_00 + 2_000_00 + 5_460_00 + 2_100_00 - 5_000_00
"""By hand: treatment to its limit and 70 % of 7,000 beyond it; income and care within theirs; the car to its limit and
70 %
of 7,800 beyond it; 70 % of the lost value; less what the insurer paid."""


@dataclass
class Certifier:
    """One certifier and its key."""

    key: str
    kind: str
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> str:
        """The public key as the operator gets it."""
        return base64.b64encode(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    def sign(self, case: str, figures: dict[str, int], **changes: Any) -> str:
        """A statement as the party is given it."""
        statement = {
            "type": "court-certified-statement/1",
            "certifier": self.key,
            "kind": self.kind,
            "case": case,
            "file_number": f"{self.kind}-2026-7",
            "issued_on": "2026-03-01",
            "figures": figures,
        } | changes
        signature = base64.b64encode(self.private.sign(signed_bytes(statement))).decode()
        return json.dumps({"statement": statement, "signature": signature}, ensure_ascii=False, indent=1)


def accredit(court: Court, *kinds: str) -> dict[str, Certifier]:
    """The operator accredits a certifier of each kind."""
    run = create_app(court=court).test_cli_runner().invoke
    found = {kind: Certifier(f"the-{kind}", kind) for kind in kinds}
    for one in found.values():
        made = run(
            args=["certifier", "accredit", one.key, one.key.title(), "--kind", one.kind, "--public-key", one.public]
        )
        assert made.exit_code == 0, made.output
    return found
