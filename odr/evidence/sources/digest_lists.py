"""A list of digests is put before the court in a case; the files follow if they are asked for (EV 14, 15; IC 11)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import PARTY_ROLES, Case, Stage
from odr.evidence.choices import digest_batches
from odr.evidence.sources.models import DigestBatch
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("EV 14")
def has_sent_a_list(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A list is sent first, and put into a case then."""
    return (
        None if digest_batches(sitting, case, actor) else T("You have sent no list of digests yet that is in no case.")
    )


class DigestsInput(CourtModel):
    """A list of digests filed before, and what the files are to show."""

    batch: Annotated[
        str, RefTo("digest_batch"), field(T("List of digests"), T("Send the list first; it then stands here."))
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What are the files to show?"), widget="textarea")]
    source: Annotated[str, CourtText(1, 1000), field(T("Where do they come from?"), widget="textarea")]


@act(
    title=T("Put a list of digests into the case"),
    input=DigestsInput,
    by=set(PARTY_ROLES),
    at={Stage.LODGED, Stage.PENDING, Stage.HEARING},
    guard=has_sent_a_list,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A list of file fingerprints put before the court"),
        T(
            "The list shows which files existed and when, not what is in them. If you need one of the files, you may ask the court to order that it be produced; otherwise there is nothing you have to do."
        ),
    ),
    source=law("EV 14, 93", "IC 11"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T(
        "The files stay with you until one of them is asked for; that they are the same is then shown by the digest."
    ),
)
def submit_digests(sitting: Sitting, case: Case, given: DigestsInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put a batch of digests that the court has anchored before on record, so that any of its files may be asked for
    (EV 15, 45).
    """
    batch: DigestBatch = sitting.resolved("digest_batch", given.batch)
    if batch.case_id is not None:
        raise InvalidInput.at("batch", T("This list is in a case already."))
    party = sitting.party_of(case, actor)
    batch.case_id, batch.party_id, batch.entry_number = case.id, party.id, sitting.next_number(case)
    result = {
        "batch": batch.reference,
        "count": batch.count,
        "list_sha256": batch.list_sha256,
        "proves": given.proves,
        "source": given.source,
    }
    words = T(
        "%(name)s put a list of %(count)s digests into the case: %(title)s",
        name=party.name,
        count=batch.count,
        title=batch.title,
    )
    return Recorded(words, result)
