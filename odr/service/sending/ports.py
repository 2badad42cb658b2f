"""The carriers of service, opened once from the settings: folders in training, the real thing where it is set."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sqlalchemy import select

from odr.docket.models import Document
from odr.docket.papers import Block, HeadingBlock, LetterPaper, ParagraphBlock, clerk, typeset
from odr.ground.clock import Clock
from odr.ground.config import Settings
from odr.ground.text import T, Text
from odr.ground.typeset import PaperLocale
from odr.identity.accounts.account_letters import site_of
from odr.identity.sign_in.keys import keyring
from odr.service.channels import Carrier, Dispatch, Handover, Outcome
from odr.service.channels.email import EmailSettings, Mailer, Tls
from odr.service.channels.folder import Folder
from odr.service.channels.messenger import Messenger
from odr.service.channels.own_inbox import PlatformInbox
from odr.service.channels.post import PrintQueue
from odr.service.channels.seller import Platform, SellerInbox, read_platforms
from odr.service.channels.sms import SmsGateway
from odr.service.packet.progress_codes import live_codes
from odr.service.rules import rules_for
from odr.service.sending.dispatch import ServicePorts
from odr.service.sending.letters import BETWEEN, Letterhead
from odr.service.sending.return_address import ReturnPath
from odr.service.vocabulary import BRIEF, AddressClass, Channel

if TYPE_CHECKING:
    from odr.procedure.court import Court

MESSAGES = "messages"


def message_folder(settings: Settings) -> Folder:
    """Where messages lie that are not sent out: training shows them on a page."""
    return Folder(settings.data_dir / MESSAGES)


def return_path(settings: Settings) -> ReturnPath:
    """The addresses by which mail comes back to the court."""
    return ReturnPath(settings.mail_from.rpartition("@")[2], keyring(settings.secret_key).derive("return path"))


def mail_carrier(settings: Settings) -> Carrier:
    """SMTP where it is set, the folder otherwise."""
    if not settings.smtp_url:
        return message_folder(settings)
    url = urlsplit(settings.smtp_url)
    tls = {"smtp": Tls.REQUIRED, "smtp+offered": Tls.OFFERED, "smtp+plain": Tls.NONE}[url.scheme]
    return Mailer(
        EmailSettings(
            host=url.hostname or "localhost",
            port=url.port or 25,
            sender=settings.mail_from,
            court_name=settings.court_name,
            return_path=return_path(settings),
            tls=tls,
            username=unquote(url.username or ""),
            password=unquote(url.password or ""),
            smtp_is_final=settings.smtp_is_final,
            dkim_selector=settings.dkim_selector,
            dkim_key=Path(settings.dkim_key).read_bytes() if settings.dkim_key else b"",
        )
    )


def messengers_of(settings: Settings) -> dict[str, Platform]:
    """The messengers the court writes to. Raises ValueError for a name that an accredited platform has already: reports of
    both come to one address.
    """
    found = read_platforms(settings.messengers, "messengers")
    if found.keys() & read_platforms(settings.seller_inboxes).keys():
        raise ValueError("messengers: a platform of seller_inboxes has the same name")
    return found


def open_carriers(court: Court) -> ServicePorts:
    """A carrier for every channel the worker sends by."""
    settings = court.settings
    folder = message_folder(settings)
    carriers: dict[Channel, Carrier] = {
        Channel.PLATFORM: PlatformInbox(court.database),
        Channel.EMAIL: mail_carrier(settings),
        Channel.SMS: SmsGateway(settings.sms_url) if settings.sms_url else folder,
        Channel.SELLER_INBOX: SellerInbox(read_platforms(settings.seller_inboxes))
        if settings.seller_inboxes
        else folder,
        Channel.MESSENGER: Messenger(messengers_of(settings), court.clock) if settings.messengers else folder,
        Channel.POST: PrintQueue(settings.data_dir / "print-queue", lambda dispatch: typeset_letter(court, dispatch)),
    }
    return ServicePorts(
        carriers=carriers,
        letterhead=letterhead(settings),
        fetch=lambda reference: fetch(court, reference),
        zone=settings.tz,
        rules=rules_for(court),
        progress=lambda session, parties: live_codes(session, keyring(settings.secret_key), parties),
        quiet=dict.fromkeys(BRIEF, (settings.quiet_from, settings.quiet_until)),
    )


def letterhead(settings: Settings) -> Letterhead:
    """Who writes."""
    from odr.procedure.time.written_working import bilingual

    street: Text = bilingual(settings.street, settings.street_zh)
    return Letterhead(
        bilingual(settings.court_name, settings.court_name_zh),
        site_of(settings.base_url),
        settings.phone,
        street,
        settings.advice_phone,
    )


def fetch(court: Court, reference: str) -> bytes:
    """The bytes of one of the court's papers. Raises LookupError for a reference that names none."""
    with court.database.read() as session:
        found: bytes | None = session.scalar(select(Document.content).where(Document.reference == reference))
        if found is None:
            raise LookupError(reference)
        return found


