"""How the building stands: who may import whom, who may read the clock, and what is named nowhere."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from odr import wiring
from odr.ground import migrate
from odr.ground.db import Base
from odr.procedure.acts.table import TABLE
from tests.parsed import files, nodes_in, nodes_of, tree_of

ROOT = Path(__file__).resolve().parent.parent
LAYERS = wiring.LAYERS
HEIGHT = {room: height for height, rooms in enumerate(LAYERS) for room in rooms}
BESIDE = set(wiring.BESIDE)
WIRING = {"app", "wiring"}
"""Modules that know all rooms."""
FLASK_ROOMS = {"identity", "api", *BESIDE, *WIRING}
PAGES = re.compile(r"(^|_)pages?(_|$)|^case_views$")


@cache
def sources() -> dict[str, ast.Module]:
    """Module name → its parsed text, for everything under ``odr/``."""
    found = {}
    for path in files():
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = tree_of(path)
    return found


@cache
def imports(module: str, tree: ast.Module) -> tuple[tuple[str, int], ...]:
    """Every module imported anywhere in ``tree``, for type checking too, with the line."""
    return tuple(_imports(module, tree))


def _imports(module: str, tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in nodes_in(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno} imports relatively"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in sources() else str(node.module)), node.lineno


def room_of(module: str) -> str | None:
    """The room of a module, the ground among them; None for what stands beside the layers."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in HEIGHT else None


def package_of(module: str) -> str:
    """The package right under ``odr`` that a module belongs to, or its own name."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


@cache
def kind_of(module: str) -> str:
    """What a module is in its room: "pages", "acts" where it declares acts, "models", or its own name."""
    parts = module.split(".")[2:]
    if any(PAGES.search(part) and part != "case_views" for part in parts):
        return "pages"
    if any(_is_act(node) for node in nodes_in(sources()[module])):
        return "acts"
    return parts[-1] if parts else module


def _is_act(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(d, ast.Call) and isinstance(d.func, ast.Name) and d.func.id == "act" for d in node.decorator_list
    )


def _is_enum(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases)


def court_imports() -> Iterator[tuple[str, str, str]]:
    """Importing module, imported module of the court, and where it says so."""
    for module, tree in sources().items():
        for imported, line in imports(module, tree):
            if imported.split(".")[0] == "odr":
                yield module, imported, f"{module}:{line} imports {imported}"


def test_every_room_has_its_layer() -> None:
    """Each package of the court stands in the list of layers or beside them, so no room escapes the rules."""
    packages = {path.parent.name for path in (ROOT / "odr").glob("*/__init__.py")}
    assert packages == set(HEIGHT) | BESIDE


def test_imports_go_downward_only() -> None:
    """A room knows the rooms below it, never those above or beside it."""
    wrong = []
    for module, imported, where in court_imports():
        here, there = room_of(module), room_of(imported)
        if here and there and here != there and HEIGHT[here] <= HEIGHT[there]:
            wrong.append(where)
    assert wrong == []


def test_no_room_reaches_into_anothers_acts_or_pages() -> None:
    """What a room does and shows is its own; others know its acts' names, and go through the table and the hooks."""
    wrong = []
    for module, imported, where in court_imports():
        here, there = room_of(module), room_of(imported)
        if here and there and here != there and kind_of(imported) in ("acts", "pages"):
            wrong.append(where)
    assert wrong == []


def test_inside_a_room_models_know_no_acts_and_acts_no_pages() -> None:
    """Inside a room: pages, then acts, then rules and models, never the other way."""
    order = {"models": 0, "acts": 1, "pages": 2}
    wrong = []
    for module, imported, where in court_imports():
        here, there = kind_of(module), kind_of(imported)
        if (
            room_of(module) == room_of(imported) is not None
            and here != "room"
            and order.get(here, 3) < order.get(there, 0)
        ):
            wrong.append(where)
    assert wrong == []


def test_pages_are_served_by_the_web_and_nobody_else_is() -> None:
    """Only pages, sign-in and the API import ``odr.web``; nobody imports the operations, the training or the wiring."""
    wrong = []
    for module, imported, where in court_imports():
        here, there = package_of(module), package_of(imported)
        if here in BESIDE | WIRING or here == there:
            continue
        if there == "web" and kind_of(module) != "pages" and room_of(module) not in FLASK_ROOMS:
            wrong.append(where)
        if there in {"operations", "training"} | WIRING:
            wrong.append(where)
    assert wrong == []


