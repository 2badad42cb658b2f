"""The door: no route without a guard, no request from elsewhere, nothing private kept, nobody sent astray."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import cast
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from werkzeug.test import create_environ, run_wsgi_app

from odr.docket.models import Party, Role
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.identity.models import Account, AccountRole, SessionRow
from odr.identity.sign_in import program_tokens, sessions
from odr.identity.sign_in.program_tokens import Scope
from odr.procedure.court import Court
from odr.web import headers, reader_language
from odr.web.guards import UnguardedRoute, assert_guarded, public, staff
from tests.identity.conftest import ORIGIN, PASSWORD, Browser, NewBrowser, People, open_door, without_tokens

BrowserOf = NewBrowser


def test_the_court_does_not_start_with_an_unguarded_route() -> None:
    """A route that nobody guards is named and stops the start; the static files need none."""
    bare = Flask("bare")
    bare.add_url_rule("/free", "free", public(lambda: "free"))
    assert_guarded(bare)
    bare.add_url_rule("/forgotten", "forgotten", lambda: "oops")
    with pytest.raises(UnguardedRoute, match="forgotten"):
        assert_guarded(bare)


def test_every_page_of_the_room_is_guarded(app: Flask) -> None:
    """The identity room itself starts."""
    assert_guarded(app)


def test_staff_guard_needs_roles() -> None:
    """A guard for staff of no role would be for nobody by mistake."""
    with pytest.raises(ValueError, match="roles"):
        staff()


def test_a_stranger_is_brought_to_sign_in_and_back(browser_of: BrowserOf, people: People) -> None:
    """A page asked for without a session comes after sign-in, query and all."""
    people.add("known@example.com")
    browser = browser_of()
    where = browser.get("/door/write?page=2").headers["Location"]
    assert where == "/account/sign-in?next=/door/write?page%3D2"
    back = browser.submit(where, {"email": "known@example.com", "password": PASSWORD, "next": "/door/write?page=2"})
    assert back.headers["Location"] == "/door/write?page=2"


def test_an_open_redirect_is_refused(browser_of: BrowserOf, people: People) -> None:
    """Sign-in, language and acting-for never send anybody to another site."""
    people.add("known@example.com")
    browser = browser_of()
    assert (
        browser.submit(
            "/account/sign-in", {"email": "known@example.com", "password": PASSWORD, "next": "https://evil.example/"}
        ).headers["Location"]
        == "/home"
    )
    for target in ("//evil.example", "/\\evil.example", "https:evil", "/\t/evil.example", "javascript:alert(1)"):
        assert browser.get("/language/en", query_string={"next": target}).headers["Location"] == "/"
        assert (
            browser.submit("/account/acting-for", {"hat": "", "next": target}, on="/account").headers["Location"]
            == "/home"
        )


SEPARATORS = st.sampled_from(
    [
        "/",
        "\\",
        "//",
        ":",
        "@",
        "?",
        "#",
        "%2f",
        "\t",
        "\n",
        "\r",
        " ",
        "https:",
        "evil.example",
        "..",
        "\u2028",
        "．",
        "／",
    ]
)


@given(st.one_of(st.text(max_size=40), st.lists(SEPARATORS, max_size=8).map("".join).map(lambda tail: "/" + tail)))
def test_a_target_never_leaves_the_site(target: str) -> None:
    """Whatever is asked, where a browser would go from here is this site."""
    went = reader_language.safe_path(target)
    as_browsers_read = re.sub(r"[\t\r\n]", "", went).replace("\\", "/")
    arrived = urlsplit(urljoin("https://court.example/here", as_browsers_read))
    assert (arrived.scheme, arrived.netloc) == ("https", "court.example")
    assert went == "/" or went == target


@given(st.from_regex(r"/[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,3}(\?[a-z]=[a-z0-9]{1,5})?", fullmatch=True))
def test_a_path_of_ours_is_kept(path: str) -> None:
    """An ordinary path of this site is where one is sent back to."""
    assert reader_language.safe_path(path) == path


@pytest.mark.parametrize(
    ("cookie", "account", "wanted", "chosen"),
    [
        (None, None, [], "en"),
        (None, None, ["fr", "de"], "en"),
        (None, None, ["zh-CN", "en"], "zh-Hans"),
        (None, None, ["zh"], "zh-Hans"),
        (None, None, ["zh-Hans-CN", "en"], "zh-Hans"),
        (None, None, ["en-GB", "zh-CN"], "en"),
        (None, "zh-Hans", ["en"], "zh-Hans"),
        ("en", "zh-Hans", ["zh-CN"], "en"),
        ("klingon", None, ["zh-CN"], "zh-Hans"),
    ],
)
def test_language(cookie: str | None, account: str | None, wanted: list[str], chosen: str) -> None:
    """The language just chosen comes first, then the account's, then the browser's, then English."""
    assert reader_language.choose(cookie, account, wanted) == chosen


def test_choosing_a_language_changes_the_pages(browser_of: BrowserOf) -> None:
    """The choice is kept on the device and the next page is in it."""
    browser = browser_of()
    assert "Sign in" in browser.get("/account/sign-in").text
    assert browser.get("/language/zh-Hans?next=/account/sign-in").headers["Location"] == "/account/sign-in"
    assert "登录" in browser.get("/account/sign-in").text
    assert browser.get("/language/xx").status_code == 404


# Requests from elsewhere


def _signed_in(browser_of: BrowserOf, people: People, email: str = "known@example.com") -> Browser:
    people.add(email)
    browser = browser_of()
    browser.sign_in(email)
    return browser


def _post(
    browser: Browser, path: str, token: str | None, data: dict[str, str] | None = None, **headers: str
) -> tuple[int, str]:
    sent = dict(data or {})
    if token is not None:
        sent["csrf_token"] = token
    answer = browser.client.post(
        path, base_url=ORIGIN, data=sent, headers={key.replace("_", "-"): value for key, value in headers.items()}
    )
    return answer.status_code, answer.text


def test_a_form_of_ours_is_taken(browser_of: BrowserOf, people: People) -> None:
    """Token and origin right: the request goes through; also with the Referer only, or with the token in the header."""
    browser = _signed_in(browser_of, people)
    token = browser.token("/account")
    assert _post(browser, "/door/write", token, Origin=ORIGIN)[0] == 200
    assert _post(browser, "/door/write", token, Referer=ORIGIN + "/door/write")[0] == 200
    assert _post(browser, "/door/write", None, Origin=ORIGIN, X_CSRF_Token=token)[0] == 200


def test_a_valid_token_alone_is_enough_where_the_browser_says_nothing(browser_of: BrowserOf, people: People) -> None:
    """A browser that sends neither Origin nor Referer is let in by the token."""
    browser = _signed_in(browser_of, people)
    assert _post(browser, "/door/write", browser.token("/account"))[0] == 200


def test_another_site_is_refused_even_with_the_token(browser_of: BrowserOf, people: People) -> None:
    """The wrong origin is refused whatever token it brings, and nothing it sent is shown."""
    browser = _signed_in(browser_of, people)
    token = browser.token("/account")
    for told in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/court.test"},
        {"Origin": ORIGIN, "Sec_Fetch_Site": "cross-site"},
    ):
        status, text = _post(browser, "/door/write", token, {"words": "planted words"}, **told)
        assert status == 403 and "planted words" not in text


def test_a_request_without_token_is_refused(browser_of: BrowserOf, people: People) -> None:
    """No token, a wrong one, or somebody else's token: nothing is done."""
    browser = _signed_in(browser_of, people)
    other = _signed_in(browser_of, people, "other@example.com")
    for token in (None, "", "nonsense", other.token("/account")):
        assert _post(browser, "/door/write", token, Origin=ORIGIN)[0] == 400
        assert _post(browser, "/door/write", token)[0] == 403


