"""What a party writes to have a platform give its records to the court, and what comes of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from odr.evidence.models_platform import RecordKind
from odr.procedure.inputs import CourtModel, CourtText, field
from odr.text import T


class AskPlatformRecordsInput(CourtModel):
    """Which platform is to give what of which order."""

    platform: Annotated[
        str,
        CourtText(1, 60, one_line=True),
        field(T("Platform"), T("Only platforms this court has accredited."), choices="platforms"),
    ]
    order_number: Annotated[str, CourtText(1, 100, one_line=True), field(T("Order number"))]
    kinds: Annotated[
        list[str],
        Field(min_length=1, max_length=4),
        field(T("What shall it give?"), options={kind.value: kind.label for kind in RecordKind}, widget="checkboxes"),
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What are they to show?"), widget="textarea")]
    agrees: Annotated[
        bool,
        field(
            T("I agree that the platform gives these records of my order to the court"),
            T(
                "They become your exhibit and the other side reads them. The platform writes them and reads nothing of the case."
            ),
        ),
    ] = False


class PlatformRecordsFact(CourtModel):
    """Records that came, as they were checked."""

    request: str
    upload: str
    sha256: str
