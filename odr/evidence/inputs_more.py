"""Inputs of acts about digests, earlier proofs, and what is kept or erased."""

from __future__ import annotations

from typing import Annotated, Literal

from odr.procedure.inputs import CourtModel, CourtText, RefTo, field
from odr.text import T


class DigestsInput(CourtModel):
    """A list of digests filed before, and what the files are to show."""

    batch: Annotated[
        str, RefTo("digest_batch"), field(T("List of digests"), T("Send the list first; it then stands here."))
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What are the files to show?"), widget="textarea")]
    source: Annotated[str, CourtText(1, 1000), field(T("Where do they come from?"), widget="textarea")]


class HoldInput(CourtModel):
    """Why everything of a case is kept, or no longer."""

    reasons: Annotated[str, CourtText(1, 2000), field(T("Reasons"), widget="textarea")]


class ErasureInput(CourtModel):
    """A person's decision on exhibits whose time has run."""

    labels: Annotated[
        list[str],
        field(
            T("Which exhibits?"),
            T("Those whose time under the rules has run."),
            choices="erasure_due",
            widget="checkboxes",
        ),
    ] = []
    answer: Annotated[
        Literal["erase", "keep"],
        field(
            T("What do you decide?"),
            options={"erase": T("Erase them: file, receipt and salt. This cannot be undone"), "keep": T("Keep them")},
            widget="radios",
        ),
    ]
    reasons: Annotated[str, CourtText(1, 2000), field(T("Reasons"), widget="textarea")]


class ProofInput(CourtModel):
    """An earlier proof of the file of one's own exhibit."""

    exhibit: Annotated[
        str, RefTo("exhibit"), field(T("Exhibit"), T("One of your own side."), choices="own_side_exhibits")
    ]
    upload: Annotated[
        str,
        RefTo("upload"),
        field(T("The proof"), T("A file .tsr, .tst or .tlog-proof. Send it first; it then stands here.")),
    ]
    beside: Annotated[
        str | None,
        RefTo("upload"),
        field(
            T("What the log holds"),
            T("Only for a log that holds a statement about the file, such as receipt.json."),
            widget="select",
        ),
    ] = None
