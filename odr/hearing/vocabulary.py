"""The words of the hearing: modes, states, stances."""

from __future__ import annotations

import enum

from odr.ground.text import T, Text as Words


class Mode(enum.Enum):
    """How a case is heard; it may change, and what was done stays valid (OLR 21)."""

    ASYNCHRONOUS = "asynchronous"  # in writing, each side when it suits them, by everybody's consent (OLR 20)
    LIVE = "live"  # by video at one hour
    OFFLINE = "offline"  # in the courtroom
    HYBRID = "hybrid"  # at one hour, each person online, in the courtroom or at a terminal

    @property
    def label(self) -> Words:
        """The mode in words."""
        return {
            Mode.ASYNCHRONOUS: T("in writing, each side when it suits them"),
            Mode.LIVE: T("live by video"),
            Mode.OFFLINE: T("in the courtroom"),
            Mode.HYBRID: T("at the same time, online and in the courtroom"),
        }[self]


class PhaseState(enum.Enum):
    """Where a phase of the plan stands."""

    PLANNED = "planned"  # still to come
    OPEN = "open"  # its windows run
    CLOSING = "closing"  # everybody has acted or time is up: the clock closes it in this Sitting
    HALTED = "halted"  # the hearing went over to another mode; it may be taken up again
    CLOSED = "closed"  # over; what still comes is marked late
    DROPPED = "dropped"  # taken out of the plan by order

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            PhaseState.PLANNED: T("later"),
            PhaseState.OPEN: T("now"),
            PhaseState.CLOSING: T("now"),
            PhaseState.HALTED: T("halted"),
            PhaseState.CLOSED: T("closed"),
            PhaseState.DROPPED: T("left out by order"),
        }[self]


class DutyState(enum.Enum):
    """Whether somebody who had to act in a turn has acted."""

    WAITING = "waiting"  # their window runs
    DONE = "done"  # they acted in time, or said that they have nothing to add
    LAPSED = "lapsed"  # their time ended; silence decides nothing
    ENDED = "ended"  # made pointless by an order


class Axis(enum.Enum):
    """The three questions about an exhibit (CPI 104)."""

    AUTHENTICITY = "authenticity"  # is it what it claims to be
    LEGALITY = "legality"  # was it come by lawfully
    RELEVANCE = "relevance"  # does it bear on a fact in dispute

    @property
    def label(self) -> Words:
        """The question in words."""
        return {Axis.AUTHENTICITY: T("Authentic"), Axis.LEGALITY: T("Lawful"), Axis.RELEVANCE: T("Relevant")}[self]


class Stance(enum.Enum):
    """What a party says to one question about an exhibit."""

    ACCEPT = "accept"  # no objection
    DISPUTE = "dispute"  # disputed, with a reason
    NO_VIEW = "no_view"  # cannot say

    @property
    def label(self) -> Words:
        """The stance in words."""
        return {Stance.ACCEPT: T("Accepts"), Stance.DISPUTE: T("Disputes"), Stance.NO_VIEW: T("No view")}[self]


class QuestionState(enum.Enum):
    """Where a question stands."""

    PENDING_LEAVE = "pending_leave"  # a party asked the judge to allow it (CPL 142)
    DISALLOWED = "disallowed"  # not allowed, with the reason
    PUT = "put"  # waits for its answer
    ANSWERED = "answered"  # answered, perhaps late
    UNANSWERED = "unanswered"  # the time ended; silence decides nothing yet
    ASKED_AGAIN = "asked_again"  # explained and asked again (EV 4)
    DEEMED = "deemed"  # the judge took the fact as admitted after that (EV 4)
    WITHDRAWN = "withdrawn"  # no longer needed

    @property
    def label(self) -> Words:
        """The state in words."""
        return QUESTION_WORDS[self]


