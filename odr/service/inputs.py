"""Inputs of acts of service."""

from __future__ import annotations

from datetime import time

from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.acts.letter import PaperKind
from odr.procedure.forms.inputs import CourtModel, CourtText

PAPER_OPTIONS = {kind.value: kind.label for kind in PaperKind}


class ClockRule(CourtText):
    """An hour of the day, written 15:05."""

    def read(self, text: str) -> str:
        """The hour as kept."""
        cleaned = super().read(text)
        if cleaned:
            try:
                return time.fromisoformat(cleaned.replace("：", ":").zfill(5)).strftime("%H:%M")
            except ValueError:
                raise InvalidInput.at("hour", T("Write the hour like 15:05.")) from None
        return cleaned


class ReplyInput(CourtModel):
    """An answer that came by e-mail, as the worker read it."""

    packet: str
    subject: str
    text: str
    document: str
    sha256: str
