"""A program of a person: her bearer token, real HTTP, and every answer held against the document the court serves."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyotp
import requests
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from odr.identity.models import Account
from odr.identity.sign_in import one_time_codes, program_tokens
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.program_tokens import Scope
from tests.patience import PATIENCE
from tests.scene import Scene

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PREFIX = "/api/v1"


class Contract:
    """The OpenAPI document as the court serves it."""

    def __init__(self, origin: str) -> None:
        self.document: dict[str, Any] = requests.get(f"{origin}{PREFIX}/openapi.json", timeout=PATIENCE).json()
        self._registry: Registry[Any] = Registry().with_resource(
            "court:api", DRAFT202012.create_resource(self.document)
        )
        parameter = re.compile(r"\\{[a-z]+\\}")
        plain_first = sorted(self.document["paths"], key=lambda path: path.count("{"))
        self._paths = {path: re.compile(parameter.sub("[^/]+", re.escape(path))) for path in plain_first}
        self.used: set[tuple[str, int]] = set()

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]]:
        """The operation behind an address, with its template."""
        for template, pattern in self._paths.items():
            found: dict[str, Any] | None = self.document["paths"][template].get(method.lower())
            if found is not None and pattern.fullmatch(path):
                return template, found
        raise AssertionError(f"{method} {path} is not in the document")

    def validator(self, *steps: str) -> Validator:
        """Checks against the schema that stands at a place of the document."""
        # It compiles grammars when it is imported, which every process that collects the tests would wait for.
        from jsonschema import Draft202012Validator, FormatChecker

        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
        return Draft202012Validator(
            {"$ref": f"court:api#/{pointer}"}, registry=self._registry, format_checker=FormatChecker()
        )

    def check_request(self, method: str, path: str, body: Any) -> None:
        """The body is one the document allows."""
        template, _ = self.operation(method, path)
        self.validator(
            "paths", template, method.lower(), "requestBody", "content", "application/json", "schema"
        ).validate(body)

    def check(self, method: str, path: str, answer: requests.Response) -> None:
        """Status, media type and body of an answer are the ones that the document promises."""
        template, operation = self.operation(method, path)
        status = str(answer.status_code)
        assert status in operation["responses"], (
            f"{method} {path} answered {status}, which the document does not name: {answer.text[:500]}"
        )
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert kind in operation["responses"][status]["content"], (method, path, kind)
        if kind.endswith("json"):
            self.validator("paths", template, method.lower(), "responses", status, "content", kind, "schema").validate(
                answer.json()
            )
        self.used.add((operation["operationId"], answer.status_code))


@dataclass
class Caller:
    """Somebody's program. ``ask`` gives the answer, ``read`` and ``do`` the body of a good one."""

    scene: Scene
    origin: str
    contract: Contract
    token: str
    headers: dict[str, str] = field(default_factory=dict)
    reference: str = ""

    def ask(
        self,
        method: str,
        path: str,
        *,
        given: Any = None,
        data: bytes | None = None,
        check: bool = True,
        **headers: str,
    ) -> requests.Response:
        """One request; header names are written with underscores."""
        sent = {
            "Authorization": f"Bearer {self.token}",
            **self.headers,
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        answer = requests.request(
            method, f"{self.origin}{PREFIX}{path}", json=given, data=data, headers=sent, timeout=PATIENCE
        )
        if check:
            self.contract.check(method, f"{PREFIX}{path}".partition("?")[0], answer)
        return answer

    def read(self, path: str = "") -> Any:
        """What stands below the case; bytes where it is a file."""
        answer = self.ask("GET", f"/cases/{self.reference}{path}")
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.headers["Content-Type"] == "application/json" else answer.content

    def do(
        self,
        act: str,
        *,
        status: int = 200,
        code: bool = False,
        premise: str | None = None,
        key: str | None = None,
        **given: Any,
    ) -> Any:
        """Perform an act with an input the document allows; ``code`` sends a fresh one-time code along."""
        path = f"/cases/{self.reference}/acts/{act}"
        if status == 200:
            self.contract.check_request("POST", PREFIX + path, given)
        headers = {"Idempotency_Key": key, "Premise": premise, "Identity_Code": self.code() if code else None}
        answer = self.ask("POST", path, given=given, **{k: v for k, v in headers.items() if v is not None})
        assert answer.status_code == status, (act, answer.status_code, answer.text)
        return answer.json()

    def upload(self, content: bytes, name: str) -> dict[str, Any]:
        """A file sent in one request."""
        answer = self.ask("POST", "/uploads", data=content, Content_Type="text/plain", Content_Filename=name)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def code(self) -> str:
        """The next code of the person's app; each is taken once."""
        self.scene.clock.advance(timedelta(seconds=31))
        return pyotp.TOTP(SECRET).at(self.scene.clock.machine_now())

    def act(self, name: str) -> dict[str, Any]:
        """How an act stands for the person."""
        return dict(self.read(f"/acts/{name}"))

    def stage(self) -> str:
        """Where the case stands."""
        return str(self.read()["stage"])


def caller(
    scene: Scene,
    origin: str,
    contract: Contract,
    who: str,
    *,
    scopes: Iterable[Scope] = tuple(Scope),
    second_factor: bool = True,
) -> Caller:
    """A token of somebody of the scene, with a second factor on the account."""
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.people[who])
        if second_factor:
            account.totp_secret = one_time_codes.seal_secret(keyring(scene.court.settings.secret_key), SECRET)
        token = program_tokens.issue(
            session,
            account,
            name="test",
            scopes=scopes,
            lasts=timedelta(days=30),
            two_factor=True,
            now=scene.clock.machine_now(),
        )
    return Caller(scene, origin, contract, token, {"Accept-Language": "en"})


def files_of(proof: dict[str, Any]) -> dict[str, bytes]:
    """The files of a receipt."""
    return {name: base64.b64decode(data) for name, data in proof["files"].items()}
