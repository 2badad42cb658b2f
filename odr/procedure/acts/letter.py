"""What a letter says of the act it comes from: the kind of paper, what came, and what one does about it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from odr.ground.text import T, Text


class PaperKind(enum.Enum):
    """Kind of document served: a consent to electronic service may cover some kinds only (OLR 30)."""

    NOTICE = "notice"  # notices, summons, fee and evidence notices
    PLEADING = "pleading"  # claim, answer and their evidence
    DECISION = "decision"  # judgments and rulings (CPL 90: paper on request)
    MEDIATION_STATEMENT = "mediation_statement"  # served on the party itself (CPI 133)

    @property
    def label(self) -> Text:
        """The kind in words."""
        return _KINDS[self]


_KINDS = {
    PaperKind.NOTICE: T("notice of the court"),
    PaperKind.PLEADING: T("pleading with its evidence"),
    PaperKind.DECISION: T("decision of the court"),
    PaperKind.MEDIATION_STATEMENT: T("mediation statement"),
}


DAY = T("the day named in this letter")
"""Stands for the last day of the addressee's time limit until the act has opened it."""
OLD_HOUR = T("the hour in the summons you have")
"""Stands for the hour of a hearing that an act puts off or moves."""
HOUR, PLACE = T("the hour in the summons"), T("the place in the summons")
"""Stand for when and where that takes place to which an act calls its addressee, until it is fixed."""
LIMITS = T("This letter names what is asked of you and the last day for it.")
"""Stands for all that is asked of the addressee, each with its last day, until the act has opened the time limits."""


RUNS_FOR = "runs_for"
"""In the result of an act whose letter begins a time limit (``Letter.runs``): the length somebody gave it there, in the unit of
its rule.
"""


@dataclass(frozen=True)
class Letter:
    """The letter of a served act, the same for every addressee.

    ``kind`` decides how it may be served (OLR 30; CPL 90); ``title`` is what came, as the
    subject line says it; ``what_next`` one or two sentences on what the addressee does
    about it and what follows if they do nothing. ``when_due`` takes its place for an
    addressee for whom the act opens or changes a time limit: it has a place for its last
    day, ``day=DAY``, or for all that is asked with each day, ``limits=LIMITS``. No letter sends
    its reader to the page of the case for a day. ``occasion`` is kept on the packet: rooms that react to service know it by that.
    ``runs`` is the kind of time limit that begins on the day the letter is served: its length stands in the letter,
    that of the rules, or what the act's result says under ``RUNS_FOR``.
    ``for_information``: it asks for nothing, begins no time and gives no remedy; where no means tried reaches
    somebody, nobody of the court has to find another way.
    ``when_held`` takes the place of ``what_next`` for whom the act calls to something at one hour, with places for when
    and where, ``at=HOUR, where=PLACE``: a summons never sends its reader elsewhere for its hour.
    ``when_off`` takes the place of ``what_next`` where the act puts a hearing off, with a place for the hour that held
    until then, ``off=OLD_HOUR``; ``when_held`` may have the same place. Nobody has to look up on which day not to come.
    ``first``: name of the letter in ``templates/letters`` for whoever is written to for the first time by it and has not joined:
    it says what is asked of them, and its code lets them in.
    """

    kind: PaperKind
    title: Text
    what_next: Text
    occasion: str | None = None
    runs: str | None = None
    when_due: Text | None = None
    for_information: bool = False
    when_held: Text | None = None
    when_off: Text | None = None
    first: str | None = None
