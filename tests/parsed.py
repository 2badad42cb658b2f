"""The project's own Python files, each parsed once in a process: many rules of the house look at all of them.

What is given is shared: nobody changes a tree.
"""

from __future__ import annotations

import ast
import gc
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def files(folder: str = "odr") -> tuple[Path, ...]:
    """Every Python file under a folder of the project, in their order."""
    return tuple(sorted((ROOT / folder).rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    """A file as Python reads it. The collector, which a million new nodes would wake again and again, finds nothing among them."""
    collected = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"), str(path))
    finally:
        if collected:
            gc.enable()


def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file, as ``ast.walk`` gives them."""
    return nodes_in(tree_of(path))


@cache
def nodes_in(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Every node of a tree that is asked for again and again."""
    return tuple(ast.walk(tree))
