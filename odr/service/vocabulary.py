"""The words of service: channels, classes of address, facts, states. Pure; imported by everything in the room."""

from __future__ import annotations

import enum

from odr.ground.text import T, Text


class Channel(enum.Enum):
    """By which way a document goes to its person."""

    PLATFORM = "platform"  # inbox of the party's own account on the court's platform
    EMAIL = "email"  # electronic mail
    SELLER_INBOX = "seller_inbox"  # inbox of an accredited platform
    SMS = "sms"  # text message: a notice beside service, never service (OLR 32)
    MESSENGER = "messenger"  # account with a messenger: as a text message (OLR 32)
    POST = "post"  # by post, with a receipt (CPL 91)
    DIRECT = "direct"  # handed over by the court's officer (CPL 88)
    RESIDENCE = "residence"  # left at the residence (CPL 89)
    ENTRUSTED = "entrusted"  # through another court (CPL 91, CPI 134)
    INSTITUTION = "institution"  # passed on by unit, prison or school (CPL 92–94)
    ABROAD = "abroad"  # in another state, by a way that state allows (CPL 283)
    ANNOUNCEMENT = "announcement"  # public announcement, last resort (CPL 95)

    @property
    def label(self) -> Text:
        """The channel in words."""
        return CHANNEL_WORDS[self]


CHANNEL_WORDS = {
    Channel.PLATFORM: T("inbox on the court’s platform"),
    Channel.EMAIL: T("e-mail"),
    Channel.SELLER_INBOX: T("inbox on the seller’s platform"),
    Channel.SMS: T("text message"),
    Channel.MESSENGER: T("messenger"),
    Channel.POST: T("post"),
    Channel.DIRECT: T("handed over in person"),
    Channel.RESIDENCE: T("left at the residence"),
    Channel.ENTRUSTED: T("through another court"),
    Channel.INSTITUTION: T("through the unit or institution"),
    Channel.ABROAD: T("service abroad"),
    Channel.ANNOUNCEMENT: T("public announcement"),
}

BRIEF = frozenset({Channel.SMS, Channel.MESSENGER})
"""Short messages: a notice beside service, never service (OLR 32)."""
ELECTRONIC = frozenset({Channel.PLATFORM, Channel.EMAIL, Channel.SELLER_INBOX})
SENT_BY_WORKER = frozenset(
    {Channel.PLATFORM, Channel.EMAIL, Channel.SELLER_INBOX, Channel.SMS, Channel.MESSENGER, Channel.POST}
)


class AddressClass(enum.Enum):
    """What the law thinks of an electronic address."""

    GIVEN = "given"  # class A: the recipient gave or confirmed it; arrival is service (OLR 31, first paragraph)
    ATTRIBUTED = (
        "attributed"  # class B: found and attributable; only reply, act or reading count (OLR 31, second paragraph)
    )


class ConsentWay(enum.Enum):
    """The four ways of consenting to electronic service (OLR 29)."""

    EXPRESS = "express"  # said so
    AGREED_EARLIER = "agreed_earlier"  # agreed or promised before the dispute
    ADDRESS_IN_PLEADING = "address_in_pleading"  # gave an electronic address for service in a pleading
    BY_CONDUCT = "by_conduct"  # accepted a completed electronic service without objecting

    @property
    def label(self) -> Text:
        """The way in words."""
        return {
            ConsentWay.EXPRESS: T("agreed expressly"),
            ConsentWay.AGREED_EARLIER: T("agreed before the dispute"),
            ConsentWay.ADDRESS_IN_PLEADING: T("gave an address for service in a pleading"),
            ConsentWay.BY_CONDUCT: T("accepted an electronic service without objecting"),
        }[self]


