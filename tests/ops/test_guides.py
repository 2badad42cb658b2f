"""Every command of every guide is run as it is written, or stands here with why no test can: a guide cannot go stale."""

from __future__ import annotations

import base64
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from odr.app import create_app
from odr.ground.config import Settings
from odr.identity.models import Account
from odr.identity.sign_in import one_time_codes
from odr.identity.sign_in.keys import keyring
from odr.operations.maintenance import WITHOUT_COURT
from tests.api.caller import SECRET
from tests.guide import changed
from tests.ops.conftest import Keeper
from tests.ops.test_backup import lose_database, reopened, work
from tests.scene import Scene
from tests.typed import commands, every_command, not_run, pages

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {"docs/for-the-public.md"}
"""Run whole, with its refusals, by the tests that ``tests/guide.py`` names."""
RUN_BY = {
    # beginning of a command → the test that takes it out of the guide and runs it
    "make act": "tests/test_tutorials.py::test_an_act_that_is_only_begun_fails_until_a_person_has_filled_it",
    "make docs": "tests/test_tutorials.py::test_the_documents_and_the_bill_are_made_by_the_commands_of_the_guide",
    "make sbom": "tests/test_tutorials.py::test_the_documents_and_the_bill_are_made_by_the_commands_of_the_guide",
    "court rehearse": "tests/ops/test_rolling.py::test_nobody_notices_a_new_version",
    "sh /srv/court/8001/deploy/roll 8001": "tests/ops/test_roll_script.py::test_a_version_takes_over_step_by_step",
    "createdb court && psql": "tests/ops/test_postgres_roles.py::test_the_database_of_the_compose_file_takes_the_two_roles_by_tls_alone",
    "openssl req -x509": "tests/ops/test_postgres_roles.py::test_the_database_of_the_compose_file_takes_the_two_roles_by_tls_alone",
    "archive_mode = on": "tests/ops/test_point_in_time.py::test_a_database_is_put_back_to_an_instant_while_people_act",
    "archive_command = ": "tests/ops/test_point_in_time.py::test_a_database_is_put_back_to_an_instant_while_people_act",
    "flask --app wsgi drill /var/backups/court/2026-03-02 --into /var/tmp/drill --database": (
        "tests/ops/test_restore.py::test_what_belongs_to_the_database_server_is_not_laid_down_again"
    ),
    "flask --app wsgi log audit https://": "tests/notary/test_monitor.py::test_the_line_of_the_guide_watches_another_log",
    "curl https://court.example/log/time-authority-sha512.pem": (
        "tests/evidence/test_guide_on_bags.py::test_what_is_published_after_a_round_is_compared_by_sha512"
    ),
    "openssl pkey -pubin": "tests/evidence/test_guide_on_bags.py::test_what_is_published_after_a_round_is_compared_by_sha512",
    "python3 odr/hearing/live/media/verify.py": (
        "tests/hearing/live/media/test_recorder.py::test_the_line_of_the_guide_checks_a_recording"
    ),
    "/srv/court/app/.venv/bin/flask --app wsgi log resume": (
        "tests/ops/test_witness_alarm.py::test_a_refusal_is_an_alarm_everywhere_until_an_operator_answers"
    ),
}
OF_A_MACHINE = {
    "apt install",
    "groupadd",
    "useradd",
    "git clone",
    "python3 -m venv",
    "cp deploy/",
    "systemctl enable",
    "install -d",
    "court() {",
    "-p EnvironmentFile=-",
    "systemd-run",
    "curl -s http://127.0.0.1:8000/health/ready",
    ".venv/bin/pytest",
    ".venv/bin/mypy",
    "python3 tools/media_worker/make.py",
    "make advisories",
    "make gallery",
    "make lint",
    "make run",
    "make test",
}
"""What needs a bare machine with systemd, public lists or minutes of a compiler, or is the look at the source, the training court or the tests themselves. Programs, units and
addresses in them are compared with the project by ``tests/ops/test_deploy.py`` and ``tests/ops/test_programs.py``; what a unit starts is run by the former.
"""
WALKED = {
    "court db upgrade",
    "court doctor",
    "court backup",
    "court account way-back",
    "flask --app wsgi backup",
    "flask --app wsgi drill /var/backups/court/2026-03-02 --into /var/tmp/drill #",
    "export ODR_MODE=test",
    "sed -i",
    "python3 -c 'import sqlite3",
    "printf X | dd",
    "rm -r /var/tmp/copy",
    "flask --app wsgi silence begin",
    "flask --app wsgi silence end",
    "flask --app wsgi restore",
    "flask --app wsgi log audit #",
    "flask --app wsgi docket audit",
    "flask --app wsgi store check",
    "flask --app wsgi log renew-hash",
    "flask platform",
    "flask certifier",
}
"""Run here, in the order of a keeper's life."""