def test_a_stale_form_is_given_back_with_what_was_typed(browser_of: BrowserOf, people: People) -> None:
    """The page keeps every word but passwords and sends them again with a fresh token."""
    browser = _signed_in(browser_of, people)
    status, text = _post(
        browser,
        "/door/write?step=2",
        "old",
        {"facts": 'I paid "<b>twice</b>"', "password": "secret words"},
        Origin=ORIGIN,
    )
    assert status == 400
    assert 'value="I paid &#34;&lt;b&gt;twice&lt;/b&gt;&#34;"' in text and "secret words" not in text
    assert 'action="/door/write?step=2"' in text
    fresh = cast(re.Match[str], re.search(r'name="csrf_token" value="([^"]+)"', text))[1]
    assert _post(browser, "/door/write?step=2", fresh, {"facts": "again"}, Origin=ORIGIN)[0] == 200


def test_a_form_sent_after_the_session_ended_is_kept(browser_of: BrowserOf, people: People, clock: FixedClock) -> None:
    """Who was signed out while typing finds the words again, signs in beside them, and sends them."""
    browser = _signed_in(browser_of, people)
    token = browser.token("/account")
    clock.advance(timedelta(days=8))
    status, text = _post(browser, "/door/write", token, {"facts": "a long story"}, Origin=ORIGIN)
    assert status == 401 and 'value="a long story"' in text and "/account/sign-in?next=/account/close" in text
    browser.sign_in("known@example.com")
    status, text = _post(browser, "/door/write", "whatever", {"facts": "a long story"}, Origin=ORIGIN)
    fresh = cast(re.Match[str], re.search(r'name="csrf_token" value="([^"]+)"', text))[1]
    assert _post(browser, "/door/write", fresh, {"facts": "a long story"}, Origin=ORIGIN)[0] == 200