def test_flask_stays_at_the_door() -> None:
    """Only pages, the API, sign-in and the wiring know the web framework: an act does not depend on a request."""
    wrong = []
    for module, tree in sources().items():
        at_the_door = package_of(module) in FLASK_ROOMS or kind_of(module) in ("pages", "cli")
        wrong += [
            f"{module}:{line} imports {name}"
            for name, line in imports(module, tree)
            if re.match(r"flask(_|\.|$)", name) and not at_the_door
        ]
    assert wrong == []


FULL = 20


def test_a_folder_is_taken_in_at_a_glance() -> None:
    """No folder holds so many modules that one has to read through a list: what belongs together gets a folder."""
    folders = {path.parent for path in (ROOT / "odr").rglob("*.py")}
    full = {
        str(folder.relative_to(ROOT)): len([each for each in folder.iterdir() if each.name != "__pycache__"])
        for folder in folders
    }
    assert {name: size for name, size in full.items() if size > FULL and name != "odr"} == {}


def test_only_the_sitting_knows_how_acts_are_performed() -> None:
    """Handlers and pages work with the Sitting; what locks, checks and records an act is behind it."""
    knows = {module for module, imported, _ in court_imports() if imported == "odr.procedure.performing"}
    assert knows == {"odr.procedure.sitting"}


_LOOKS_FOR_A_PARTY = re.compile(r"\bparties if (\w+)\.id == ")


def test_the_day_at_the_court_is_the_sittings() -> None:
    """Whoever has a Sitting asks it which day it is where the court sits, and reckons with no zone."""
    reckoned = re.compile(r"sitting\.now\.astimezone\((?:\w+\.)*settings\.tz\)\.date\(\)")
    assert [path for path in files() if reckoned.search(path.read_text(encoding="utf-8"))] == []


def test_a_party_is_found_by_the_case() -> None:
    """``Case.party`` says once what it means that a case has no such party; nobody searches its parties again."""
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in sources().items()
        for node in nodes_in(tree)
        if isinstance(node, ast.Call)
        and _dotted(node.func) == "next"
        and _LOOKS_FOR_A_PARTY.search(ast.unparse(node))
        and module != "odr.docket.models"
    ]
    assert wrong == []


def test_a_room_offers_its_own_pages() -> None:
    """What is offered after signing in is declared by the room that serves it, with a guard and a place in the order."""
    orders = []
    for room in wiring.rooms():
        served = {path.partition(":")[2]: importlib.import_module(path.partition(":")[0]) for path in room.routes}
        blueprints = {getattr(module, name).name: module for name, module in served.items()}
        for page in room.desk_pages:
            blueprint = page.endpoint.partition(".")[0]
            assert blueprint in blueprints, page.endpoint
            orders.append(page.order)
    assert len(orders) == len(set(orders)) >= 14


