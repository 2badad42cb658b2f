"""``flask pack check`` and ``diff``: what a folder of rules lacks, and what a new version changes from when."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from hypothesis import given, strategies as st

from odr.app import create_app
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.operations.maintenance import KEEPING, WITHOUT_COURT
from odr.procedure.rules.cli import pack, told
from odr.procedure.rules.registry import PackRegistry, pack_diff
from odr.web.presence import session_cookie_name
from tests.scene import Scene

REGISTRY = PackRegistry.load()


def run(*words: str) -> Result:
    """What the command says."""
    return CliRunner().invoke(pack, list(words))


def test_the_courts_own_packs_are_complete_today_and_say_what_next_year_lacks() -> None:
    """A pack without the calendar of a year that is near is told, and the command ends with 1; no court is opened for
    it.
    """
    assert pack in KEEPING and "pack" in WITHOUT_COURT
    late = run("check", "--on", "2026-11-20")
    assert late.exit_code == 1 and "calendar of 2027 is missing" in late.output and "cn 2025-11-01" in late.output
    early = run("check", "--on", "2026-03-02")
    assert "calendar of" not in early.output.replace("calendar to", "")


def test_a_version_of_the_courts_own_is_checked_key_by_key(tmp_path: Path) -> None:
    """A folder that supplies the missing year is complete in that; a key that cannot be a rule is named with its path."""
    own = tmp_path / "cn" / "2026-12-01"
    own.mkdir(parents=True)
    head = 'id = "cn"\nversion = 2026-12-01\neffective_from = 2026-12-01\nbased_on = 2025-11-01\n'
    (own / "pack.toml").write_text(
        head + '[calendar.years.2027]\narticle = "HOL 2027"\nmake_up = []\n', encoding="utf-8"
    )
    assert "calendar of 2027 is missing" not in run("check", str(tmp_path), "--on", "2026-12-02").output.split("ew ")[0]
    told_of = run("diff", "cn", "--folder", str(tmp_path)).output
    assert (
        "calendar, for every act from 2026-12-01, in pending cases too:" in told_of
        and "+ calendar.years.2027.article: HOL 2027" in told_of
    )
    (own / "pack.toml").write_text(head + "[windows.rules.answer]\namount = -1\n", encoding="utf-8")
    broken = run("check", str(tmp_path))
    assert broken.exit_code == 1 and "windows.rules.answer.amount" in broken.output and "Traceback" not in broken.output


def test_a_diff_is_dated_and_unknown_versions_are_told() -> None:
    """The causes that left and came on 2025-11-01 stand under the day of filing; a version that is not there is named."""
    page = run("diff", "cn").output
    assert "causes, for claims filed from 2025-11-01; pending cases keep the rule they began with:" in page
    assert (
        "causes.list.online_copyright.filed_until: 2025-10-31" in page
        and "+ causes.list.online_unfair_competition" in page
    )
    for wrong in (("diff", "cn", "2020-01-01"), ("diff", "xx"), ("diff", "cn", "yesterday")):
        result = run(*wrong)
        assert (
            result.exit_code == 1
            and "Error" in result.output
            and result.exception is not None
            and not isinstance(result.exception, ValueError)
        )


def test_the_administrator_sees_what_is_missing(small_scene: Scene) -> None:
    """From November on a missing calendar of next year stands on the administrator's page, in her language; in March it
    does not.
    """
    scene = small_scene
    app = create_app(court=scene.court)

    def page(locale: str) -> str:
        client = app.test_client()
        with scene.court.database.write() as session:
            account = session.get_one(Account, scene.people["admin"])
            account.locale = locale
            token, _ = open_session(
                session, account, scene.clock.machine_now(), device="test", address="::1", two_factor=True
            )
        client.set_cookie(session_cookie_name(False), token)
        return client.get("/administration/people").text

    assert "The working calendar of" not in page("en")
    scene.clock.set(scene.clock.now().replace(month=11, day=20))
    assert "The working calendar of 2027 is missing" in page("en")
    assert "2027" in page("zh-Hans") and "The working calendar" not in page("zh-Hans")


@given(st.sampled_from(REGISTRY.ids()), st.data())
def test_a_diff_turned_round_is_the_same_turned_round(name: str, data: st.DataObject) -> None:
    """What one direction adds the other removes, and a version differs from itself in nothing."""
    versions = REGISTRY.versions(name)
    a, b = data.draw(st.sampled_from(versions)), data.draw(st.sampled_from(versions))
    there, back = pack_diff(a, b), pack_diff(b, a)
    assert [(c.path, c.before, c.after) for c in there] == [(c.path, c.after, c.before) for c in back]
    assert list(told(a, a))[-1] == "nothing else changes"