def typeset_letter(court: Court, dispatch: Dispatch) -> bytes:
    """A letter for the post, set from the same words as the message: in two languages beside each other where the message
    is in both, with the form to answer by post where one is due.
    """
    settings = court.settings
    parts = dispatch.text.split(BETWEEN)
    locale: PaperLocale = "both" if len(parts) > 1 else "en" if dispatch.locale == "en" else "zh-Hans"
    head = letterhead(settings)
    paper = LetterPaper(
        court=head.court,
        kind=T("Letter of the court"),
        subject=None if len(parts) > 1 else dispatch.subject,
        issued_on=dispatch.at.astimezone(settings.tz).date(),
        signatories=(clerk(head.court),),
        recipient=(dispatch.recipient_name, dispatch.address),
        case_number=dispatch.case_number,
        document_code=dispatch.code,
        check_url=f"{settings.base_url.rstrip('/')}/check/{dispatch.code}",
        columns=[list(_blocks(part)) for part in parts],
        letter_code=dispatch.code,
        site=head.site,
        form=dispatch.form,
    )
    # It goes out whatever somebody is called, and whatever they wrote.
    return typeset(court.ports.typesetter, paper, locale, at=dispatch.at, by_number=True)


def _blocks(text: str) -> Iterator[Block]:
    """A letter's text as blocks: the first of several lines that ends without a stop is their heading."""
    for part in filter(None, map(str.strip, text.split("\n\n"))):
        first, *rest = part.splitlines()
        if rest and not re.search(r"[.。:：?？!！)）]\s*$", first.replace("?", "").replace("？", "")):
            yield HeadingBlock(first)
        else:
            rest = [first, *rest]
        if rest:
            yield ParagraphBlock("\n".join(line.strip() for line in rest))


@dataclass(frozen=True)
class AccountMail:
    """Letters about accounts, by the same carrier as service; nothing of a case is in them."""

    carrier: Carrier
    clock: Clock

    def send(self, to: str, subject: str, text: str, html: str | None, locale: str) -> str | None:
        """Hand one letter over; what was said against it, None where it was taken."""
        made = self.hand_over(to, subject, text, html, locale)
        return None if made.outcome in (Outcome.REACHED, Outcome.HANDED_OVER) else f"{made.outcome.value} {made.said}"

    def hand_over(
        self, to: str, subject: str, text: str, html: str | None, locale: str, *, unsubscribe: str = ""
    ) -> Handover:
        """Hand one letter over, and say what the mail server made of it. ``unsubscribe`` is the address by which a mail
        program ends further ones (RFC 8058).
        """
        reference = f"account-{uuid.uuid4().hex}"
        return self.carrier.send(
            Dispatch(
                attempt_id=0,
                packet_id=0,
                party_id=0,
                reference=reference,
                channel=Channel.EMAIL,
                address=to,
                standing=AddressClass.ATTRIBUTED,
                recipient_name="",
                locale=locale,
                code="",
                subject=subject,
                text=text,
                html=html or "",
                at=self.clock.machine_now(),
                unsubscribe=unsubscribe,
            )
        )


def open_mail(court: Court) -> AccountMail:
    """The port for letters about accounts."""
    return AccountMail(mail_carrier(court.settings), court.clock)