def test_papers_of_the_court_enter_the_log_in_one_form() -> None:
    """What the log says of a paper that the court made is written in one place, so all of them are checked alike."""
    writing = {
        module
        for module, tree in sources().items()
        for node in nodes_in(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if key is not None and (ast.unparse(key), ast.unparse(value)) == ("'submitted_by'", "'court'")
    }
    assert writing == {"odr.procedure.papers.frame"}


def test_pages_share_what_every_page_does() -> None:
    """A look at the court, the way on to a receipt and the kind of a page's answer are written once, for all rooms."""
    again = (
        "current_court().look(current_session())",
        "url_for('cases.one_entry', reference=receipt.case_reference",
        "Page = str |",
    )
    wrong = [
        f"{module} writes {each} again"
        for module, tree in sources().items()
        if module != "odr.web.pages"
        for each in again
        if each in ast.unparse(tree)
    ]
    assert wrong == []


EDGES = {"api", "training"}
"""Where acts are named by the strings that programs and tellers of stories use; each is checked against the table."""


OTHER_MEANINGS = {
    (
        "odr.register.enforcement_list.check_list",
        "decide_listing",
    ): "an outsider's program, which knows nothing of the court",
    (
        "odr.register.enforcement_list.check_list",
        "correct_listing",
    ): "an outsider's program, which knows nothing of the court",
    ("odr.filing.choices", "challenge"): "a kind of reference",
    ("odr.filing.course.objections", "challenge"): "a kind of reference",
    ("odr.judgment.enforcement.acts", "end_enforcement"): "a matter of the pack: who decides it",
    ("odr.judgment.enforcement.settlement", "end_enforcement"): "a matter of the pack: who decides it",
    ("odr.judgment.decision.papers", "appeal_dismissal"): "a time limit of the pack",
    ("odr.hearing.live.moves", "deliberate"): "a move in the room, and what the media room is asked for it",
}
"""Strings that read as an act's name and mean another thing."""


def test_an_act_is_named_by_a_constant_of_its_room() -> None:
    """No module of a room writes an act's name as a bare string: the constant of its room or of a lower one says it, and
    a higher room's act is never named.
    """
    for room in wiring.ROOMS:
        wiring.declarations(room)
    by_room = {act.name: act.room for act in TABLE}
    wrong = []
    for module, tree in sources().items():
        here = room_of(module)
        if here not in wiring.ROOMS or here in EDGES or module.endswith((".names", ".desks", ".time_limits")):
            continue
        members = {id(node) for each in nodes_in(tree) if _is_enum(each) for node in ast.walk(each)}
        wrong += [
            f"{module}:{node.lineno} {node.value}"
            for node in nodes_in(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value in by_room
            and id(node) not in members
            and (module, node.value) not in OTHER_MEANINGS
        ]
        for imported, line in imports(module, tree):
            there = room_of(imported)
            if imported.endswith(".names") and there and HEIGHT[there] >= HEIGHT[str(here)] and there != here:
                wrong.append(f"{module}:{line} imports {imported}")
    assert wrong == []


OPTIONAL = {"authlib", "boto3", "botocore", "docx", "openpyxl", "PIL", "pillow_heif", "pypdf", "symspellpy"}
"""What requirements-extra.txt brings: a court that does not use it runs without."""
SELDOM = {"alembic", "holidays"}
"""What takes long to load and few programs use: every command of the court would begin the later."""


def test_optional_libraries_are_loaded_only_when_used() -> None:
    """Nothing optional is imported at the head of a module, or a court without it would not start; nor what takes long and is
    seldom used.
    """
    wrong = []
    for module, tree in sources().items():
        head = ast.Module(
            body=[node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], type_ignores=[]
        )
        wrong += [
            f"{module}:{line} imports {name}"
            for name, line in imports(module, head)
            if name.split(".")[0] in OPTIONAL | SELDOM
        ]
    assert wrong == []


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


_READS_CLOCK = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime|strftime|ctime)"
    r"|func\.(now|current_timestamp|current_date|localtimestamp|sysdate))$"
)


def test_nobody_else_reads_the_clock() -> None:
    """The time comes from the court's clock: procedural time can then be moved in training and stand still in tests."""
    wrong = []
    for module, tree in sources().items():
        for node in nodes_in(tree):
            # A reader handed on is a clock read as much as one called.
            if (
                isinstance(node, ast.Attribute)
                and module
                not in ("odr.ground.clock", "odr.evidence.kit.verifier", "odr.register.publication.check_register")
                and _READS_CLOCK.search(_dotted(node))
            ):
                wrong.append(f"{module}:{node.lineno} {_dotted(node)}")
            if isinstance(node, ast.ImportFrom) and node.module == "time":
                wrong += [
                    f"{module}:{node.lineno} from time import {each.name}"
                    for each in node.names
                    if each.name not in ("monotonic", "perf_counter", "sleep")
                ]
    assert wrong == []


def test_no_time_is_made_without_its_zone() -> None:
    """Every instant the program makes says where it is; a naive one would be eight hours off somewhere."""
    zone_at = {"datetime": 7, "datetime.combine": 2, "datetime.fromtimestamp": 1}
    wrong = []
    for module, tree in sources().items():
        for node in nodes_in(tree):
            if not isinstance(node, ast.Call):
                continue
            name = _dotted(node.func)
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            maker = re.search(r"(?:^|\.)(datetime(?:\.combine|\.fromtimestamp)?)$", name)
            if maker and len(node.args) <= zone_at[maker[1]] and not keywords.keys() & {"tzinfo", "tz", None}:
                wrong.append(f"{module}:{node.lineno} {name} without a zone")
            if name.split(".")[-1] in ("utcfromtimestamp", "utcnow"):
                wrong.append(f"{module}:{node.lineno} {name}")
            zone = keywords.get("tzinfo")
            if name.endswith("replace") and isinstance(zone, ast.Constant) and zone.value is None:
                wrong.append(f"{module}:{node.lineno} takes the zone away")
    assert wrong == []


