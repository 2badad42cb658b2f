"""The peers the tests speak to behave as they say, since much is believed on their word."""

from __future__ import annotations

import signal
import smtplib
from collections.abc import Callable

import boto3
import psycopg
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.patience import PATIENCE
from tests.peers.browser import DESK, PHONE, OpenPage
from tests.peers.postgres import PostgresCluster
from tests.peers.s3 import S3Peer
from tests.peers.smtp import Mood, SmtpPeer


def send(peer: SmtpPeer, timeout: float = 1.0) -> None:
    """Send one message as the court would."""
    with smtplib.SMTP(peer.host, peer.port, timeout=timeout) as client:
        client.sendmail("court@example.org", ["party@example.org"], "Subject: Notice\r\n\r\nBody 传票\r\n".encode())


def test_mail_is_kept_as_it_was_sent(smtp_peer: SmtpPeer) -> None:
    """An accepted message is there with sender, recipients and bytes."""
    send(smtp_peer)
    (kept,) = smtp_peer.messages
    assert (kept.sender, kept.recipients, kept.message["Subject"]) == (
        "court@example.org",
        ("party@example.org",),
        "Notice",
    )


@pytest.mark.parametrize(
    ("mood", "code", "kept"),
    [
        (Mood.LATER_AFTER_DATA, 451, 0),
        (Mood.REFUSED_AFTER_DATA, 550, 0),
        (Mood.GARBLED, -1, 0),
    ],
)
def test_mail_is_refused_after_data(smtp_peer: SmtpPeer, mood: Mood, code: int, kept: int) -> None:
    """The scripted answer to DATA is given, and the message is not kept."""
    smtp_peer.script(mood)
    with pytest.raises(smtplib.SMTPResponseException) as refusal:
        send(smtp_peer)
    assert (refusal.value.smtp_code, len(smtp_peer.messages)) == (code, kept)


@pytest.mark.parametrize(("mood", "code"), [(Mood.LATER, 451), (Mood.NO_SUCH_BOX, 550)])
def test_mail_is_refused_at_the_recipient(smtp_peer: SmtpPeer, mood: Mood, code: int) -> None:
    """The scripted answer to RCPT is given; the next message is accepted again."""
    smtp_peer.script(mood)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(smtp_peer)
    assert refusal.value.recipients["party@example.org"][0] == code
    send(smtp_peer)
    assert (smtp_peer.attempts, len(smtp_peer.messages)) == (2, 1)


@pytest.mark.parametrize(("mood", "kept"), [(Mood.DROP_BEFORE_DATA, 0), (Mood.DROP_AFTER_DATA, 1)])
def test_mail_connections_break(smtp_peer: SmtpPeer, mood: Mood, kept: int) -> None:
    """The connection breaks; when it breaks after DATA, the message has arrived and the sender cannot know."""
    smtp_peer.script(mood)
    with pytest.raises(OSError):
        send(smtp_peer)
    assert len(smtp_peer.messages) == kept


def test_mail_hangs_until_the_sender_gives_up(smtp_peer: SmtpPeer) -> None:
    """A server that never answers is left by the sender's own timeout."""
    smtp_peer.script(Mood.HANG)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(smtp_peer, timeout=0.3)
    assert smtp_peer.messages == []


def test_mail_is_slow_but_arrives(smtp_peer: SmtpPeer) -> None:
    """A slow server accepts in the end."""
    smtp_peer.slowness = 0.2
    smtp_peer.script(Mood.SLOW)
    send(smtp_peer, timeout=PATIENCE)
    assert len(smtp_peer.messages) == 1


def test_mail_server_is_down_and_comes_back(smtp_peer: SmtpPeer) -> None:
    """A server that does not listen refuses the connection, and listens later at the same port."""
    smtp_peer.refuse()
    with pytest.raises(ConnectionRefusedError):
        send(smtp_peer)
    smtp_peer.listen()
    send(smtp_peer)
    assert len(smtp_peer.messages) == 1


def test_postgres_can_crash_and_come_back(own_postgres: PostgresCluster) -> None:
    """A crash cuts every connection; after the restart what was committed and flushed is there."""
    engine = create_engine(own_postgres.url())
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (id int)"))
        connection.execute(text("SET synchronous_commit = on"))
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        own_postgres.restart(signal.SIGQUIT)
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT 1"))
    engine.dispose()
    with psycopg.connect(host=str(own_postgres.folder), user="court", dbname="postgres") as again:
        assert again.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_the_store_keeps_objects_and_refuses_a_wrong_digest(s3_peer: S3Peer) -> None:
    """The S3 peer stores and gives back bytes, and refuses bytes that are not what their digest says."""
    client = boto3.client(
        "s3",
        endpoint_url=s3_peer.endpoint,
        aws_access_key_id=s3_peer.access_key,
        aws_secret_access_key=s3_peer.secret_key,
        region_name=s3_peer.region,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )
    client.create_bucket(Bucket="peers")
    client.put_object(Bucket="peers", Key="a", Body=b"exhibit")
    reply = client.get_object(Bucket="peers", Key="a")
    with reply["Body"] as body:
        assert body.read() == b"exhibit"
    with pytest.raises(ClientError):
        client.put_object(Bucket="peers", Key="b", Body=b"exhibit", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    client.close()


def test_the_store_has_room_for_a_bucket_of_every_test(s3_peer: S3Peer) -> None:
    """A bucket takes several volumes at its first object; a store of few of them refuses the ninth test that has one."""
    client = boto3.client(
        "s3",
        endpoint_url=s3_peer.endpoint,
        aws_access_key_id=s3_peer.access_key,
        aws_secret_access_key=s3_peer.secret_key,
        region_name=s3_peer.region,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )
    for number in range(12):
        client.create_bucket(Bucket=f"room-{number}")
        client.put_object(Bucket=f"room-{number}", Key="one", Body=b"one")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(("width", "locale"), [(PHONE, "zh-CN"), (DESK, "en")])
def test_the_browser_is_what_was_asked_for(
    serve: Callable[..., str], open_page: OpenPage, width: int, locale: str, javascript: bool
) -> None:
    """The page is seen at the width, in the language and with the JavaScript asked for."""
    app = Flask(__name__)

    @app.get("/")
    def page() -> str:
        from flask import request

        return f"<p id=lang>{request.accept_languages.best}</p><p id=js>off</p><script>js.textContent = 'on ' + innerWidth</script>"

    found = open_page(serve(app), width=width, javascript=javascript, locale=locale)
    assert (found.text_content("#lang") or "").startswith(locale)
    assert found.text_content("#js") == (f"on {width}" if javascript else "off")
