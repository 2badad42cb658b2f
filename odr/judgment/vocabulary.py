"""The words of judgment: findings, decisions, orders, rulings. Pure; imported by everything in the room."""

from __future__ import annotations

import enum

from odr.ground.text import T, Text


class FindingResult(enum.Enum):
    """What the court makes of an exhibit or a fact (EV 97)."""

    ADOPTED = "adopted"  # relied on, or found to be so
    PARTLY = "partly"  # in part, with the part named in the reasons
    REJECTED = "rejected"  # not relied on, or not found

    @property
    def label(self) -> Text:
        """The result in words."""
        return {
            FindingResult.ADOPTED: T("Adopted"),
            FindingResult.PARTLY: T("Adopted in part"),
            FindingResult.REJECTED: T("Not adopted"),
        }[self]


class Weakness(enum.Enum):
    """Why evidence grounds no finding alone (EV 90)."""

    STATEMENT = "statement"  # what a party itself says
    INCAPABLE = "incapable"  # testimony that does not fit the witness's age, mind or state
    INTERESTED = "interested"  # testimony of somebody with an interest in the outcome for a party
    DOUBTFUL = "doubtful"  # sound, film or data with open doubts
    COPY = "copy"  # a copy that cannot be compared with its original

    @property
    def label(self) -> Text:
        """The reason in words."""
        return {
            Weakness.STATEMENT: T("a party’s own statement"),
            Weakness.INCAPABLE: T("testimony that does not fit the age or the mind of the witness"),
            Weakness.INTERESTED: T("testimony of a witness with an interest in a party or its representative"),
            Weakness.DOUBTFUL: T("sound, film or electronic data about which doubts are open"),
            Weakness.COPY: T("a copy that cannot be compared with its original"),
        }[self]


class Basis(enum.Enum):
    """What a finding on a fact rests on beside exhibits."""

    ADMISSION = "admission"  # admitted by the other side in the hearing or in writing (EV 3)
    SILENCE = "silence"  # taken as admitted after question and explanation (EV 4)
    TESTIMONY = "testimony"  # a witness who was heard (EV 68)
    WITHHELD = "withheld"  # kept back by who was ordered to produce it (EV 48)
    REFUSED = "refused"  # who it speaks against refused to be questioned in person (EV 66)
    NO_PROOF = "no_proof"  # needs no proof (EV 10)

    @property
    def label(self) -> Text:
        """The ground in words."""
        return {
            Basis.ADMISSION: T("Admitted by the other side, in the hearing or in writing [EV 3]"),
            Basis.SILENCE: T("Taken as admitted by silence, after question and explanation [EV 4]"),
            Basis.TESTIMONY: T("A witness who was heard [EV 68]"),
            Basis.WITHHELD: T("Kept back by who was ordered to produce it [EV 48]"),
            Basis.REFUSED: T(
                "Found against a party that refused to be questioned in person without a good reason [EV 66]"
            ),
            Basis.NO_PROOF: T(
                "Needs no proof: known to all, presumed by law or from experience, or decided or notarised already [EV 10]"
            ),
        }[self]


class DecisionKind(enum.Enum):
    """What sort of decision is drafted."""

    JUDGMENT = "judgment"  # on everything asked for
    PARTIAL = "partial"  # on a part that is ready (CPL 156)
    SUPPLEMENTARY = "supplementary"  # on what was left out; only where the rules know it

    @property
    def label(self) -> Text:
        """The kind in words."""
        return {
            DecisionKind.JUDGMENT: T("Judgment"),
            DecisionKind.PARTIAL: T("Partial judgment"),
            DecisionKind.SUPPLEMENTARY: T("Supplementary judgment"),
        }[self]


class DecisionState(enum.Enum):
    """Where a decision stands; before it is issued only the bench sees it."""

    DRAFT = "draft"  # being written
    COOLING = "cooling"  # checked and ready; rests before it may be pronounced
    ISSUED = "issued"  # sealed, anchored, pronounced
    SET_ASIDE = "set_aside"  # by the higher court, or in retrial
    DROPPED = "dropped"  # never issued: the case ended otherwise

    @property
    def label(self) -> Text:
        """The state in words."""
        return {
            DecisionState.DRAFT: T("Draft"),
            DecisionState.COOLING: T("Resting before it is pronounced"),
            DecisionState.ISSUED: T("Issued"),
            DecisionState.SET_ASIDE: T("Set aside"),
            DecisionState.DROPPED: T("Not issued"),
        }[self]