def test_tables_are_declared_where_they_are_looked_for() -> None:
    """Every table is in a module that migrations load, so none is forgotten when the form is compared."""
    migrate.load_models()
    here = {mapper.class_.__module__ for mapper in Base.registry.mappers}
    declaring = {
        module
        for module, tree in sources().items()
        for node in nodes_in(tree)
        if isinstance(node, ast.ClassDef) and "Base" in map(_dotted, node.bases)
    }
    assert declaring == here


VAGUE = re.compile(r"(^|_)(utils?|helpers?|managers?|common|misc|stuff)$")


def test_no_module_is_named_for_nothing() -> None:
    """A module is named for a thing in a court; "utils" and its like hold what nobody placed."""
    assert [module for module in sources() if VAGUE.search(module.split(".")[-1])] == []


LEFT = "TO BE " + "WRITTEN"


def test_nothing_is_left_to_be_written() -> None:
    """What ``make act`` marks for a person to write is written, in program, tests and both languages."""
    wrong = []
    for path in tracked():
        if path.relative_to(ROOT).parts[0] in ("odr", "tests", "translations") and path.suffix in (
            ".py",
            ".po",
            ".tsv",
        ):
            lines = path.read_text(encoding="utf-8").splitlines()
            wrong += [f"{path.relative_to(ROOT)}:{number}" for number, line in enumerate(lines, 1) if LEFT in line]
    assert wrong == []


NAMED_NOWHERE = (
    # Written in pieces, as this file is read too.
    r"(?<![\w.\-])/" + r"work(?![\w\-])",
    r"\.\./" + r"shared\b",
    r"/root" + r"/",
    r"/opt/" + r"wheels",
    r"\bpy" + r"env\b",
    r"python" + r"hosted\.org",
    r"\bpy" + r"pi\.org",
    r"registry\." + r"(npmjs|yarnpkg)",
    r"\b(deb|security)\." + r"debian\.org",
    r"\bproxy\." + r"golang\.org",
    r"\bissues " + r"(show|list|close|comment)\b",
    r"\bproject " + r"machine\b",
    r"\." + r"library/",
)
"""Hosts that packages come from, paths of one machine, tools of one workplace."""
NOT_OURS = ("static/vendor/", "fonts/", "LICENSE", "templates/govuk_frontend_jinja/")


def tracked() -> list[Path]:
    """The files of the project, those about to be added too."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    names = {name for name in listing.decode().split("\0") if name and not name.startswith(NOT_OURS)}
    return [ROOT / name for name in sorted(names) if (ROOT / name).is_file()]


def test_no_machine_and_no_workplace_is_named() -> None:
    """The project runs anywhere: no file names a package host, a path of one machine or a tool of one workplace."""
    pattern = re.compile("|".join(NAMED_NOWHERE))
    wrong = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content[:4096]:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if found := pattern.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number} {found[0]}")
    assert wrong == []


def test_what_all_rules_look_at_is_parsed_once() -> None:
    """A rule that goes through the project's files takes them from ``tests/parsed.py``: parsed for each, they cost a minute."""
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in files("tests")
        if path.name != "parsed.py"
        and re.search(r"ast\.parse\(.*\bread_(text|bytes)\(", path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_every_test_states_its_rule_and_patches_nothing() -> None:
    """A test reads as a rule: it says which one in its docstring, and meets the real thing, never a mock."""
    wrong = []
    for path in files("tests"):
        where = path.relative_to(ROOT)
        for node in nodes_of(path):
            if (
                isinstance(node, ast.FunctionDef)
                and node.name.startswith("test_")
                and path.name.startswith("test_")
                and not ast.get_docstring(node)
            ):
                wrong.append(f"{where}:{node.lineno} {node.name} states no rule")
            if (
                isinstance(node, ast.Import | ast.ImportFrom)
                and "mock" in f"{getattr(node, 'module', '')} {' '.join(each.name for each in node.names)}".split()
            ):
                wrong.append(f"{where}:{node.lineno} imports a mock")
            if isinstance(node, ast.Attribute) and _dotted(node) in (
                "monkeypatch.setattr",
                "monkeypatch.setitem",
                "monkeypatch.delattr",
            ):
                wrong.append(f"{where}:{node.lineno} patches")
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unittest.mock"):
                wrong.append(f"{where}:{node.lineno} imports a mock")
    assert wrong == []