QUESTION_WORDS = {
    QuestionState.PENDING_LEAVE: T("Waits for the judge’s leave"),
    QuestionState.DISALLOWED: T("Not allowed"),
    QuestionState.PUT: T("To answer"),
    QuestionState.ANSWERED: T("Answered"),
    QuestionState.UNANSWERED: T("Not answered"),
    QuestionState.ASKED_AGAIN: T("Asked again"),
    QuestionState.DEEMED: T("Taken as admitted"),
    QuestionState.WITHDRAWN: T("Withdrawn"),
}
OPEN_QUESTIONS = frozenset({QuestionState.PUT, QuestionState.ASKED_AGAIN})


class PostingKind(enum.Enum):
    """What a posting is."""

    ANSWER = "answer"  # answers a question
    STATEMENT = "statement"  # of a party, in the phase it belongs to
    OBJECTION = "objection"  # to a question, an exhibit, or the course of things
    ISSUES = "issues"  # the judge's list of issues (CPI 226)
    NOTICE = "notice"  # the judge tells the parties something
    TESTIMONY = "testimony"  # of a witness or expert
    NOTHING = "nothing"  # nothing to add in this turn

    @property
    def label(self) -> Words:
        """The kind in words."""
        return {
            PostingKind.ANSWER: T("Answer"),
            PostingKind.STATEMENT: T("Statement"),
            PostingKind.OBJECTION: T("Objection"),
            PostingKind.ISSUES: T("List of issues"),
            PostingKind.NOTICE: T("Notice of the judge"),
            PostingKind.TESTIMONY: T("Testimony"),
            PostingKind.NOTHING: T("Nothing to add"),
        }[self]


class RequestState(enum.Enum):
    """What became of something asked of the judge or the other side."""

    ASKED = "asked"  # waits
    GRANTED = "granted"  # by the judge, or by everybody's agreement
    REFUSED = "refused"  # with reasons

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            RequestState.ASKED: T("Asked for"),
            RequestState.GRANTED: T("Granted"),
            RequestState.REFUSED: T("Not granted"),
        }[self]


class Presence(enum.Enum):
    """In what way somebody took part in a hearing held at one hour."""

    ONLINE = "online"
    COURTROOM = "courtroom"
    TERMINAL = "terminal"
    ABSENT = "absent"

    @property
    def label(self) -> Words:
        """The way in words."""
        return {
            Presence.ONLINE: T("online"),
            Presence.COURTROOM: T("in the courtroom"),
            Presence.TERMINAL: T("at a public terminal"),
            Presence.ABSENT: T("absent"),
        }[self]


class Away(enum.Enum):
    """Why somebody who came to a hearing was not heard in it all the same (CPL 146, 147; CPI 235)."""

    LEFT = "left"  # left without leave of the court before the end
    NO_GUARDIAN = "no_guardian"  # came without the guardian who acts in their place, and nobody else spoke for them

    @property
    def label(self) -> Words:
        """The reason in words."""
        return {
            Away.LEFT: T("left without leave before the end"),
            Away.NO_GUARDIAN: T("came without the guardian, and nobody else spoke for them"),
        }[self]


class IdentityCheck(enum.Enum):
    """How it was made sure, again, who takes part in a hearing (OLR 7(3); CPL 140(2); CTR 6)."""

    DOCUMENT = "document"  # identity card or passport, seen in the courtroom or at the terminal
    WORK_CARD = "work_card"  # the valid card of a lawyer or official who appears by it (CTR 6(2))
    ONLINE = "online"  # compared online with the document or by the identity platform (OLR 7(1))
    OTHER = "other"  # another way, which the note tells

    @property
    def label(self) -> Words:
        """The way in words."""
        return {
            IdentityCheck.DOCUMENT: T("identity document seen"),
            IdentityCheck.WORK_CARD: T("valid work card of a lawyer or official seen"),
            IdentityCheck.ONLINE: T("verified again online"),
            IdentityCheck.OTHER: T("in another way, see the note"),
        }[self]