def test_the_guard_comes_before_the_body(app: Flask) -> None:
    """An anonymous upload is refused without its body being read."""
    read: list[int] = []

    class Body:
        def read(self, size: int = -1) -> bytes:
            read.append(size)
            return b""

        readline = read

    environ = create_environ(
        "/door/upload", ORIGIN, method="POST", content_type="application/octet-stream", headers={"Origin": ORIGIN}
    )
    environ.update({"wsgi.input": Body(), "CONTENT_LENGTH": "20000000"})
    _, status, _ = run_wsgi_app(app, environ)
    assert status.startswith("401")
    assert read == []


def test_an_upload_takes_its_token_from_the_header_only(browser_of: BrowserOf, people: People) -> None:
    """Where the body is a file it is not searched for a token."""
    browser = _signed_in(browser_of, people)
    token = browser.token("/account")
    assert _post(browser, "/door/upload", token, Origin=ORIGIN)[0] == 400
    assert _post(browser, "/door/upload", None, Origin=ORIGIN, X_CSRF_Token=token) == (200, "taken")


def test_callers_that_sign_need_no_token(browser_of: BrowserOf) -> None:
    """A webhook is heard without token: its signature is its own affair."""
    assert _post(browser_of(), "/door/hook", None) == (200, "heard")


def test_the_public_address_is_the_only_origin_of_a_sitting_court(
    tmp_path_factory: pytest.TempPathFactory, court: Court, people: People
) -> None:
    """In production the Host header makes nothing our own, cookies need https and carry the host prefix."""
    strict = Settings(
        mode="production",
        base_url="https://court.test",
        secret_key="k" * 32,
        smtp_url="smtp://mail.test",
        stripe_api_key="sk",
        data_dir=court.settings.data_dir,  # type: ignore[arg-type]
    )
    door = open_door(
        Court(strict, court.database, court.clock, court.notary, court.packs, court.table, court.hooks, court.ports)
    )
    client = door.test_client()
    page = client.get("/account/sign-in", base_url="https://court.test")
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "form-action 'self' https://checkout.stripe.com" in page.headers["Content-Security-Policy"]
    token = cast(re.Match[str], re.search(r'name="csrf_token" value="([^"]+)"', page.text))[1]
    people.add("known@example.com")
    # The keyed parts of the account come from another secret here; the password does not.
    sent = {"email": "known@example.com", "password": PASSWORD, "csrf_token": token}
    assert client.post(
        "/account/sign-in",
        base_url="https://court.test",
        data=sent,
        headers={"Origin": "https://other.test", "Host": "other.test"},
    ).status_code in (400, 403)
    answer = client.post(
        "/account/sign-in", base_url="https://court.test", data=sent, headers={"Origin": "https://court.test"}
    )
    assert answer.status_code == 303
    lines = [
        line for line in answer.headers.getlist("Set-Cookie") if line.startswith(("__Host-session", "__Host-page"))
    ]
    assert len(lines) == 2
    assert all("Secure" in line and "HttpOnly" in line and "Path=/" in line and "Domain" not in line for line in lines)


