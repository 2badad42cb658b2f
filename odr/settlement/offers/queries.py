"""Which states of an agreement count as live."""

from __future__ import annotations

from odr.settlement.models import AgreementState

LIVE_AGREEMENTS = (AgreementState.SIGNING, AgreementState.SIGNED, AgreementState.CONFIRMED)