def starts(line: str, beginnings: set[str] | dict[str, str]) -> list[str]:
    """The beginnings that fit, with one space for the remark behind a command."""
    plain = re.sub(r" +#", " #", line)
    return [one for one in beginnings if plain.startswith(one)]


def test_no_command_of_a_guide_is_without_a_test() -> None:
    """Each is run, here or in the test that is named, or needs a machine; and no line of these lists is left over."""
    used: set[str] = set()
    for page in pages():
        if page.relative_to(ROOT).as_posix() in ELSEWHERE:
            continue
        for line in commands(page):
            fits = starts(line, set(RUN_BY) | OF_A_MACHINE | WALKED)
            assert fits, f"{page.name}: no test runs `{line}`"
            used.update(fits)
    assert used == set(RUN_BY) | OF_A_MACHINE | WALKED


def test_the_test_that_is_named_really_runs_the_command() -> None:
    """It takes the command out of the guide in its own body and gives it to something that runs it: to be named is not
    enough, nor to have the words in a list or a remark.
    """
    assert [why for beginning, place in RUN_BY.items() if (why := not_run(place, beginning))] == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('    run(typed("make sbom"))', None),
        ('    line = typed("make sbom", {"sbom": "docs"})\n    for _ in "ab":\n        run(["sh", "-c", line])', None),
        ('    run(*typed_words("make sb"), check=True)', None),
        ("    by_another()", None),
        ('    """make sbom"""  # typed("make sbom") is run', "out of the guide"),
        ('    typed("make docs")', "out of the guide"),
        ('    typed("make sbom")', "nothing that runs it"),
        ('    line = typed("make sbom")\n    assert line', "nothing that runs it"),
        ('    line = typed("make sbom")\n    run("make sbom")', "nothing that runs it"),
        ('    print(typed("make sbom"))', "nothing that runs it"),
    ],
)
def test_a_command_that_is_only_named_is_not_run(body: str, why: str | None, tmp_path: Path) -> None:
    """The rule itself: what it takes, and each way round it that it refuses."""
    file = tmp_path / "test_it.py"
    file.write_text(
        f"LISTED = ['make sbom']\ndef test_it():\n{body}\ndef helper():\n    run(typed('make sbom'))\ndef by_another():\n    helper()\n"
    )
    found = not_run(f"{file}::test_it", "make sbom")
    assert found is None if why is None else found is not None and why in found
    assert "has no test" in str(not_run(f"{file}::helper", "make sbom"))
    assert "has no test" in str(not_run(f"{file}", "make sbom"))
    assert "is not there" in str(not_run(f"{file}x::test_it", "make sbom"))


class Keeping:
    """A keeper with the guides open: types a line as it is written, its folders elsewhere and its examples filled in."""

    def __init__(self, scene: Scene, keeper: Keeper, var: Path) -> None:
        self.scene, self.keeper, self.var = scene, keeper, var
        self.settings = keeper.settings
        self.typed: set[str] = set()

    def here(self, line: str) -> str:
        """The line without its remark, for this machine."""
        key = base64.b64encode(bytes(range(32))).decode()
        line = re.sub(r" +# .*", "", line).replace("/var/backups/court", str(self.var))
        return line.replace("/var/tmp", str(self.var)).replace("--public-key BASE64", f"--public-key {key}")

    def run(self, line: str, instead: tuple[str, str] = ("", "")) -> tuple[int, str]:
        """How the line ended and what it said; ``instead`` names the tampered copy, and is then no line of the guide."""
        if not instead[0]:
            self.typed.add(line)
        words = shlex.split(self.here(line).replace(*instead))
        if words[0] not in ("flask", "court"):
            return self._shell(self.here(line))
        words = words[3:] if words[:2] == ["flask", "--app"] else words[1:]
        now = Keeper(self.settings, self.keeper.clock)
        if words[0] in WITHOUT_COURT:
            result = now.run(*words)
        elif self.settings is self.keeper.settings and self.scene.court.settings.data_dir == self.settings.data_dir:
            result = create_app(court=self.scene.court).test_cli_runner().invoke(args=words)
        else:
            with reopened(now) as there:
                result = create_app(court=there.court).test_cli_runner().invoke(args=words)
        return result.exit_code, result.output + repr(result.exception or "")

    def _shell(self, line: str) -> tuple[int, str]:
        """A line that is not the court's: run by a shell, or, where it only exports, what the next commands go by."""
        if line.startswith("export "):
            given = dict(word.split("=", 1) for word in shlex.split(line)[1:])
            mine = {"ODR_SECRET_KEY": self.settings.secret_key, "ODR_LOG_ORIGIN": self.settings.origin}
            self.settings = Settings.load({**mine, **given, "ODR_ARGON2_CHEAP": "1"})
            return 0, ""
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def well(self, *beginnings: str) -> list[str]:
        """Every line that begins so ends well; what each said."""
        told = []
        for line in lines_of(*beginnings):
            code, said = self.run(line)
            assert code == 0, (line, said)
            told.append(said)
        return told

    def refused(self, beginning: str, holds: str, instead: tuple[str, str] = ("", "")) -> None:
        """The line that begins so ends with 1 and names what is wrong."""
        code, said = self.run(lines_of(beginning)[0], instead)
        assert code == 1 and holds in said, (beginning, said)


