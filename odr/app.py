"""``create_app``: the one place that wires everything."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

from flask import Flask, Request, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import BytecodeCache, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup, escape
from pydantic import BaseModel
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    HTTPException,
    NotFound as NoSuchPage,
    RequestEntityTooLarge,
)
from werkzeug.routing import Rule

from odr import wiring
from odr.filing.draft import drafts
from odr.ground import migrate
from odr.ground.clock import Clock, CourtClock
from odr.ground.config import Mode, Settings, SettingsError
from odr.ground.db import Database
from odr.ground.errors import CourtError, NotFound, StepUpNeeded, StorageFull, Unavailable
from odr.ground.silence import silence
from odr.ground.text import (
    SIGNS,
    LastDay,
    Money,
    T,
    Text,
    last_day,
    side_by_side,
    write,
    write_day,
    write_instant,
    write_month,
)
from odr.ground.unavailable import breach_of
from odr.identity.sign_in.keys import keyring
from odr.notary.notary import Notary
from odr.notary.vault import FileVault, Vault
from odr.notary.vault_server import SocketVault
from odr.operations import backup
from odr.operations.health import register_health
from odr.procedure.acts.declared import check_pages
from odr.procedure.acts.table import TABLE
from odr.procedure.case.next_box import next_box
from odr.procedure.court import Court
from odr.procedure.forms.typed_again import typed_again
from odr.procedure.hooks import Hooks
from odr.procedure.models import ClockOffset
from odr.procedure.rules.activation import ActivatedVersions
from odr.procedure.rules.registry import PackRegistry
from odr.web import forgery, security_log
from odr.web.for_programs import asks_as_program, problem
from odr.web.guards import (
    SignInNeeded,
    assert_guarded,
    current_locale,
    current_session,
    locale_of_request,
    our_origins,
    register_access,
)
from odr.web.limits import MOST_BODY, TooSlow
from odr.web.lists import register_lists
from odr.web.numbers import register_numbers
from odr.web.static_files import KeptFiles, addressed

FULL = 300
"""Seconds after which sending again makes sense, where the court has no room left."""
ROOT = Path(__file__).resolve().parent.parent


def training_offset(database: Database) -> Callable[[], timedelta]:
    """How far procedural time was moved in training."""

    def offset() -> timedelta:
        with database.read() as session:
            row = session.get(ClockOffset, 1)
            return timedelta(seconds=row.seconds if row else 0)

    return offset


def create_court(
    settings: Settings, clock: Clock | None = None, database: Database | None = None, *, to_look: bool = False
) -> Court:
    """Open the court: database in its newest form, keys, log, rules, ports, rooms.

    ``to_look`` opens it for an audit: no key, log or certificate is made.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = database or Database(settings.url)
    _check_form(settings, database)
    clock = clock or CourtClock(training_offset(database) if settings.is_training else None, settings.data_dir)
    notary = open_notary(settings, database, clock)
    try:
        if not to_look:
            notary.establish()
    except (ConnectionError, FileNotFoundError) as error:
        raise SettingsError(
            f"the vault does not answer at {settings.vault_address}: start it with `python -m odr.notary.vault_server` ({error})"
        ) from error
    rules = PackRegistry.load(source=ActivatedVersions(database, clock))
    court = Court(
        settings=settings, database=database, clock=clock, notary=notary, packs=rules, table=TABLE, hooks=Hooks()
    )
    wiring.open_ports(court, ROOT)
    wiring.open_rooms(court)
    return court


def open_notary(settings: Settings, database: Database, clock: Clock, vault: Vault | None = None) -> Notary:
    """The notary of a court, which may be closed: nothing is made, checked or signed by opening it."""
    address = settings.vault_address
    return Notary(
        database,
        vault=vault or (SocketVault(address) if address else FileVault(settings.vault_folder)),
        origin=settings.origin,
        clock=clock,
        log_dir=settings.data_dir / "log",
        organisation=settings.court_name,
        witnesses=wiring.witnesses(settings),
        timestampers=wiring.timestampers(settings),
    )


def _check_form(settings: Settings, database: Database) -> None:
    if (settings.data_dir / backup.JOURNAL).exists():
        raise SettingsError("a restore has not ended: give `flask restore` the same backup again")
    if settings.mode is Mode.PRODUCTION:
        if migrate.pending(database.url):
            raise SettingsError("the database is not in the form this version needs: run `flask db upgrade`")
        return
    if not migrate.stands_at_newest(database.engine):
        migrate.upgrade(database.url)


def create_app(settings: Settings | None = None, *, court: Court | None = None) -> Flask:
    """The web application of a court. Refuses to start with a route that nobody guards."""
    settings = settings or (court.settings if court else Settings.load(os.environ))
    court = court or create_court(settings)
    app = _CourtApp(
        "odr", root_path=str(ROOT / "odr"), template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static")
    )
    app.url_rule_class = _KeptRule
    app.url_defaults(_say_content)
    register_numbers(app)
    register_lists(app)
    app.config.update(MAX_FORM_MEMORY_SIZE=MOST_BODY, MAX_FORM_PARTS=2000, TRUSTED_HOSTS=None)
    if settings.trusted_proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.config["AFTER_SIGN_IN"] = "/home"
    register_access(app, court)
    register_health(app, court)
    _templates(app, court)
    _errors(app)
    wiring.register_routes(app)
    wiring.register_commands(app)
    assert_guarded(app)
    check_pages(court.table, app.view_functions.keys())
    return app


