"""Inputs of acts about digests, earlier proofs, and what is kept or erased."""

from __future__ import annotations

from typing import Annotated

from odr.procedure.inputs import CourtModel, CourtText, RefTo, field
from odr.text import T


class DigestsInput(CourtModel):
    """A list of digests filed before, and what the files are to show."""

    batch: Annotated[str, RefTo("digest_batch"), field(T("List of digests"), T("Send the list first; it then stands here."))]
    proves: Annotated[str, CourtText(1, 1000), field(T("What are the files to show?"), widget="textarea")]
    source: Annotated[str, CourtText(1, 1000), field(T("Where do they come from?"), widget="textarea")]