@pytest.fixture
def keeping(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> Keeping:
    """A court with something in it, and a folder for what the guide keeps in /var."""
    scene, keeper = small_kept
    work(scene)
    with scene.court.database.write() as session:
        judge = session.get_one(Account, scene.people["judge"])
        judge.totp_secret = one_time_codes.seal_secret(keyring(scene.court.settings.secret_key), SECRET)
    (tmp_path / "var").mkdir()
    return Keeping(scene, keeper, tmp_path / "var")


def lines_of(*beginnings: str) -> list[str]:
    """The guides' own lines, by how they begin."""
    found = [line for line in every_command() if starts(line, set(beginnings))]
    assert found, beginnings
    return found


AUDITS = ("flask --app wsgi log audit #", "flask --app wsgi docket audit", "flask --app wsgi store check")
DRILL = "flask --app wsgi drill /var/backups/court/2026-03-02 --into /var/tmp/drill #"


def test_what_a_keeper_types_does_what_the_guide_says(keeping: Keeping) -> None:
    """Upgrade, backup, drill, audits, renewal of hashes, a lost factor, platforms, certifiers, silence and restore: line by
    line. Beside each that verifies stands a tampered copy, which it refuses.
    """
    var, scene = keeping.var, keeping.scene
    keeping.well("court db upgrade", "court backup", "flask --app wsgi backup", "court account way-back")
    keeping.well("flask platform", "flask certifier", "flask --app wsgi log renew-hash")
    assert "Traceback" not in keeping.run(lines_of("court doctor")[0])[1]
    assert "every audit is clean" in keeping.well(DRILL)[0]
    keeping.well(*AUDITS)
    shutil.copytree(var / "2026-03-02", var / "tampered")
    changed(next(path for path in sorted((var / "tampered" / "blobs").rglob("*")) if path.is_file()))
    tampered = ("2026-03-02", "tampered")
    keeping.refused(DRILL, "altered", tampered)

    an_audit_refuses_each_tampered_copy(keeping)

    restore = lines_of("flask --app wsgi restore")[0]
    keeping.well("flask --app wsgi silence begin")
    assert keeping.run(restore)[0] == 1, "where a database stands, nothing is put back"
    lose_database(scene.court.database)
    keeping.refused("flask --app wsgi restore", "altered", tampered)
    code, said = keeping.run(restore)
    assert code == 0 and "restored the backup" in said
    keeping.well("flask --app wsgi silence end")
    with reopened(keeping.keeper) as again:
        keeping.scene = again
        keeping.well(*AUDITS[:2])
    assert keeping.typed == set(lines_of(*WALKED)), "every line of the list was typed"


def an_audit_refuses_each_tampered_copy(keeping: Keeping) -> None:
    """*See each refuse*, in its order: on the copy each audit is clean, and after the line that tampers it is not."""
    keeping.well("export ODR_MODE=test")
    assert "restored the backup" in keeping.run(lines_of("flask --app wsgi restore")[1])[1]
    keeping.well(*AUDITS)
    for tampers, audit, holds in (
        ("sed -i", AUDITS[0], "2026 published checkpoint"),
        ("python3 -c 'import sqlite3", AUDITS[1], "the row says LI WEN"),
        ("printf X | dd", AUDITS[2], "altered"),
    ):
        keeping.well(tampers)
        keeping.refused(audit, holds)
    keeping.well("rm -r /var/tmp/copy")
    keeping.settings = keeping.keeper.settings
