"""Coming in through an OpenID provider: only an answer that holds, to who asked for it, once."""

from __future__ import annotations

import dataclasses
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from odr.docket.models import Role
from odr.ground.clock import FixedClock
from odr.ground.config import Mode, Settings, SettingsError
from odr.ground.db import Database
from odr.identity.models import Account, LinkedIdentity, Passkey, SessionRow
from odr.identity.sign_in.oidc import open_provider
from odr.procedure.court import Court
from tests.identity.conftest import Browser, Mailbox, People, open_door
from tests.peers.browser import OpenPage
from tests.peers.oidc import CLIENT, PERSON, SECRET, ProviderPeer


def with_provider(court: Court, peer: ProviderPeer, **more: Any) -> Court:
    """The court, registered at the provider, whose clock is the court's."""
    settings = court.settings.model_copy(
        update={
            "oidc_issuer": peer.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_name": "City Pass",
            "oidc_verifies": True,
            **more,
        }
    )
    changed = dataclasses.replace(court, settings=settings)
    changed.ports.identity = open_provider(settings, court.clock)
    peer.set(now=court.clock.machine_now().timestamp())
    return changed


@pytest.fixture
def app(court: Court, provider_peer: ProviderPeer) -> Flask:
    """The door of a court with a provider."""
    return open_door(with_provider(court, provider_peer))


@pytest.fixture
def lay(app: Flask) -> Browser:
    """Somebody at a browser."""
    return Browser(app)


def set_out(browser: Browser, purpose: str = "sign-in", on: str = "/account/sign-in", **form: str) -> str:
    """Press the provider's button; gives the address at the provider."""
    answer = browser.submit(f"/account/provider/{purpose}", form, on=on)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def here(address: str) -> str:
    """Path and query of an address of the court."""
    return f"{urlsplit(address).path}?{urlsplit(address).query}"


def who(browser: Browser) -> str | None:
    answer = browser.get("/door/write")
    return answer.text if answer.status_code == 200 else None