class FirstJudgment(enum.Enum):
    """What a judgment given on a retrial makes of the first one (CPI 405)."""

    UPHELD = "upheld"  # its facts are clear and its law is right
    CORRECTED = "corrected"  # its facts or its law have defects, its result is right all the same
    CHANGED = "changed"  # it is wrong in its facts or its law, and so its result is
    REVOKED = "revoked"  # it was no judgment but a mediation statement, and a ground against it is shown (CPL 212)

    @property
    def label(self) -> Text:
        """What becomes of it in words."""
        return {
            FirstJudgment.UPHELD: T("It is upheld"),
            FirstJudgment.CORRECTED: T("It is upheld, corrected"),
            FirstJudgment.CHANGED: T("It is changed"),
            FirstJudgment.REVOKED: T("The mediation statement is set aside"),
        }[self]


REPLACING = frozenset({FirstJudgment.CHANGED, FirstJudgment.REVOKED})
"""By what the orders of the new judgment stand in the place of what was decided or agreed before."""


class OrderKind(enum.Enum):
    """What an order tells somebody to do."""

    PAY = "pay"  # pay an amount, with interest from a day where ordered
    DO = "do"  # do or deliver something
    REFRAIN = "refrain"  # stop something
    DECLARE = "declare"  # a right, or that there is none
    DISMISS = "dismiss"  # what is asked for is refused

    @property
    def label(self) -> Text:
        """The kind in words."""
        return {
            OrderKind.PAY: T("Pay money"),
            OrderKind.DO: T("Do or deliver something"),
            OrderKind.REFRAIN: T("Stop doing something"),
            OrderKind.DECLARE: T("Declare a right"),
            OrderKind.DISMISS: T("Dismiss what is asked for"),
        }[self]


class Vote(enum.Enum):
    """A member's vote on the text that lies before the panel (CPL 45)."""

    FOR = "for"  # adopts it
    AGAINST = "against"  # dissents; the view is minuted and stays with the panel
    DIFFERS = "differs"  # of a judgment spoken already: its text is right, though they would have decided otherwise

    @property
    def label(self) -> Text:
        """The vote in words: on what is decided."""
        return {
            Vote.FOR: T("For this decision"),
            Vote.AGAINST: T("Against it"),
            Vote.DIFFERS: T("The text is right; I would have decided otherwise"),
        }[self]

    @property
    def label_on_facts(self) -> Text:
        """The vote in words in a panel of seven, where all vote on the facts (LAJ 22)."""
        return T("I agree with the facts it finds") if self.takes_the_text else T("I find other facts")

    @property
    def label_on_law(self) -> Text:
        """The vote in words of a judge of a panel of seven on the law (LAJ 22)."""
        return T("I agree with how it applies the law") if self.takes_the_text else T("I would apply the law otherwise")

    @property
    def label_of_text(self) -> Text:
        """The vote in words once the orders were spoken: on the text alone, of what was decided it says nothing."""
        return {
            Vote.FOR: T("The text is right"),
            Vote.AGAINST: T("The text is not right yet"),
            Vote.DIFFERS: Vote.DIFFERS.label,
        }[self]

    @property
    def takes_the_text(self) -> bool:
        """Whether it holds the text to be right."""
        return self is not Vote.AGAINST


class MotionKind(enum.Enum):
    """What a party may ask the court to rule on besides the claim (CPL 157)."""

    PRESERVATION = "preservation"  # secure property, or order conduct, before the decision
    PRESERVATION_REVIEW = "preservation_review"  # look again at a preservation that was ordered or refused (CPL 111)
    EVIDENCE_PRESERVATION = "evidence_preservation"  # secure evidence that may be lost
    ADVANCE = "advance"  # performance in advance
    STAY = "stay"  # halt the case
    RESUME = "resume"  # go on
    DISMISSAL = "dismissal"  # the action is not admissible
    CORRECTION = "correction"  # a slip in a decision
    SET_ASIDE = "set_aside"  # a decision given in absence, where the rules know it (CPR 27.11)
    RETRIAL = "retrial"  # hear an effective decision again
    ENFORCEMENT_TIME = "enforcement_time"  # not to enforce, because the time to apply has passed (CPI 481)
    OTHER = "other"  # anything else that needs a ruling

    @property
    def label(self) -> Text:
        """The kind in words."""
        return MOTION_WORDS[self]


