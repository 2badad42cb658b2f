"""On what occasion a paper is served: the letter of the act that made it, or one the court writes of its own accord."""

from __future__ import annotations

from dataclasses import dataclass

from odr.ground.text import T, Text
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Act


@dataclass(frozen=True)
class Occasion:
    """An occasion of service: its key on the packet, what came, the kind of paper, and what one does about it."""

    key: str
    title: Text
    kind: PaperKind
    what_next: Text | None
    runs: str | None = None
    """The kind of time limit that begins when it is served."""
    when_due: Text | None = None
    """What stands in place of ``what_next`` for whoever gets a time limit with its day by it."""
    for_information: bool = False
    """Whether nobody has to find another way where it reaches nobody."""
    when_held: Text | None = None
    """What stands in place of ``what_next`` where it calls to something at one hour."""
    when_off: Text | None = None
    """What stands in place of ``what_next`` where it puts off what was fixed."""
    first: str | None = None
    """The letter for whoever is written to for the first time by it and has not joined."""

    @classmethod
    def of(cls, key: str, letter: Letter) -> Occasion:
        """The occasion a letter is written on."""
        return cls(
            key,
            letter.title,
            letter.kind,
            letter.what_next,
            letter.runs,
            letter.when_due,
            letter.for_information,
            letter.when_held,
            letter.when_off,
            letter.first,
        )


CLAIM = Occasion(
    "claim",
    T("Claim against you, with notice to answer"),
    PaperKind.PLEADING,
    T(
        "Answer it by the day named in this letter, and join the case online with the code above if you wish. If you do not answer, the case goes on without your answer; nothing counts as admitted by that."
    ),
    "answer",
)
JOINDER = Occasion(
    "joinder",
    T("Notice to take part in a case"),
    PaperKind.PLEADING,
    T(
        "Join the case with the code above, or tell the registry that you do not. What you may say and claim stands in this letter."
    ),
)
SUBSTITUTION = Occasion(
    "substitution",
    T("Notice that you yourself are a party to a case now"),
    PaperKind.PLEADING,
    T("Join the case with the code above. What the party before you did in the case holds for you as well."),
)
ACCEPTANCE = Occasion(
    "acceptance",
    T("Notice of acceptance, of the court fee and on evidence"),
    PaperKind.NOTICE,
    T(
        "Where a fee is due, a letter of its own names it and its last day: pay it, or ask for help with the fee by then; if you do neither, the judge may rule that the claim is withdrawn. The claim is sent to the other side meanwhile."
    ),
)
REGISTRY = Occasion(
    "registry",
    T("Decision of the registry on your claim"),
    PaperKind.NOTICE,
    T(
        "Read why the claim was not accepted. If you may appeal, the time for it is counted from the day after this paper is served on you."
    ),
    when_due=T(
        "Read what is missing, and correct it by the end of %(day)s. If you do not, the claim goes back to you.",
        day=DAY,
    ),
)


def occasion_of(act: Act) -> Occasion:
    """The occasion an act makes. Raises ValueError for an act that declares no letter."""
    if act.letter is None:
        raise ValueError(f"{act.name} declares no letter")
    return Occasion.of(act.letter.occasion or act.name, act.letter)


def occasion_for(key: str, title: Text, kind: PaperKind, what_next: Text | None = None) -> Occasion:
    """The occasion of a packet that goes out again, in the words it had."""
    return Occasion(key, title, kind, what_next)