def test_a_new_person_gets_an_account_with_the_name_the_provider_verified(
    lay: Browser, provider_peer: ProviderPeer, database: Database
) -> None:
    """Code flow with PKCE, state and nonce; the mailbox the provider vouches for, and identity verified (OLR 7)."""
    going = set_out(lay, next="/door/write")
    asked = parse_qs(urlsplit(going).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["state"] and asked["nonce"] and SECRET not in going
    back = lay.get(here(provider_peer.sign_in(going)))
    assert back.status_code == 303 and back.headers["Location"] == "/door/write"
    assert who(lay) == "written by Zhang Hui"
    with database.read() as session:
        account = session.query(Account).filter_by(email="zhang@parties.example").one()
        assert account.identity_verified_at is not None and account.password_hash is None
        assert session.query(LinkedIdentity).one().subject == PERSON["sub"]
        assert account.seen_as == [["person", "Zhang Hui"]], "also once the link has ended, and under no other name"
    again = Browser(lay.client.application)
    again.get(here(provider_peer.sign_in(set_out(again))))
    assert who(again) == "written by Zhang Hui"


def test_a_mailbox_with_an_account_is_opened_only_by_who_can_sign_in_to_it(
    lay: Browser, provider_peer: ProviderPeer, people: People
) -> None:
    """The provider's word on a mailbox opens no account that is there; linked from inside, it does."""
    people.add("zhang@parties.example", "Zhang Hui")
    refused = lay.get(here(provider_peer.sign_in(set_out(lay))))
    assert refused.status_code == 403 and who(lay) is None
    lay.sign_in("zhang@parties.example")
    linked = lay.get(here(provider_peer.sign_in(set_out(lay, "link", "/account/identity"))))
    assert (
        linked.status_code == 303
        and "City Pass" not in lay.get("/account/identity").text.split("Signing in elsewhere")[0]
    )
    fresh = Browser(lay.client.application)
    assert fresh.get(here(provider_peer.sign_in(set_out(fresh)))).status_code == 303
    assert who(fresh) == "written by Zhang Hui"


def test_one_person_signs_in_to_one_account(lay: Browser, provider_peer: ProviderPeer, people: People) -> None:
    """Who is linked elsewhere cannot be linked a second time, and the last way in is not given up."""
    lay.get(here(provider_peer.sign_in(set_out(lay))))
    people.add("other@parties.example")
    other = Browser(lay.client.application)
    other.sign_in("other@parties.example")
    assert other.get(here(provider_peer.sign_in(set_out(other, "link", "/account/identity")))).status_code == 409
    answer = lay.submit("/account/provider/1/end", on="/account/identity")
    assert answer.status_code == 409 and "only way" in answer.text


def test_a_link_made_and_ended_is_told(
    lay: Browser, provider_peer: ProviderPeer, people: People, mailbox: Mailbox
) -> None:
    """Whoever sits at an unlocked device could link a provider of their own: the owner hears of it, and of its end."""
    people.add("other@parties.example")
    lay.sign_in("other@parties.example")
    lay.get(here(provider_peer.sign_in(set_out(lay, "link", "/account/identity"))))
    to, subject, text, _ = mailbox.letters[-1]
    assert (to, subject) == ("other@parties.example", "Your account is linked") and "City Pass was linked" in text
    assert lay.submit("/account/provider/1/end", on="/account/identity").status_code == 303
    assert mailbox.letters[-1][1] == "A link of your account ended"


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_a_provider_that_names_an_address_in_the_clear_keeps_nobody_else_out(
    lay: Browser, provider_peer: ProviderPeer, people: People, name: str
) -> None:
    """Set up wrongly, behind a proxy that ends the encryption: nobody is sent there, and everybody else signs in as always."""
    people.add("other@parties.example")
    provider_peer.set(places={name: "http://provider.example/there"})
    assert lay.get("/account/sign-in").status_code == 200
    lay.sign_in("other@parties.example")
    assert who(lay) is not None


def test_a_code_and_the_courts_secret_follow_no_redirection(lay: Browser, provider_peer: ProviderPeer) -> None:
    """They go to the address that the provider describes, and not to where an answer points."""
    provider_peer.set(places={"token_endpoint": f"{provider_peer.issuer}/moved"})
    assert lay.get(here(provider_peer.sign_in(set_out(lay)))).status_code == 502
    assert who(lay) is None


def test_a_key_that_was_changed_is_read_anew_also_where_no_token_names_it(
    lay: Browser, provider_peer: ProviderPeer
) -> None:
    """A provider with one key need not name it (RFC 7515, 4.1.4): changed, the next who comes is let in all the same."""
    provider_peer.set(kid=False)
    lay.get(here(provider_peer.sign_in(set_out(lay))))
    assert who(lay) is not None
    provider_peer.set(key="next", published="next")
    other = Browser(lay.client.application)
    other.get(here(provider_peer.sign_in(set_out(other))))
    assert who(other) is not None


def test_nobody_has_proved_themselves_in_a_time_to_come(
    lay: Browser, provider_peer: ProviderPeer, database: Database, clock: FixedClock
) -> None:
    """A provider whose clock runs ahead makes nobody's proof last longer."""
    ahead = clock.machine_now() + timedelta(days=30)
    provider_peer.set(claims={"auth_time": int(ahead.timestamp())})
    lay.get(here(provider_peer.sign_in(set_out(lay))))
    with database.read() as session:
        assert session.query(Account).one().identity_verified_at <= clock.machine_now()
        assert session.query(SessionRow).order_by(SessionRow.id.desc()).first().strong_at <= clock.machine_now()


WRONG: list[dict[str, Any]] = [
    {"claims": {"iss": "https://elsewhere.example"}},
    {"claims": {"aud": "another-client"}},
    {"claims": {"aud": ["court", "another"], "azp": "another"}},
    {"claims": {"exp": 1}},
    {"claims": {"nonce": "of another browser"}},
    {"claims": {"nonce": None}},
    {"claims": {"sub": ""}},
    {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    {"key": "foreign"},
    {"key": "none"},
    {"key": "secret"},
    {"iss": "https://elsewhere.example"},
]


@pytest.mark.parametrize("mood", WRONG, ids=lambda mood: str(mood)[:40])
def test_an_answer_that_does_not_hold_lets_nobody_in(
    lay: Browser, provider_peer: ProviderPeer, mood: dict[str, Any], database: Database
) -> None:
    """Wrong issuer, audience, time, nonce or signature, or no signature: the same refusal, and no account."""
    provider_peer.set(**mood)
    answer = lay.get(here(provider_peer.sign_in(set_out(lay))))
    assert answer.status_code == 502 and "did not work" in answer.text and who(lay) is None
    with database.read() as session:
        assert session.query(Account).count() == 0


def test_an_answer_counts_for_the_browser_that_asked_and_once(lay: Browser, provider_peer: ProviderPeer) -> None:
    """Another browser cannot use it, nor the same one twice, even with its old cookie; nor a state that was never
    given.
    """
    back = here(provider_peer.sign_in(set_out(lay)))
    thief = Browser(lay.client.application)
    set_out(thief)
    assert thief.get(back).status_code == 502 and who(thief) is None
    cookie = lay.client.get_cookie("page_token", domain="court.test")
    assert cookie is not None
    assert lay.get(back).status_code == 303
    replaying = Browser(lay.client.application)
    replaying.client.set_cookie("page_token", cookie.value, domain="court.test")
    assert replaying.get(back).status_code == 502 and who(replaying) is None
    assert lay.get("/account/provider/back?state=made-up&code=x").status_code == 502
    assert lay.get("/account/provider/back?error=access_denied").status_code == 502


def test_a_state_is_too_old_after_ten_minutes(lay: Browser, provider_peer: ProviderPeer, clock: FixedClock) -> None:
    """Somebody who comes back late begins again."""
    back = here(provider_peer.sign_in(set_out(lay)))
    clock.advance(timedelta(minutes=11))
    assert lay.get(back).status_code == 502


def test_proving_again_needs_a_fresh_sign_in_there(
    lay: Browser, provider_peer: ProviderPeer, clock: FixedClock
) -> None:
    """Step-up through the provider counts only when the person proved herself there just now, and is the account's own."""
    lay.get(here(provider_peer.sign_in(set_out(lay))))
    clock.advance(timedelta(minutes=20))
    now = clock.machine_now().timestamp()
    assert "/account/confirm" in lay.get("/door/sign").headers["Location"]
    provider_peer.set(now=now, claims={"auth_time": int(now) - 3600})
    assert (
        lay.get(here(provider_peer.sign_in(set_out(lay, "confirm", "/account/confirm", next="/door/sign")))).status_code
        == 502
    )
    provider_peer.set(claims={})
    other = {**PERSON, "sub": "somebody-else"}
    assert (
        lay.get(
            here(provider_peer.sign_in(set_out(lay, "confirm", "/account/confirm", next="/door/sign"), other))
        ).status_code
        == 502
    )
    going = set_out(lay, "confirm", "/account/confirm", next="/door/sign")
    assert "prompt=login" in going
    assert lay.get(here(provider_peer.sign_in(going))).headers["Location"] == "/door/sign"
    assert lay.get("/door/sign").text == "signed"


def test_a_second_factor_is_still_asked_for(lay: Browser, provider_peer: ProviderPeer, people: People) -> None:
    """The provider stands for the password only: whoever has a second factor shows it, and staff need one."""
    clerk = people.add("zhang@parties.example", "Zhang Hui", Role.CLERK)
    people.enrol(clerk)
    totp = people.enrol(clerk)
    lay.sign_in("zhang@parties.example", code=people.code(totp))
    people.clock.advance(timedelta(seconds=30))
    provider_peer.set(now=people.clock.machine_now().timestamp())
    lay.get(here(provider_peer.sign_in(set_out(lay, "link", "/account/identity"))))
    fresh = Browser(lay.client.application)
    assert fresh.get(here(provider_peer.sign_in(set_out(fresh)))).headers["Location"] == "/account/sign-in/code"
    assert fresh.get("/door/desk").status_code != 200
    fresh.submit("/account/sign-in/code", {"code": people.code(totp)})
    assert fresh.get("/door/desk").text == "desk"


@pytest.mark.parametrize("factor", ["app", "passkey"])
def test_proving_again_at_the_provider_is_no_second_factor(
    lay: Browser, provider_peer: ProviderPeer, people: People, database: Database, factor: str
) -> None:
    """Whoever has a second factor here shows that: the provider's word alone, however fresh, proves nothing anew."""
    person = people.add("zhang@parties.example", "Zhang Hui")
    lay.sign_in("zhang@parties.example")
    lay.get(here(provider_peer.sign_in(set_out(lay, "link", "/account/identity"))))
    if factor == "app":
        people.enrol(person)
    else:
        with database.write() as session:
            kept = {
                "credential_id": "one",
                "public_key": "one",
                "name": "one",
                "created_at": people.clock.machine_now(),
            }
            session.add(Passkey(account_id=person, **kept))
    people.clock.advance(timedelta(minutes=20))
    provider_peer.set(now=people.clock.machine_now().timestamp())
    came = lay.get(here(provider_peer.sign_in(set_out(lay, "confirm", "/account/confirm", next="/door/sign"))))
    assert came.status_code == 403 and "second factor" in came.text
    assert "/account/confirm" in lay.get("/door/sign").headers["Location"]
    with database.read() as session:
        assert not any(row.two_factor for row in session.scalars(select(SessionRow)))


def test_a_provider_is_reached_by_https_and_described_whole(
    provider_peer: ProviderPeer, clock: FixedClock, settings: Settings
) -> None:
    """Outside this machine only https; without an id, or in production by http, the court does not open."""
    base = settings.model_dump()
    for wrong in (
        {"oidc_issuer": "http://provider.example", "oidc_client_id": "court"},
        {"oidc_issuer": "https://provider.example"},
    ):
        with pytest.raises(SettingsError):
            open_provider(Settings(**{**base, **wrong}), clock)
    assert open_provider(Settings(**{**base, "mode": Mode.TEST}), clock) is None


def test_in_a_browser_the_policy_lets_the_button_lead_there(
    court: Court, provider_peer: ProviderPeer, serve: Any, open_page: OpenPage
) -> None:
    """A real browser goes to the provider and comes back signed in: the page's policy names where its form may lead."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://localhost:{port}"
    serve(open_door(with_provider(court, provider_peer, base_url=origin)), port=port)
    page: Page = open_page(origin)
    page.goto("/account/sign-in?next=/door/write")
    page.click("text=Sign in with City Pass")
    page.click("text=I am Zhang Hui")
    page.wait_for_url(f"{origin}/door/write")
    assert page.inner_text("body") == "written by Zhang Hui"