MOTION_WORDS = {
    MotionKind.PRESERVATION: T("Preservation of property or conduct"),
    MotionKind.PRESERVATION_REVIEW: T("Review of a preservation"),
    MotionKind.EVIDENCE_PRESERVATION: T("Preservation of evidence"),
    MotionKind.ADVANCE: T("Performance in advance"),
    MotionKind.STAY: T("Stay of the case"),
    MotionKind.RESUME: T("Resumption of the case"),
    MotionKind.DISMISSAL: T("Dismissal of the action"),
    MotionKind.CORRECTION: T("Correction of a slip in a decision"),
    MotionKind.SET_ASIDE: T("Setting aside a decision given in absence"),
    MotionKind.RETRIAL: T("Retrial"),
    MotionKind.ENFORCEMENT_TIME: T("No enforcement, because the time to apply has passed"),
    MotionKind.OTHER: T("Another motion"),
}


PRESERVATIONS = frozenset({MotionKind.PRESERVATION, MotionKind.EVIDENCE_PRESERVATION})
"""What loses its point when the other side reads of it beforehand; ruled on, secured, carried out and ended alike (CPL
84, 103).
"""


class EvidenceMeasure(enum.Enum):
    """How evidence is preserved (EV 27)."""

    COPY = "copy"  # a copy is made
    FILM = "film"  # it is filmed or photographed
    SOUND = "sound"  # sound is recorded
    INSPECT = "inspect"  # the court looks at it and writes down what it sees
    APPRAISE = "appraise"  # an expert examines it
    SEAL = "seal"  # it is sealed up where it is: nobody uses it
    SEIZE = "seize"  # it is taken into the court's custody

    @property
    def label(self) -> Text:
        """The measure in words."""
        return MEASURE_WORDS[self]


MEASURE_WORDS = {
    EvidenceMeasure.COPY: T("Copy it"),
    EvidenceMeasure.FILM: T("Film or photograph it"),
    EvidenceMeasure.SOUND: T("Record the sound"),
    EvidenceMeasure.INSPECT: T("Inspect it and write down what is seen"),
    EvidenceMeasure.APPRAISE: T("Have an expert examine it"),
    EvidenceMeasure.SEAL: T("Seal it up where it is"),
    EvidenceMeasure.SEIZE: T("Take it into custody"),
}
LIMITING = frozenset({EvidenceMeasure.SEAL, EvidenceMeasure.SEIZE})
"""Measures that limit the use of the thing: they need security (EV 26)."""


class MotionState(enum.Enum):
    """Where a motion stands."""

    OPEN = "open"  # waits for the ruling
    GRANTED = "granted"  # ruled for the one who asked
    PARTLY = "partly"  # in part
    REFUSED = "refused"  # ruled against
    LAPSED = "lapsed"  # what was granted has ended
    OVER = "over"  # never ruled on: the case it was for is over

    @property
    def label(self) -> Text:
        """The state in words."""
        return {
            MotionState.OPEN: T("Waits for the ruling"),
            MotionState.GRANTED: T("Granted"),
            MotionState.PARTLY: T("Granted in part"),
            MotionState.REFUSED: T("Not granted"),
            MotionState.LAPSED: T("No longer in force"),
            MotionState.OVER: T("Not ruled on: the case is over"),
        }[self]


class PreservationState(enum.Enum):
    """Where a preservation stands."""

    ORDERED = "ordered"  # ruled; waits for the security, or to be carried out
    EXECUTED = "executed"  # carried out: the property is frozen, the conduct ordered
    LIFTED = "lifted"  # ended by ruling, or because another security was given
    LAPSED = "lapsed"  # ended by itself: no claim in time, no security in time, the case over

    @property
    def label(self) -> Text:
        """The state in words."""
        return {
            PreservationState.ORDERED: T("Ordered, not carried out yet"),
            PreservationState.EXECUTED: T("Carried out"),
            PreservationState.LIFTED: T("Lifted"),
            PreservationState.LAPSED: T("Lapsed"),
        }[self]


