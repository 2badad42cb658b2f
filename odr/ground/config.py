"""Settings of a court: read once from ``ODR_*`` variables, checked, then frozen."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEAD_HOST = 4
"""So many times its patience the worker waits at most in a round for a media host that dies: whether it is there, once; for an order, twice;
what happened, once.
"""


class Mode(enum.Enum):
    """What the installation is for."""

    TRAINING = "training"  # movable clock, messages shown on a page, simulated payments, a banner
    TEST = "test"  # as training, started by the test suite
    PRODUCTION = "production"  # a sitting court: refuses training settings and default secrets


class MediaHost(NamedTuple):
    """A machine on which hearings are held: its name, where it takes the court's orders, where browsers reach it, and where
    the court reads what it records.
    """

    name: str
    control: str
    url: str
    recordings: Path


class SettingsError(Exception):
    """The court refuses to start; each line names a setting and how to mend it."""


HOST_NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
"""How a media host is called."""


def media_hosts(text: str) -> tuple[MediaHost, ...]:
    """Further media hosts as the operator declares them: ``name control address folder``, one after the other, a semicolon
    between two. Raises ``ValueError``.
    """
    found = []
    for each in (part.split() for part in text.split(";") if part.strip()):
        if len(each) != 4 or not re.fullmatch(HOST_NAME, each[0]):
            raise ValueError(f"media_hosts: {' '.join(each)} is no name, control address, public address and folder")
        name, control, url, folder = each
        if not control.startswith(("unix:/", "http://")) or not url.startswith(("ws://", "wss://")):
            raise ValueError(
                f"media_hosts: {name} is controlled at unix:/path or http://, and reached at ws:// or wss://"
            )
        found.append(MediaHost(name, control, url, Path(folder)))
    return tuple(found)


class Settings(BaseModel):
    """Every setting, with the variable ``ODR_<NAME>`` that gives it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = Mode.TRAINING
    data_dir: Path = Path("var")
    database_url: str = ""
    secret_key: str = Field(min_length=16, default="training-secret-not-for-production")
    base_url: str = "http://127.0.0.1:5000"
    court_name: str = "Internet Court"
    court_name_zh: str = "互联网法院"
    appeal_court: str = "Intermediate Court above this court"
    appeal_court_zh: str = "上一级人民法院"
    street: str = "1 Court Road, Lakeside District"
    street_zh: str = "湖滨区法院路1号"
    phone: str = "12368"
    court_short: str = "浙0192"
    log_origin: str = ""
    pack: str = "cn"
    zone: str = "Asia/Shanghai"

    stripe_api_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api_base: str = ""
    stripe_methods: str = "card"

    mail_from: str = "court@court.example"
    smtp_url: str = ""
    dkim_key: str = ""
    dkim_selector: str = "court"
    smtp_is_final: bool = False
    sms_url: str = ""
    sms_report_key: str = ""
    line_sms_key: str = ""
    line_agi: str = "127.0.0.1:4573"
    line_agi_key: str = ""
    line_sounds: str = ""
    line_locale: str = Field(default="zh-Hans", pattern="^(en|zh-Hans)$")
    seller_inboxes: str = ""
    messengers: str = ""
    mail_in: str = ""
    advice_phone: str = "12348"
    quiet_from: time = time(21, 0)
    quiet_until: time = time(8, 0)

    wording: bool = False
    guide_meaning: bool = False

    store_url: str = ""
    clamd: str = ""
    capture_allow: str = ""
    capture_seconds: float = Field(default=40, ge=5, le=300)
    max_upload_bytes: int = Field(default=10 * 2**30, gt=0)
    max_unsubmitted_bytes: int = Field(default=200 * 2**30, gt=0)
    vault_socket: str = ""
    vault_dir: str = ""
    media_name: str = Field(default="main", pattern=HOST_NAME)
    media_control: str = ""
    media_hosts: str = ""
    media_secret: str = ""
    media_url: str = ""
    media_listen: str = "127.0.0.1:5002"
    media_addresses: str = ""
    media_ports: str = ""
    mediasoup_dir: str = ""
    turn_urls: str = ""
    turn_secret: str = ""
    recordings_dir: str = ""
    speech_model: str = ""
    speech_threads: int = Field(default=1, ge=1, le=64)
    recorder_patience: int = Field(default=4, ge=2, le=60)
    court_patience: int = Field(default=20, ge=10, le=600)
    media_patience: float = Field(default=1.5, ge=0.5, le=600)
    metrics_token: str = ""
    watcher_token: str = ""
    log_format: str = Field(default="", pattern="^(|plain|json)$")

    witnesses: str = ""
    external_tsa: str = ""
    proof_roots: str = ""
    proof_keys: str = ""

    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = ""
    legal_aid_email: str = ""
    oidc_verifies: bool = False

    sequencing: str = Field(default="", pattern="^(|at_once|background|when_asked)$")
    argon2_cheap: bool = False
    hold_minutes: int = Field(default=0, ge=0, le=120)
    list_minutes: int = Field(default=10, ge=0, le=120)
    refund_second_person_above: int = Field(default=100_000, ge=0)
    fee_reminder_days: int = Field(default=3, ge=0, le=30)
    refund_alarm_days: int = Field(default=3, ge=0, le=14)
    trusted_proxies: int = Field(default=0, ge=0, le=4)
    requests_per_minute: int | None = Field(default=None, ge=0, le=100_000)

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Settings:
        """Read ``ODR_*``; raises :class:`SettingsError` naming each wrong setting."""
        known = set(cls.model_fields)
        environ = {**credentials(environ), **environ}
        values = {k[4:].lower(): v for k, v in environ.items() if k.startswith("ODR_") and k[4:].lower() in known}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            lines = [f"ODR_{str(e['loc'][0]).upper() if e['loc'] else ''}: {e['msg']}" for e in error.errors()]
            raise SettingsError("\n".join(lines)) from None

    @model_validator(mode="after")
    def _media_hosts_are_told_apart(self) -> Settings:
        names = [each.name for each in media_hosts(self.media_hosts)]
        if len({*names, self.media_name}) <= len(names):
            raise ValueError("media_hosts names a host twice, or as media_name does")
        return self

    @model_validator(mode="after")
    def _production_is_strict(self) -> Settings:
        if self.mode is not Mode.PRODUCTION:
            return self
        wrong = []
        if self.secret_key == type(self).model_fields["secret_key"].default:
            wrong.append("secret_key is the training secret: set ODR_SECRET_KEY to 32 random bytes")
        if not self.base_url.startswith("https://"):
            wrong.append("base_url must be the public https address of the court")
        if self.stripe_api_base:
            wrong.append("stripe_api_base points to a simulation: leave it unset")
        if self.argon2_cheap:
            wrong.append("argon2_cheap is for tests only")
        if self.capture_allow:
            wrong.append("capture_allow opens machines inside to the court's browser: leave it unset")
        if not self.smtp_url:
            wrong.append("smtp_url is missing: notices could not be sent")
        if self.line_sms_key and len(self.line_sms_key) < 24:
            wrong.append(
                "line_sms_key is shorter than 24 characters: whoever guesses it writes as any telephone number"
            )
        if self.media_control and len(self.media_secret) < 32:
            wrong.append("media_secret is shorter than 32 characters: whoever guesses it opens every hearing")
        if self.media_control and DEAD_HOST * self.media_patience > self.court_patience:
            wrong.append(
                "media_patience is more than a quarter of court_patience: so long the worker may wait for a media host that is dead, and "
                "meanwhile the others would take the court for silent and end their hearings"
            )
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def is_training(self) -> bool:
        """Whether the procedural clock may be moved and messages are shown on a page."""
        return self.mode is not Mode.PRODUCTION

    @property
    def pace(self) -> int:
        """Requests a person may make within a minute in each process, a network five times as many; 0: as many as they
        like, as in training.
        """
        if self.requests_per_minute is not None:
            return self.requests_per_minute
        return 600 if self.mode is Mode.PRODUCTION else 0

    @property
    def takes_leaves(self) -> str:
        """When acts get their places in the log: in the background, before the answer ("at_once"), or, as a rule in
        tests, when the worker or a page asks.
        """
        return self.sequencing or ("when_asked" if self.mode is Mode.TEST else "background")

    @property
    def vault_address(self) -> Path | None:
        """Socket of the vault's process; None where this process holds the keys itself, which no sitting court does."""
        if self.vault_socket:
            return Path(self.vault_socket)
        return self.data_dir / "vault.sock" if self.mode is Mode.PRODUCTION else None

    @property
    def vault_folder(self) -> Path:
        """Where the vault keeps its files; only the vault's own user reads them."""
        return Path(self.vault_dir) if self.vault_dir else self.data_dir / "vault"

    @property
    def has_media_room(self) -> bool:
        """Whether this court was told where its media room is; without one, nothing is heard live."""
        return bool(self.media_control and self.media_secret)

    @property
    def every_media_host(self) -> dict[str, MediaHost]:
        """The media hosts by name, the first of them the one of the court's own settings; none without a media room."""
        if not self.has_media_room:
            return {}
        own = MediaHost(self.media_name, self.media_control, self.media_address, self.recordings_folder)
        return {each.name: each for each in (own, *media_hosts(self.media_hosts))}

    @property
    def media_address(self) -> str:
        """WebSocket address of the media room for browsers: under the court's own address, unless set."""
        scheme, _, rest = self.base_url.rstrip("/").partition("://")
        return self.media_url or f"{'wss' if scheme == 'https' else 'ws'}://{rest}/live/room"

    @property
    def recordings_folder(self) -> Path:
        """Where the media room writes what it records."""
        return Path(self.recordings_dir) if self.recordings_dir else self.data_dir / "recordings"

    @property
    def logs_json(self) -> bool:
        """Whether what happens is told in JSON lines: always in a sitting court, unless set otherwise."""
        return self.log_format == "json" or (not self.log_format and self.mode is Mode.PRODUCTION)

    @property
    def url(self) -> str:
        """SQLAlchemy address of the database; SQLite in the data folder unless set."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'court.sqlite').resolve()}"

    @property
    def origin(self) -> str:
        """Name under which the court signs its log: host and path, no scheme."""
        host = self.base_url.split("://", 1)[-1].rstrip("/")
        return self.log_origin or f"{host}/log"

    @property
    def tz(self) -> ZoneInfo:
        """The zone the court sits in; local time appears only on pages and papers."""
        return ZoneInfo(self.zone)


def credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings that a secret manager lays into files, such as systemd's ``LoadCredential``: a file is named like the
    variable (``ODR_SECRET_KEY``), and the variable itself, where it is set, counts more.
    """
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return {}
    try:
        files = [path for path in Path(folder).iterdir() if path.name.startswith("ODR_") and path.is_file()]
        return {path.name: path.read_text("utf-8").rstrip("\n") for path in files}
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"CREDENTIALS_DIRECTORY: {type(error).__name__}: a credential cannot be read") from None