# Roles and cases


def test_staff_pages_are_nothing_to_others(browser_of: BrowserOf, people: People) -> None:
    """Who does not hold the role finds nothing there, as at an address that does not exist."""
    assert _signed_in(browser_of, people).get("/door/desk").status_code == 404


def test_staff_need_a_second_factor(browser_of: BrowserOf, people: People) -> None:
    """A clerk signed in by password alone is brought to set up a second factor; with it she is let in."""
    account_id = people.add("clerk@example.com", "", Role.CLERK)
    browser = browser_of()
    assert browser.sign_in("clerk@example.com").headers["Location"] == "/account/second-factor"
    assert browser.get("/door/desk").headers["Location"] == "/account/second-factor"
    totp = people.enrol(account_id)
    browser.sign_in("clerk@example.com", code=people.code(totp))
    assert browser.get("/door/desk").text == "desk"


def test_a_role_taken_away_is_gone_at_the_next_request(
    browser_of: BrowserOf, people: People, database: Database, clock: FixedClock
) -> None:
    """Roles are read with each request."""
    account_id = people.add("clerk@example.com", "", Role.CLERK)
    totp = people.enrol(account_id)
    browser = browser_of()
    browser.sign_in("clerk@example.com", code=people.code(totp))
    assert browser.get("/door/desk").status_code == 200
    with database.write() as session:
        session.query(AccountRole).filter_by(account_id=account_id).one().revoked_at = clock.machine_now()
    assert browser.get("/door/desk").status_code == 404


def test_a_strangers_case_is_no_case(browser_of: BrowserOf, people: People) -> None:
    """Somebody else's case and one that does not exist get the same answer; so does a case with its own bench page."""
    reference = people.case(people.add("c@example.com"), people.add("r@example.com"))
    stranger = _signed_in(browser_of, people, "stranger@example.com")
    there, nowhere = stranger.get(f"/door/cases/{reference}"), stranger.get("/door/cases/aaaaaaaaaaaaaaaaaaaaaaaaaa")
    assert there.status_code == nowhere.status_code == 404
    assert without_tokens(there.text).replace(reference, "aaaaaaaaaaaaaaaaaaaaaaaaaa") == without_tokens(nowhere.text)
    assert stranger.get(f"/door/cases/{reference}/bench").status_code == 404


def test_a_party_sees_the_case_but_not_the_bench(browser_of: BrowserOf, people: People) -> None:
    """In the case without the role: 403, since she knows that the case is there."""
    reference = people.case(people.add("c@example.com"), people.add("r@example.com"))
    browser = browser_of()
    browser.sign_in("c@example.com")
    assert browser.get(f"/door/cases/{reference}").text.startswith(f"{reference} party/")
    assert browser.get(f"/door/cases/{reference}/bench").status_code == 403


def test_a_judge_sees_her_own_cases_only(browser_of: BrowserOf, people: People) -> None:
    """A judge who is not seated in the case is a stranger to it."""
    account_id = people.add("judge@example.com", "", Role.JUDGE)
    totp = people.enrol(account_id)
    claimant, respondent = people.add("c@example.com"), people.add("r@example.com")
    mine, other = people.case(claimant, respondent), people.case(claimant, respondent, "2")
    people.seat(mine, account_id, Role.JUDGE)
    browser = browser_of()
    browser.sign_in("judge@example.com", code=people.code(totp))
    assert browser.get(f"/door/cases/{mine}/bench").text == "bench"
    assert browser.get(f"/door/cases/{other}/bench").status_code == 404