class RetrialState(enum.Enum):
    """Where an application for retrial stands."""

    FILED = "filed"  # forwarded to the other side
    SENT = "sent"  # with the file at the court that decides on it
    ORDERED = "ordered"  # the case is heard again
    REFUSED = "refused"  # not granted
    FELL = "fell"  # the decision it is against turned out to bind nobody yet: there is the appeal
    WITHDRAWN = "withdrawn"  # taken back, or treated so because who applied did not come (CPI 398, 404)
    ENDED = "ended"  # its review or the hearing of it ended without a decision on it (CPI 400, 404)

    @property
    def label(self) -> Text:
        """The state in words."""
        return {
            RetrialState.FELL: T("Without object: the decision binds nobody yet"),
            RetrialState.WITHDRAWN: T("Taken back"),
            RetrialState.ENDED: T("Ended without a decision"),
            RetrialState.FILED: T("Filed"),
            RetrialState.SENT: T("At the higher court"),
            RetrialState.ORDERED: T("Ordered"),
            RetrialState.REFUSED: T("Not granted"),
        }[self]


class AdviceState(enum.Enum):
    """Where advice of the prosecution to hear a case again stands (CPI 414, 417)."""

    WAITING = "waiting"
    ORDERED = "ordered"  # the case is heard again
    NOT_FOLLOWED = "not_followed"  # looked at, and answered that no retrial is ordered
    NOT_TAKEN = "not_taken"  # something was missing, and was not put right
    WITHDRAWN = "withdrawn"
    FELL = "fell"  # what it is about turned out to bind nobody yet


class RetrialEnd(enum.Enum):
    """Why an application for retrial, or a retrial, ends without a decision on it (CPI 398, 400, 404)."""

    WITHDRAWN = "withdrawn"  # whoever applied takes it back, by leave
    ABSENT = "absent"  # whoever applied was summoned to the hearing of the retrial and stayed away
    UNPAID = "unpaid"  # the fee of the retrial was not paid in time, and nothing about it is pending (FEE 22, 23)
    NO_SUCCESSOR = "no_successor"  # who applied died or dissolved, and nobody goes on with it
    NOTHING_LEFT = "nothing_left"  # who owes it died or dissolved, left nothing, and nobody owes it in their place
    SETTLED = "settled"  # the parties agreed among themselves, and did what they agreed
    UNAUTHORISED = "unauthorised"  # somebody applied in their name without authority
    ORDERED_ABOVE = "ordered_above"  # the higher court has ordered a retrial already
    NOT_ADMITTED = "not_admitted"  # it could not be applied for (CPI 381)

    @property
    def label(self) -> Text:
        """The ground in words."""
        return {
            RetrialEnd.WITHDRAWN: T("Whoever applied takes it back"),
            RetrialEnd.ABSENT: T("Whoever applied was summoned to the hearing and did not come"),
            RetrialEnd.UNPAID: T("The fee of the retrial was not paid in time"),
            RetrialEnd.NO_SUCCESSOR: T("Whoever applied has died or is dissolved, and nobody goes on with it"),
            RetrialEnd.NOTHING_LEFT: T(
                "Who has to pay has died or is dissolved, left nothing, and nobody owes it instead"
            ),
            RetrialEnd.SETTLED: T("The parties have agreed among themselves, and done what they agreed"),
            RetrialEnd.UNAUTHORISED: T("Somebody applied in their name without authority"),
            RetrialEnd.ORDERED_ABOVE: T("The higher court has ordered a retrial already"),
            RetrialEnd.NOT_ADMITTED: T("It could not be applied for: refused before, or decided on a retrial"),
        }[self]

    @property
    def state(self) -> RetrialState:
        """What becomes of the application."""
        back = (RetrialEnd.WITHDRAWN, RetrialEnd.ABSENT, RetrialEnd.UNPAID)
        return RetrialState.WITHDRAWN if self in back else RetrialState.ENDED


REVIEW_ENDS = frozenset(RetrialEnd) - {RetrialEnd.ABSENT, RetrialEnd.UNPAID}
"""On which grounds the review of an application ends without a ruling on it (CPI 398, 400)."""
RETRIAL_ENDS = frozenset(RetrialEnd) - {RetrialEnd.ORDERED_ABOVE, RetrialEnd.NOT_ADMITTED}
"""On which grounds a retrial that is heard ends without a judgment (CPI 404)."""


class AppealState(enum.Enum):
    """Where an appeal stands."""

    FILED = "filed"  # forwarded to the other side
    ANSWERED = "answered"  # somebody answered it
    SENT = "sent"  # with the file at the higher court
    DECIDED = "decided"  # the outcome is recorded
    WITHDRAWN = "withdrawn"  # withdrawn, or deemed so because its fee was not paid

    @property
    def label(self) -> Text:
        """The state in words."""
        return {
            AppealState.FILED: T("Filed"),
            AppealState.ANSWERED: T("Answered"),
            AppealState.SENT: T("At the higher court"),
            AppealState.DECIDED: T("Decided"),
            AppealState.WITHDRAWN: T("Withdrawn"),
        }[self]


