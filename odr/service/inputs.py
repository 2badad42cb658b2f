"""Inputs of acts of service."""

from __future__ import annotations

from typing import Annotated

from odr.procedure.inputs import CourtModel, CourtText, field
from odr.text import T


class PacketInput(CourtModel):
    """Which packet came to a conclusion."""

    packet: str
    conclusion: str
    effective_at: str | None
    proof: str | None


class ConsentInput(CourtModel):
    """A change of consent to electronic service."""

    agrees: Annotated[
        bool,
        field(
            T("I agree to receive papers of this case here and at my e-mail address"),
            T("A paper counts as served when it reaches the address. You may change this at any time (Online Litigation Rules, arts. 29 to 31)."),
        ),
    ] = False
    reason: Annotated[str | None, CourtText(0, 500), field(T("Reason, if you want to give one"))] = None
