"""Describing many uploads at once as exhibits: common answers once, what each shows and exceptions at the file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.evidence.inputs import LATE_MEANS, WHY_LATE, ExhibitInput, FactNumbers, Provenance, Secret, WhySecret
from odr.evidence.intake.media import Group
from odr.evidence.models import Category
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms.exhibit_titles import NOT_A_NAME, ExhibitTitle, looks_like_file_name
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field

MOST = 40
"""Files on one page."""
ORIGINS = {
    "camera": T("I photographed, filmed or recorded it myself with my own telephone"),
    "screen": T("I made a picture of my own screen"),
    "received": T("Somebody sent it to me"),
    "other": T("Something else, or not all alike: I say it below"),
}
UNTOUCHED = T("No: it is as it was made or received.")


class ManyLine(CourtModel):
    """One file among many."""

    upload: Annotated[str, RefTo("upload"), field(T("File"), widget="hidden")]
    take: Annotated[bool, field(T("Submit this file"))] = False
    proves: Annotated[str | None, CourtText(0, 1000), field(T("What does it show?"), widget="textarea")] = None
    facts: FactNumbers = []
    made_at: Annotated[
        str | None, CourtText(0, 200, one_line=True), field(T("When was it made?"), T("As exactly as you know."))
    ] = None
    title: Annotated[
        str | None,
        ExhibitTitle(least=0),
        field(T("A short name for it"), T("Left empty, it is called by what it shows.")),
    ] = None
    source: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("If it does not come from where the others do: where from?"), widget="textarea"),
    ] = None
    secret: Secret = False
    why_secret: WhySecret = None


class ManyInput(CourtModel):
    """Files that were sent, described together; each becomes an exhibit of its own."""

    origin: Annotated[
        Literal["camera", "screen", "received", "other"] | None,
        field(T("Where do these files come from?"), options=ORIGINS, widget="radios"),
    ] = None
    source: Annotated[
        str | None,
        CourtText(0, 800),
        field(
            T("More about where they come from"),
            T("For example: from whom, which shop, on which day."),
            widget="textarea",
        ),
    ] = None
    untouched: Annotated[bool, field(T("None of them was cut, converted or changed"))] = False
    files: Annotated[list[ManyLine], Field(max_length=MOST), field(T("File"), lock=True)] = []
    provenance: Annotated[
        Provenance | None, field(T("More about their origin"), T("The more you can say, the less there is to dispute."))
    ] = None
    why_late: Annotated[
        str | None,
        CourtText(0, 1000),
        field(WHY_LATE, LATE_MEANS, widget="textarea", asked="late_evidence_time"),
    ] = None

    @model_validator(mode="after")
    def _each_says_what_it_shows(self) -> ManyInput:
        faults = [
            FieldFault(("files", i, "proves"), T("Say what this file shows, or do not submit it."))
            for i, line in enumerate(self.files)
            if line.take and not line.proves
        ]
        faults += [
            FieldFault(("files", i, "why_secret"), T("Say what must be kept from whom, and why."))
            for i, line in enumerate(self.files)
            if line.take and line.secret and not line.why_secret
        ]
        faults += [
            FieldFault(("files", i, "proves"), NOT_A_NAME)
            for i, line in enumerate(self.files)
            if line.take and line.proves and not line.title and looks_like_file_name(first_line(line.proves))
        ]
        if self.origin is None:
            faults.append(FieldFault(("origin",), T("Say where they come from.")))
        if self.origin == "other" and not self.source and any(line.take and not line.source for line in self.files):
            faults.append(FieldFault(("source",), T("Say where they come from.")))
        if not any(line.take for line in self.files):
            faults.append(
                FieldFault(("files", 0, "take") if self.files else ("files",), T("Choose at least one file."))
            )
        if faults:
            raise InvalidInput(faults)
        return self


def exhibit_of(given: ManyInput, line: ManyLine, group: Group | None, locale: str) -> ExhibitInput:
    """The submission of one file: the common answers, where the file has none of its own."""
    common = [] if given.origin in (None, "other") else [ORIGINS[given.origin].render(locale)]
    told = line.source or "\n".join([*common, *([given.source] if given.source else [])])
    origin = (given.provenance or Provenance()).model_dump()
    if line.source is None and given.origin in ("camera", "screen") and not origin["made_with"]:
        origin["made_with"] = ORIGINS[given.origin].render(locale)
    if given.untouched and not origin["changed"]:
        origin["changed"] = UNTOUCHED.render(locale)
    if line.made_at:
        origin["made_at"] = line.made_at
    category = (
        Category.AUDIOVISUAL
        if group in (Group.AUDIO, Group.VIDEO)
        else Category.WEB
        if given.origin == "screen"
        else Category.FILES
    )
    proves = line.proves or ""
    return ExhibitInput(
        upload=line.upload,
        title=line.title or first_line(proves),
        category=category,
        proves=proves,
        facts=line.facts,
        source=told,
        provenance=Provenance(**origin),
        secret=line.secret,
        why_secret=line.why_secret,
        why_late=given.why_late,
    )


def first_line(words: str, most: int = 60) -> str:
    """What names an exhibit that was given no name: the beginning of what it shows."""
    line = words.split("\n")[0]
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