class AppealOutcome(enum.Enum):
    """What the higher court did (CPL 177)."""

    UPHELD = "upheld"  # appeal dismissed; the judgment stands
    CHANGED = "changed"  # judgment changed
    SENT_BACK = "sent_back"  # set aside and sent back
    WITHDRAWN = "withdrawn"  # appeal withdrawn by leave

    @property
    def label(self) -> Text:
        """The outcome in words."""
        return {
            AppealOutcome.UPHELD: T("The judgment stands"),
            AppealOutcome.CHANGED: T("The judgment was changed"),
            AppealOutcome.SENT_BACK: T("Set aside and sent back"),
            AppealOutcome.WITHDRAWN: T("The appeal was withdrawn"),
        }[self]


class Instrument(enum.Enum):
    """On what an obligation rests."""

    DECISION = "decision"  # a decision of this court in effect
    STATEMENT = "statement"  # a mediation statement in effect
    HIGHER_COURT = "higher_court"  # the higher court's decision
    CONFIRMATION = "confirmation"  # a ruling that confirms an agreement made before a mediator (CPL 206)
    PAYMENT_ORDER = "payment_order"  # a payment order in effect (CPL 227)
    APPLIED = "applied"  # a ruling that the judgment in an action of many applies (CPL 57)
    OUTSIDER = "outsider"  # a judgment in an action of an outsider that changed the decision (CPI 298)
    RETURNED = "returned"  # a ruling that what was enforced on what fell goes back (CPL 244)

    @property
    def label(self) -> Text:
        """The instrument in words."""
        return {
            Instrument.DECISION: T("Decision"),
            Instrument.STATEMENT: T("Mediation statement"),
            Instrument.HIGHER_COURT: T("Decision of the higher court"),
            Instrument.CONFIRMATION: T("Confirmed agreement"),
            Instrument.PAYMENT_ORDER: T("Payment order"),
            Instrument.APPLIED: T("Judgment in an action of many"),
            Instrument.OUTSIDER: T("Judgment in an outsider’s action"),
            Instrument.RETURNED: T("Ruling to give back what was enforced"),
        }[self]


class EnforcementState(enum.Enum):
    """Where an enforcement stands."""

    OPEN = "open"  # under way
    SETTLED = "settled"  # the parties agreed on another way to perform (CPL 241)
    DONE = "done"  # performed
    ENDED = "ended"  # ended by ruling without full performance (CPL 268)
    FOR_NOW = "for_now"  # ended for now: nothing was found to enforce against, and it goes on once there is (CPL 265; CPI 517)
    BARRED = "barred"  # not enforced, because the time to apply had passed and the debtor said so (CPI 481)

    @property
    def label(self) -> Text:
        """The state in words."""
        return {
            EnforcementState.OPEN: T("Under way"),
            EnforcementState.SETTLED: T("Settled between the parties"),
            EnforcementState.DONE: T("Performed"),
            EnforcementState.BARRED: T("Not enforced: the time to apply had passed"),
            EnforcementState.ENDED: T("Ended without full performance"),
            EnforcementState.FOR_NOW: T("Ended for now: nothing was found to enforce against"),
        }[self]


class SettlementState(enum.Enum):
    """Where an agreement in an enforcement stands (CPL 241)."""

    PROPOSED = "proposed"  # the other side has not answered
    SIGNED = "signed"  # both signed; it stands in the record
    PERFORMED = "performed"  # performed in full: the instrument is not enforced any more (CPI 465)
    BROKEN = "broken"  # not performed: the instrument is enforced again (CPI 465)
    DECLINED = "declined"  # not agreed to

    @property
    def label(self) -> Text:
        """The state in words."""
        return {
            SettlementState.PROPOSED: T("Proposed"),
            SettlementState.SIGNED: T("Signed by both"),
            SettlementState.PERFORMED: T("Performed"),
            SettlementState.BROKEN: T("Not kept"),
            SettlementState.DECLINED: T("Declined"),
        }[self]


STORAGE = ("store_rules", "store_ties", "store_system", "store_process")
"""The four points of a store outside the court that is doubted (OLR 17), as the fields of a finding name them."""