def _say_content(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values["filename"] = addressed(ROOT / "static", values["filename"])


class _Asked(Request):
    """A request whose body is JSON in any depth: brackets within brackets by the thousand are no JSON, and no failure.

    Of its body as many bytes are read as the guard of its route says: where it says None, as many as come. Flask takes
    a None for "as everywhere else", and refused every file that was larger than a form may be. Such a body is for the
    route alone, which reads it piece by piece; nobody has all of it collected on the way, a page that says what was wrong
    least of all.
    """

    max_content_length: int | None = MOST_BODY  # bound_body sets what the route takes

    def _load_form_data(self) -> None:
        self._may_be_collected()
        super()._load_form_data()

    def get_data(self, *args: Any, **how: Any) -> Any:
        """The body. Raises RequestEntityTooLarge where nothing bounds it."""
        self._may_be_collected()
        return super().get_data(*args, **how)

    def _may_be_collected(self) -> None:
        if self.max_content_length is None:
            raise RequestEntityTooLarge

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """What the body says; None for what is no JSON, where that is wanted."""
        try:
            return super().get_json(force=force, silent=silent, cache=cache)
        except RecursionError as error:
            if silent:
                return None
            raise BadRequest from error


class _CourtApp(KeptFiles):
    """Flask, but for what it tells of a failure: its own line holds the address, which names a case or opens a letter."""

    request_class = _Asked

    def log_exception(self, exc_info: Any) -> None:
        """Tell the route and where in the program it failed."""
        rule = request.url_rule.rule if request.url_rule else "none"
        logging.getLogger("odr.app").error("a request to %s failed", rule, exc_info=exc_info)


class _Compiled(BytecodeCache):
    """Templates compiled once for the process, whichever application shows them; a changed file has another checksum."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code that was kept, if any."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


class _KeptRule(Rule):
    """A route whose pattern and address builder, like templates, are compiled once for the process: they depend on the
    rule's words and on what numbers and names look like in an address, which every application of the court holds alike.
    """

    _kept: ClassVar[dict[tuple[tuple[tuple[bool, str], ...], bool], Callable[..., tuple[str, str]]]] = {}
    _read: ClassVar[dict[tuple[Any, ...], tuple[Any, ...]]] = {}

    def compile(self) -> None:
        """Read the rule's words; where they were read before, take what came of it."""
        assert self.map is not None
        if self.defaults or self.map.host_matching:
            super().compile()
            return
        key = self.rule, self.subdomain, self.merge_slashes, *self.map.converters.items()
        if key not in self._read:
            super().compile()
            self._read[key] = self._parts, self._trace, self._converters, frozenset(self.arguments)
            return
        self._parts, self._trace, self._converters, arguments = self._read[key]
        self.arguments = set(arguments)
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = tuple(self._trace), append_unknown
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


def _templates(app: Flask, court: Court) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.bytecode_cache = _COMPILED
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    tz = court.settings.tz

    def translate(msgid: str, **params: Any) -> str:
        return Text(msgid, params).render(current_locale())

    app.jinja_env.globals.update(
        _=translate,
        settings=court.settings,
        training=court.settings.is_training,
        Money=Money,
        log_status=wiring.log_status(court),
        is_silent=lambda: silence(court.settings) is not None,
        next_box=lambda case, actor: next_box(court.look(current_session()), case, actor),
    )
    app.jinja_env.globals["typed_words"] = _typed
    app.jinja_env.globals["court_now"] = court.clock.now
    app.jinja_env.globals["nav_items"] = sorted(court.hooks.nav, key=lambda item: item.order)
    app.jinja_env.filters.update(may_break=_may_break, sentence=lambda words: words[:1].upper() + words[1:])
    app.jinja_env.filters.update(
        text=_for_reader(lambda value: write(value, current_locale(), tz)),
        money=_for_reader(lambda value: write(value, current_locale())),
        sign=_for_reader(lambda between: SIGNS[current_locale()][between]),
        side_by_side=_for_reader(lambda items, sign=",": side_by_side(items, sign).render(current_locale())),
        day=_for_reader(
            lambda value: (
                write(value, current_locale())
                if isinstance(value, LastDay)
                else write_day(value.astimezone(tz).date() if hasattr(value, "astimezone") else value, current_locale())
            )
        ),
        last_day=lambda due_at: last_day(due_at, tz),
        month=_for_reader(lambda value: write_month(value, current_locale())),
        instant=_for_reader(lambda value: write_instant(value, current_locale(), tz)),
        own_words=_for_reader(lambda said: _own_words(said, current_locale())),
        clock=_for_reader(lambda value: f"{value.astimezone(tz):%H:%M}"),
        second=_for_reader(lambda value: f"{value.astimezone(tz):%H:%M:%S}"),
    )


def _for_reader(written: Callable[..., str]) -> Callable[..., str]:
    """A filter whose answer depends on who reads. Jinja works out any other filter of a constant once, when it compiles the
    template, and everybody would read the signs of whoever came first.
    """

    @pass_context
    def told(context: Context, *values: Any, **named: Any) -> str:
        return written(*values, **named)

    return told


HAN, LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]{2,}")