def test_a_person_with_several_hats_chooses(browser_of: BrowserOf, people: People, database: Database) -> None:
    """Party on her own and seated as well: the hat chosen counts, and a hat she has not is as if none was chosen."""
    both = people.add("both@example.com")
    reference = people.case(both, people.add("r@example.com"))
    with database.write() as session:
        case_id = session.query(Party).filter_by(account_id=both).one().case_id
        session.add(
            Party(
                case_id=case_id,
                role=Role.CLAIMANT,
                ordinal=2,
                name="Her Ltd",
                kind=session.query(Party).first().kind,
                account_id=both,
            )
        )  # type: ignore[union-attr]
    with database.read() as session:
        first, second = [party.id for party in session.query(Party).filter_by(account_id=both).order_by(Party.id)]
    browser = browser_of()
    browser.sign_in("both@example.com")
    assert browser.get(f"/door/cases/{reference}").text.endswith(f"party/{first}")
    browser.submit("/account/acting-for", {"hat": f"party/{second}"}, on="/account")
    assert browser.get(f"/door/cases/{reference}").text.endswith(f"party/{second}")
    browser.submit("/account/acting-for", {"hat": "party/99999"}, on="/account")
    assert browser.get(f"/door/cases/{reference}").text.endswith(f"party/{first}")


# Bearer tokens


def _token(people: People, account_id: int, *scopes: Scope) -> str:
    with people.means.database.write() as session:
        account = session.get_one(Account, account_id)
        return program_tokens.issue(
            session,
            account,
            name="program",
            scopes=scopes,
            lasts=timedelta(days=3),
            two_factor=True,
            now=people.clock.machine_now(),
        )


def test_a_bearer_token_opens_what_its_scopes_say(browser_of: BrowserOf, people: People) -> None:
    """A program reads its owner's case with the reading scope, without page token, and lodges nothing with it."""
    claimant = people.add("c@example.com")
    reference = people.case(claimant, people.add("r@example.com"))
    bearer = {"Authorization": f"Bearer {_token(people, claimant, Scope.READ)}"}
    program = browser_of()
    assert program.get(f"/api/door/cases/{reference}", headers=bearer).status_code == 200
    assert program.client.post("/api/door/cases", base_url=ORIGIN, headers=bearer).status_code == 403
    filing = {"Authorization": f"Bearer {_token(people, claimant, Scope.FILE)}"}
    assert program.client.post("/api/door/cases", base_url=ORIGIN, headers=filing).text == "filed"
    assert program.get(f"/api/door/cases/{reference}", headers=filing).status_code == 403


def test_a_bearer_token_is_for_the_api_only(browser_of: BrowserOf, people: People) -> None:
    """On pages a token opens nothing."""
    bearer = {"Authorization": f"Bearer {_token(people, people.add('c@example.com'), *Scope)}"}
    assert browser_of().get("/door/write", headers=bearer).status_code == 303


def test_a_bearer_token_ends(browser_of: BrowserOf, people: People, clock: FixedClock) -> None:
    """An expired, revoked or invented token is nobody, even beside a good cookie."""
    claimant = people.add("c@example.com")
    token = _token(people, claimant, *Scope)
    browser = browser_of()
    browser.sign_in("c@example.com")
    assert browser.get("/api/door/cases").status_code == 200
    clock.advance(timedelta(days=3))
    for wrong in (token, "odr_" + "A" * 43, ""):
        assert browser.get("/api/door/cases", headers={"Authorization": f"Bearer {wrong}"}).status_code == 401


def test_the_api_by_cookie_needs_the_page_token(browser_of: BrowserOf, people: People) -> None:
    """A signed-in browser uses the API like a form."""
    browser = _signed_in(browser_of, people)
    assert browser.client.post("/api/door/cases", base_url=ORIGIN, headers={"Origin": ORIGIN}).status_code == 400
    token = browser.token("/account")
    assert (
        browser.client.post("/api/door/cases", base_url=ORIGIN, headers={"Origin": ORIGIN, "X-CSRF-Token": token}).text
        == "filed"
    )


def test_a_new_role_ends_sessions_and_tokens(
    browser_of: BrowserOf, people: People, database: Database, clock: FixedClock
) -> None:
    """A session or token from before a role was given does not carry it."""
    from odr.identity.accounts import staff as staff_accounts

    account_id = people.add("c@example.com")
    token = _token(people, account_id, *Scope)
    browser = browser_of()
    browser.sign_in("c@example.com")
    with database.write() as session:
        staff_accounts.grant(session, session.get_one(Account, account_id), Role.JUDGE, clock.machine_now())
    assert browser.get("/door/write").status_code == 303
    assert browser_of().get("/api/door/cases", headers={"Authorization": f"Bearer {token}"}).status_code == 401


