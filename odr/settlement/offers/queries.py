"""Finding the rows of the private room."""

from __future__ import annotations

from odr.settlement.models import AgreementState

LIVE_AGREEMENTS = (AgreementState.SIGNING, AgreementState.SIGNED, AgreementState.CONFIRMED)