class FactKind(enum.Enum):
    """One thing that happened to an attempt or packet, stored once, in any order."""

    HANDED_OVER = "handed_over"  # a carrier has it: relay, gateway, post office
    REACHED_SYSTEM = "reached_system"  # the address's own system took it
    BOUNCED = "bounced"  # came back for good
    DELAYED = "delayed"  # a carrier is still trying
    READ = "read"  # the recipient's system reports that it was read
    REPLIED = "replied"  # the recipient answered
    ACTED = "acted"  # the recipient did what the document is about, e.g. joined the case
    AUTO_REPLY = "auto_reply"  # a machine answered: shows nothing about the person
    FAILED = "failed"  # could not be handed over, or was given up
    COMPLAINT = "complaint"  # the recipient's system reports it as unwanted
    OBJECTED = "objected"  # the recipient declined electronic service
    SIGNED = "signed"  # signed for on the return of service; ``signer`` says by whom
    NOBODY_THERE = "nobody_there"  # visit or delivery without anybody to take it
    REFUSED = "refused"  # recipient or household refused to take or sign
    RETURNED = "returned"  # the post brought it back
    LEFT = "left"  # left at the residence; ``proofs`` say how that is shown
    CAUSES_RECORDED = "causes_recorded"  # why every other way failed stands on the record (CPL 95)
    ANNOUNCED = "announced"  # the announcement was posted or printed
    CALLED = "called"  # the clerk telephoned: a notice, never service (OLR 32)
    CERTIFIED = "certified"  # the authority of the other state certified the service (CPL 283)
    ARRIVAL_PROVED = "arrival_proved"  # the recipient proved another time of arrival (CPI 135)
    REBUTTED = "rebutted"  # the judge found that the recipient did not receive it (OLR 31)
    FOUND_SERVED = "found_served"  # the judge concludes otherwise: served
    FOUND_NOT_SERVED = "found_not_served"  # the judge concludes otherwise: not served

    @property
    def label(self) -> Text:
        """The fact in words."""
        return FACT_WORDS[self]


FACT_WORDS = {
    FactKind.HANDED_OVER: T("Handed over to the carrier"),
    FactKind.REACHED_SYSTEM: T("Reached the system of the address"),
    FactKind.BOUNCED: T("Came back"),
    FactKind.DELAYED: T("The carrier is still trying"),
    FactKind.READ: T("Reported as read"),
    FactKind.REPLIED: T("Answered by the recipient"),
    FactKind.ACTED: T("The recipient acted on it"),
    FactKind.AUTO_REPLY: T("Answered by a machine"),
    FactKind.FAILED: T("Could not be delivered"),
    FactKind.COMPLAINT: T("Reported as unwanted"),
    FactKind.OBJECTED: T("The recipient declined electronic service"),
    FactKind.SIGNED: T("Signed for"),
    FactKind.NOBODY_THERE: T("Nobody there"),
    FactKind.REFUSED: T("Refused"),
    FactKind.RETURNED: T("Brought back by the post"),
    FactKind.LEFT: T("Left at the residence"),
    FactKind.CAUSES_RECORDED: T("Record of why every other way failed"),
    FactKind.ANNOUNCED: T("Announced"),
    FactKind.CALLED: T("Telephoned"),
    FactKind.CERTIFIED: T("Certified by the authority of the other state"),
    FactKind.ARRIVAL_PROVED: T("The recipient proved another time of arrival"),
    FactKind.REBUTTED: T("The judge found that it was not received"),
    FactKind.FOUND_SERVED: T("The judge found that it was served"),
    FactKind.FOUND_NOT_SERVED: T("The judge found that it was not served"),
}