# Step-up


def test_weighty_pages_ask_again(browser_of: BrowserOf, people: People, clock: FixedClock) -> None:
    """Fifteen minutes after sign-in a page of weight asks who one is, and goes on once proved."""
    browser = _signed_in(browser_of, people)
    assert browser.get("/door/sign").text == "signed"
    clock.advance(timedelta(minutes=16))
    where = browser.get("/door/sign").headers["Location"]
    assert where == "/account/confirm?next=/door/sign"
    assert browser.submit(where, {"password": "wrong", "next": "/door/sign"}).status_code == 422
    assert browser.submit(where, {"password": PASSWORD, "next": "/door/sign"}).headers["Location"] == "/door/sign"
    assert browser.get("/door/sign").text == "signed"


def test_a_weighty_form_keeps_its_words(browser_of: BrowserOf, people: People, clock: FixedClock) -> None:
    """A form that needs proof comes back with its words and the way to prove."""
    browser = _signed_in(browser_of, people)
    clock.advance(timedelta(minutes=16))
    status, text = _post(
        browser, "/door/sign", browser.token("/account"), {"settlement": "I accept 500"}, Origin=ORIGIN
    )
    assert status == 403 and "I accept 500" in text and "/account/confirm?next=/account/close" in text


# Headers


def test_every_answer_is_hardened(browser_of: BrowserOf) -> None:
    """Pages, errors and files carry the strict policy; nothing foreign runs and no frame shows them."""
    for path in ("/door/open", "/nowhere", "/static/passkey.js", "/account/sign-in"):
        answer = browser_of().get(path)
        sent = answer.headers
        answer.close()
        policy = dict(part.split(" ", 1) for part in sent["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert sent["X-Content-Type-Options"] == "nosniff" and sent["Referrer-Policy"] == "same-origin"
        assert sent["Cross-Origin-Opener-Policy"] == "same-origin" and "camera=()" in sent["Permissions-Policy"]
        assert "Strict-Transport-Security" not in sent


def test_private_answers_are_kept_nowhere(browser_of: BrowserOf, people: People) -> None:
    """Every answer to somebody signed in says no-store, an error and a public page too; what is shared for all does
    not.
    """
    browser = _signed_in(browser_of, people)
    for path in ("/door/write", "/door/open", "/nowhere", "/door/cases/aaaaaaaaaaaaaaaaaaaaaaaaaa", "/account"):
        answer = browser.get(path)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "Cookie" in answer.headers["Vary"], path
    assert "immutable" in browser.get("/door/tile").headers["Cache-Control"]
    assert "Cookie" not in browser.get("/door/tile").headers.get("Vary", "")
    assert browser_of().get("/account/sign-in").headers["Cache-Control"] == "no-store"


def test_one_answer_may_open_one_directive() -> None:
    """What a page adds replaces 'none' and leaves the rest as it is; nothing else can be written into the header."""
    policy = headers.content_policy({"worker-src": ["'self'"], "script-src": ["'wasm-unsafe-eval'"]})
    assert (
        "script-src 'self' 'wasm-unsafe-eval'" in policy
        and "worker-src 'self'" in policy
        and "default-src 'none'" in policy
    )
    app = Flask("bare")
    with app.app_context():
        for directive, source in (
            ("default-src", "*; script-src *"),
            ("sandbox", "allow-scripts"),
            ("script-src", "a b"),
        ):
            with pytest.raises(ValueError, match="not a directive"):
                headers.allow(directive, source)


def test_the_snapshot_closes_with_the_request(browser_of: BrowserOf, people: People, database: Database) -> None:
    """No request leaves a connection open."""
    browser = _signed_in(browser_of, people)
    for path in ("/door/write", "/nowhere", "/door/cases/x"):
        browser.get(path)
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    with database.read() as session:
        assert session.query(SessionRow).count() == 1
    assert sessions.IDLE > sessions.STAFF_IDLE