class MotionKind(enum.Enum):
    """What may be asked of the judge about the way the hearing is held."""

    CLOSED_DOORS = "closed_doors"  # not in public: privacy, trade secrets (CPL 137)
    INTERPRETER = "interpreter"  # somebody does not speak the language of the court (CPL 11)

    @property
    def label(self) -> Words:
        """The motion in words."""
        return {
            MotionKind.CLOSED_DOORS: T("A hearing closed to the public"),
            MotionKind.INTERPRETER: T("An interpreter"),
        }[self]


class HearingState(enum.Enum):
    """Where a hearing with everybody at the same time stands."""

    SUMMONED = "summoned"  # fixed; summons sent
    ADJOURNING = "adjourning"  # put off, if the president approves (EXT 6)
    HELD = "held"  # held and recorded
    ADJOURNED = "adjourned"  # put off (CPL 149, EXT 3 to 6)
    CALLED_OFF = "called_off"  # not needed any more: the hearing was closed, or the case is over


class AdjournmentGround(enum.Enum):
    """Why a hearing is put off: the four grounds of CPL 149."""

    ABSENT_WITH_REASON = "absent_with_reason"  # somebody who must come has a good reason not to
    RECUSAL = "recusal"  # somebody was challenged at the hearing
    EVIDENCE = "evidence"  # a witness to call, new evidence, another appraisal or inspection
    OTHER = "other"  # force majeure or accident (EXT 2): the president approves it (EXT 6)

    @property
    def label(self) -> Words:
        """The ground in words."""
        return {
            AdjournmentGround.ABSENT_WITH_REASON: T("Somebody who must come has a good reason not to"),
            AdjournmentGround.RECUSAL: T("Somebody was challenged"),
            AdjournmentGround.EVIDENCE: T("A witness, new evidence, an appraisal or an inspection is needed"),
            AdjournmentGround.OTHER: T("Force majeure or an accident; the president approves it"),
        }[self]


class InterpreterPay(enum.Enum):
    """Who pays an interpreter, and how."""

    COURT = "court"  # the court provides them, without charge (CPL 11; FEE 12)
    PARTY = "party"  # the party who asked pays them; the court neither collects nor passes on (CPL 273; FEE 12)
    ATTENDANCE = "attendance"  # travel, board and lost earnings at the state's rates, collected by the court (FEE 11)

    @property
    def label(self) -> Words:
        """The way in words."""
        return {
            InterpreterPay.COURT: T("The court provides the interpreter; nobody is charged"),
            InterpreterPay.PARTY: T("The party who asked pays the interpreter directly"),
            InterpreterPay.ATTENDANCE: T(
                "Travel, board and lost earnings at the State’s rates, collected by the court"
            ),
        }[self]


class TestimonyManner(enum.Enum):
    """How a witness or expert is heard (CPL 76, EV 68)."""

    WRITTEN = "written"
    RECORDED = "recorded"
    LIVE = "live"

    @property
    def label(self) -> Words:
        """The manner in words."""
        return {
            TestimonyManner.WRITTEN: T("in writing"),
            TestimonyManner.RECORDED: T("as a recording"),
            TestimonyManner.LIVE: T("in person, in the courtroom or by video"),
        }[self]


class TestimonyGround(enum.Enum):
    """Why a witness need not come: the grounds of CPL 76, or agreement (EV 68)."""

    HEALTH = "health"
    DISTANCE = "distance"
    FORCE_MAJEURE = "force_majeure"
    OTHER = "other"
    AGREED = "agreed"

    @property
    def label(self) -> Words:
        """The ground in words."""
        return {
            TestimonyGround.HEALTH: T("Health"),
            TestimonyGround.DISTANCE: T("Distance and poor transport"),
            TestimonyGround.FORCE_MAJEURE: T("Natural disaster or other force majeure"),
            TestimonyGround.OTHER: T("Another good reason"),
            TestimonyGround.AGREED: T("Both sides agree"),
        }[self]
