"""What the acts about a volume are given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, field

TO = {"archive": T("The court’s archive"), "higher_court": T("The higher court"), "other_court": T("Another court")}


class CloseVolumeInput(CourtModel):
    """What whoever opens the archive should know."""

    note: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Note for the archive"),
            T("For example that originals on paper lie in the registry, and where."),
            widget="textarea",
        ),
    ] = None


class SealVolumeInput(CourtModel):
    """A volume as the worker made it: digest, size and up to which entry."""

    volume: str
    sha256: Annotated[str, CourtText(64, 64, one_line=True)]
    size: Annotated[int, Field(ge=0)]
    upto: Annotated[int, Field(ge=0)]


class HandOnVolumeInput(CourtModel):
    """Who has the volume now, and how that is known."""

    to: Annotated[Literal["archive", "higher_court", "other_court"], field(T("To whom?"), options=TO, widget="radios")]
    receipt: Annotated[
        str,
        CourtText(3, 300, one_line=True),
        field(T("Who took it, and the number of their receipt"), T("As it stands on the receipt.")),
    ]


class ReopenVolumeInput(CourtModel):
    """Why a closed volume takes papers again."""

    reasons: Annotated[str, CourtText(5, 2000), field(T("Why it is opened again"), widget="textarea")]