class Signer(enum.Enum):
    """Who signed the return of service (CPL 88)."""

    ADDRESSEE = "addressee"  # the recipient
    HOUSEHOLD = "household"  # adult family member living with a natural person
    LEGAL_REPRESENTATIVE = "legal_representative"  # head of a company or organisation
    MAIL_OFFICER = "mail_officer"  # in charge of an organisation's mail (CPI 130)
    REPRESENTATIVE = "representative"  # representative in the case
    DESIGNATED = "designated"  # named to the court as recipient
    OTHER = "other"  # anybody else: proves nothing

    @property
    def label(self) -> Text:
        """The signer in words."""
        return {
            Signer.ADDRESSEE: T("the recipient"),
            Signer.HOUSEHOLD: T("an adult family member living with the recipient"),
            Signer.LEGAL_REPRESENTATIVE: T("the head of the company or organisation"),
            Signer.MAIL_OFFICER: T("the person in charge of its mail"),
            Signer.REPRESENTATIVE: T("the representative in the case"),
            Signer.DESIGNATED: T("the person the party named to the court as recipient"),
            Signer.OTHER: T("somebody else"),
        }[self]


class Proof(enum.Enum):
    """How the leaving of a document is shown (CPL 89, CPI 131)."""

    WITNESS = "witness"  # representative of the local body or employer signed with the server
    RECORDING = "recording"  # photographs or video
    COURT_NOTE = "court_note"  # refused to sign at the court; judge or clerk noted it

    @property
    def label(self) -> Text:
        """The showing in words."""
        return PROOF_WORDS[self]


PROOF_WORDS = {
    Proof.WITNESS: T("a witness from the local body or the employer signed"),
    Proof.RECORDING: T("photographs or a video of the leaving"),
    Proof.COURT_NOTE: T("the recipient came to the court and the refusal was noted there"),
}


class ServiceStatus(enum.Enum):
    """What follows from the facts."""

    NOT_YET = "not_yet"  # something is still under way
    SERVED = "served"  # effective
    PRESUMED = "presumed"  # effective unless the recipient shows otherwise
    NOT_SERVED = "not_served"  # nothing counts and nothing is under way

    @property
    def label(self) -> Text:
        """The conclusion in words."""
        return {
            ServiceStatus.NOT_YET: T("Not yet served"),
            ServiceStatus.SERVED: T("Served"),
            ServiceStatus.PRESUMED: T("Presumed served; the recipient may show otherwise"),
            ServiceStatus.NOT_SERVED: T("Not served"),
        }[self]


class PacketState(enum.Enum):
    """Where one recipient's packet stands."""

    HELD = "held"  # the short hold: a mis-click can be undone
    OUT = "out"  # at least one attempt was released
    SERVED = "served"  # concluded: served
    PRESUMED = "presumed"  # concluded: presumed served
    NOT_SERVED = "not_served"  # concluded: not served; a task lies on the clerk's desk
    UNDONE = "undone"  # taken back within the hold; nothing went out

    @property
    def label(self) -> Text:
        """The state in words."""
        return {
            PacketState.HELD: T("Held: can still be taken back"),
            PacketState.OUT: T("Out"),
            PacketState.SERVED: T("Served"),
            PacketState.PRESUMED: T("Presumed served"),
            PacketState.NOT_SERVED: T("Not served"),
            PacketState.UNDONE: T("Taken back"),
        }[self]


FINAL_PACKET_STATES = frozenset({PacketState.SERVED, PacketState.PRESUMED, PacketState.NOT_SERVED, PacketState.UNDONE})
OPEN_PACKET_STATES = frozenset(PacketState) - FINAL_PACKET_STATES


OTHERWISE = "otherwise"
"""What the docket recorded of a packet as service is not so any more, as what came since says."""
CONTESTED = "contested"
"""That lies before the judge; until they have found on it, what the docket recorded stands (OLR 31; CPI 135)."""


class AttemptState(enum.Enum):
    """Where one attempt stands."""

    HELD = "held"  # starts later: hold, or escalation
    PLANNED = "planned"  # the worker sends it when due
    SENT = "sent"  # handed over; what becomes of it arrives as facts
    FAILED = "failed"  # refused for good
    BOUNCED = "bounced"  # came back
    GIVEN_UP = "given_up"  # tried for three days
    CANCELLED = "cancelled"  # undone in the hold, or no longer needed
    DONE = "done"  # made by the clerk, outcome recorded


LIVE_ATTEMPT_STATES = frozenset({AttemptState.HELD, AttemptState.PLANNED})