def _own_words(said: str, locale: str) -> Markup:
    """What somebody wrote, marked with its language where that is not the page's: a voice that reads the page aloud takes
    the right tongue (WCAG 3.1.2). A name or two of Latin letters is no other language.
    """
    is_chinese = HAN.search(said) is not None
    if is_chinese == (locale != "en") or (not is_chinese and len(LATIN.findall(said)) < 3):
        return escape(said)
    return Markup('<span lang="{}">{}</span>').format("zh-Hans" if is_chinese else "en", said)


def _may_break(caption: str) -> Markup:
    """A case's name as a heading: in Chinese its line may break before and after the word that joins the two parties."""
    return Markup(escape(caption).replace("诉", Markup("诉<wbr>"), 1))


def _errors(app: Flask) -> None:
    """Every breach becomes a page that says what happened and what one may do next."""

    @app.errorhandler(CourtError)
    def on_breach(error: CourtError) -> ResponseReturnValue:
        security_log.refused(error, keyring(app.extensions["court"].settings.secret_key))
        if asks_as_program(request):
            return problem(error, current_locale())
        if isinstance(error, SignInNeeded):
            return redirect(
                url_for("identity.sign_in", next=request.full_path if request.method == "GET" else None), 303
            )
        if isinstance(error, StepUpNeeded):
            here = request.full_path if request.method == "GET" else request.referrer
            return redirect(url_for("identity.confirm", next=here), 303)
        # Whoever was let into a case finds the way back to it.
        entered = g.get("entered")
        return render_template("generic/error.html", error=error, typed=_typed(), entered=entered), error.status

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> ResponseReturnValue:
        if isinstance(error, NoSuchPage):
            return on_breach(NotFound())
        if isinstance(error, ClientDisconnected) and isinstance(error.__context__, TooSlow):
            return on_slow(error.__context__)
        breach = CourtError(T("The request could not be understood."))
        if error.code == 413:
            breach = CourtError(
                T("What you sent is larger than this page takes."),
                T("Send less. A file that is evidence is sent on the page for files."),
            )
        breach.status = error.code or 500
        return on_breach(breach)

    @app.errorhandler(TooSlow)
    def on_slow(error: TooSlow) -> ResponseReturnValue:
        breach = CourtError(
            T("What you sent came too slowly."), T("Try again. A large file goes on from where it was interrupted.")
        )
        breach.status = 408
        return on_breach(breach)

    @app.errorhandler(Unavailable)
    @app.errorhandler(StorageFull)
    def on_outage(error: CourtError) -> ResponseReturnValue:
        g.locale = locale = g.get("locale") or locale_of_request()
        if asks_as_program(request) or not request.accept_mimetypes.accept_html:
            answer = problem(error, locale)
        else:
            # Neither account nor log is asked: what is not there answers no page.
            template = app.jinja_env.get_template("generic/unavailable.html")
            answer = Response(template.render(error=error, locale=locale, typed=_typed(), person=None), error.status)
        answer.headers["Retry-After"] = str(getattr(error, "retry_after", FULL))
        return answer

    @app.errorhandler(500)
    def on_crash(error: Exception) -> ResponseReturnValue:
        outage = breach_of(getattr(error, "original_exception", None) or error)
        if outage is not None:
            return on_outage(outage)
        breach = CourtError(T("Something went wrong on our side. Nothing you sent was acknowledged; please try again."))
        breach.status = 500
        return on_breach(breach)


def _asked() -> list[type[BaseModel]]:
    """What the form of this address may ask for: one act, one part of a claim, or the acts done on this page."""
    named = request.view_args or {}
    act = TABLE.get(named.get("name", ""))
    if act is not None:
        return [act.input]
    steps = [step.model for step in drafts.STEPS if step.key == named.get("step")]
    near = [one.input for one in TABLE if one.page is not None and one.page.split(".")[0] == request.blueprint]
    return steps + near


def _typed() -> list[tuple[str, str]]:
    """What the person had typed, by the labels of the form, to be shown and copied when it could not be taken."""
    # What another site sends is never shown as somebody's own words.
    if request.method != "POST" or not forgery.comes_from(request, our_origins()):
        return []
    if not (request.mimetype or "").startswith(("application/x-www-form", "multipart/form")):
        return []
    return typed_again(_asked(), dict(forgery.form_of(request)), current_locale())


__all__ = ["ROOT", "Response", "create_app", "create_court"]
