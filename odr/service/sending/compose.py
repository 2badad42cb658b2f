"""From an attempt to the message that goes out: letter, language, and whether the papers may ride along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from odr.docket.papers import AnswerForm
from odr.ground.text import Kept, T
from odr.procedure.time.written_working import text_from_json
from odr.service.channels import Attachment, Dispatch
from odr.service.packet.notice_codes import is_named
from odr.service.sending.letter_words import LetterWords
from odr.service.sending.letters import Letterhead, write_letter
from odr.service.sending.text_messages import text_message
from odr.service.vocabulary import BRIEF, AddressClass, Channel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odr.service.models import ServiceAttempt


@dataclass(frozen=True)
class Composed:
    """A message without its papers yet; fetching those may be slow and happens outside the database."""

    dispatch: Dispatch
    takes_papers: bool

    def with_papers(self, attachments: Sequence[Attachment]) -> Dispatch:
        """The message with its papers."""
        return replace(self.dispatch, attachments=tuple(attachments))


def compose(
    attempt: ServiceAttempt, letterhead: Letterhead, *, at: datetime, zone: ZoneInfo, progress: str | None = None
) -> Composed:
    """The message of an attempt. Papers go along by post and into the inbox of an accredited platform; a mail has no
    attachment and no link, they lie in the inbox here (OLR 29).

    To an address that is merely attributed goes a notice with a code and nothing of the case: somebody else may be
    reading there. Only a company hears there at once which claim it has to answer.
    ``progress`` is the code by which the party looks up how far the case has come; it stands beside the case's number.
    """
    packet, address = attempt.packet, attempt.address
    standing = address.standing if address is not None else AddressClass.ATTRIBUTED
    named = is_named(attempt)
    words = LetterWords.of(packet, zone) if named else LetterWords.of(packet, zone).bare()
    dispatch = Dispatch(
        attempt_id=attempt.id,
        packet_id=packet.id,
        party_id=packet.party_id,
        reference=f"{packet.reference}-{attempt.id}",
        channel=attempt.channel,
        address=address.value if address is not None else "",
        standing=standing,
        recipient_name=packet.recipient_name if named else "",
        locale=packet.locale,
        code=packet.code,
        at=at,
        case_number=words.case_number,
        form=answer_form(words, letterhead) if packet.letter == "invitation" else None,
        **_written(attempt, words, letterhead, at, named, progress),
    )
    takes_papers = attempt.channel is Channel.POST or (
        attempt.channel is Channel.SELLER_INBOX and standing is AddressClass.GIVEN
    )
    return Composed(dispatch, takes_papers)


def answer_form(words: LetterWords, head: Letterhead) -> AnswerForm:
    """The form by which a claim is answered by post: what one may do, in both languages."""
    day = words.due_on
    return AnswerForm(
        T("Tick one or more, write with a black pen, and post it by %(day)s. The day of posting counts.", day=day)
        if day is not None
        else T(
            "Tick one or more, write with a black pen, and post it in the time to answer. The day of posting counts."
        ),
        (
            T("I pay all that is asked for: %(amount)s", amount=words.amount)
            if words.amount is not None
            else T("I do all that is asked for"),
            T("I offer ____________________ , to be paid by ____________________"),
            T("I admit in part: ____________________"),
            T("I defend myself (write below or on more sheets, and add your evidence)"),
            T("I ask for time until ____________________ , because (write below)"),
            T("I want to do everything on paper from now on"),
        ),
        T(
            "To: %(court)s, registry, %(street)s. Write the case number on the envelope. A company adds a copy of its licence and a paper that shows who may sign.",
            court=head.court,
            street=head.street,
        ),
    )


def _written(
    attempt: ServiceAttempt, words: LetterWords, head: Letterhead, at: datetime, named: bool, progress: str | None
) -> dict[str, Any]:
    """Subject, text and HTML of a message; a short message has a text only."""
    packet = attempt.packet
    if attempt.channel in BRIEF:
        text = text_message(words, head, packet.locale, named=named)
        return {"subject": words.subject.render(packet.locale), "text": text + "\n", "html": ""}
    letter = write_letter(
        packet.letter,
        packet.locale,
        subject=words.subject,
        both=packet.first_contact or packet.is_call,
        original=packet.original,
        head=head,
        code=packet.code,
        recipient=packet.recipient_name if named else "",
        kind=packet.kind.label,
        what=words.what,
        case_number=words.case_number,
        # Whoever reads in the inbox here sees it beside it; the inbox keeps what it was sent.
        progress=None if attempt.channel is Channel.PLATFORM else progress,
        amount=words.amount,
        held=words.held,
        asked=words.asked,
        sent_at=at,
        what_next=text_from_json(packet.what_next) if packet.what_next and named else None,
        papers=[Kept.of(d["title"]) if "title" in d else d["name"] for d in packet.documents] if named else [],
        due_on=words.due_on,
        reckoned=text_from_json(packet.reckoned) if packet.reckoned and words.due_on is None else None,
        named=named,
        by_mail=attempt.channel is Channel.EMAIL,
        on_paper=attempt.channel is Channel.POST,
    )
    return {"subject": letter.subject, "text": letter.text, "html": letter.html}