class TaskReason(enum.Enum):
    """Why the clerk must look at a packet."""

    NO_ADDRESS = "no_address"  # nothing to send to
    REFUSED = "refused"  # the carrier or the recipient's system refused it
    GIVEN_UP = "given_up"  # three days of failures
    BOUNCED = "bounced"  # came back
    NOT_SERVED = "not_served"  # everything ended and nothing counts
    REPLY = "reply"  # somebody wrote back

    @property
    def label(self) -> Text:
        """The reason in words."""
        return {
            TaskReason.NO_ADDRESS: T("There is no address to send to"),
            TaskReason.REFUSED: T("The receiving system refused it"),
            TaskReason.GIVEN_UP: T("It was tried for three days without success"),
            TaskReason.BOUNCED: T("It came back"),
            TaskReason.NOT_SERVED: T("Every attempt has ended and none is service"),
            TaskReason.REPLY: T("Somebody answered by e-mail; read it and enter it"),
        }[self]


class AbroadMethod(enum.Enum):
    """By which way a paper is served in another state (CPL 283)."""

    CENTRAL_AUTHORITY = "central_authority"  # Hague Service Convention: through both central authorities (283 (1))
    BILATERAL = "bilateral"  # treaty of judicial assistance between the two states (283 (1))
    DIPLOMATIC = "diplomatic"  # where there is no treaty (283 (2))
    CONSULAR = "consular"  # the embassy or consulate, to nationals of the court's state only (283 (3))
    POST = "post"  # where the law of that state lets papers come by post (283 (8))

    @property
    def label(self) -> Text:
        """The method in words."""
        return {
            AbroadMethod.CENTRAL_AUTHORITY: T("through the central authorities (Hague Service Convention)"),
            AbroadMethod.BILATERAL: T("by the treaty of judicial assistance between the two states"),
            AbroadMethod.DIPLOMATIC: T("through diplomatic channels"),
            AbroadMethod.CONSULAR: T("through the embassy or consulate, to a national of ours"),
            AbroadMethod.POST: T("by post, which that state allows"),
        }[self]


class AbroadStep(enum.Enum):
    """How far a service abroad has come."""

    TRANSLATION = "translation"  # the papers are being translated
    LETTER = "letter"  # the letter of request can be made
    READY = "ready"  # sealed, to be forwarded
    FORWARDED = "forwarded"  # with the authority or the carrier
    SERVED = "served"  # certified, or found to be served
    FAILED = "failed"  # came back, or nothing came in time

    @property
    def label(self) -> Text:
        """The step in words."""
        return {
            AbroadStep.TRANSLATION: T("The papers are being translated"),
            AbroadStep.LETTER: T("The letter of request can be made"),
            AbroadStep.READY: T("The letter of request is sealed and waits to be forwarded"),
            AbroadStep.FORWARDED: T("Forwarded; the answer is awaited"),
            AbroadStep.SERVED: T("Served"),
            AbroadStep.FAILED: T("Could not be served in this way"),
        }[self]


CARRY_ON = "addresses_carry_on"
"""Key of a party's details, there once it has confirmed its addresses: whether they hold in later stages too (CPI 137)."""
ASKED_AT = "asked_at_stage"
"""Key of a party's details: the stage at which it was asked for its addresses last, or confirmed them (CPI 137)."""
NO_REMINDERS = "no_reminders"
"""Key of a party's details: it wants no reminders of time limits."""
OF_ADDRESSES = frozenset({CARRY_ON, ASKED_AT, NO_REMINDERS})
"""What whoever gave the addresses said with them: it goes with them."""

OWN_CARRIERS = frozenset({"inbox", "folder", "print queue"})
"""What the court's own ways out of the house are called in the program: no word of a carrier, and shown to nobody."""


def carrier_said(words: str | None) -> str | None:
    """What a carrier said of a paper, in its own words; None for what only names a way of the court's own."""
    return None if words in OWN_CARRIERS else words
