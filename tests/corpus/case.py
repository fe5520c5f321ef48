"""A case of the corpus: one file in a folder beside this one; README.md says what it holds."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from tests.corpus.interrupt import OPEN_EVENT

CORPUS = Path(__file__).parent
GROUPS = {
    "data": "Data sets and photos",
    "recipes": "Recipes and weights",
    "runs": "Runs folders, and runs in the wrong state",
    "zips": "Zip files of runs",
    "commands": "Commands",
    "ctrl_c": "Ctrl-C",
}
RECIPE_COMMAND = "train HERE/recipe.yaml --data TINY --runs HERE/runs"


@dataclass(frozen=True)
class Case:
    """words: what the command must say, in this order. moment: for Ctrl-C, when to press it, asked
    of the runs folder before each such event. while_importing: or while which module is loaded, in
    a process of its own. leaves: the state of the one run that stays."""

    name: str
    title: str
    command: str
    outcome: str
    expected_fragments: tuple[str, ...]
    prepare: Callable[[Path], None]
    around_command: Callable[[], AbstractContextManager[Any]]
    check: Callable[[Path], None]
    interrupt_at: Callable[[Path], bool] | None
    event: str
    while_importing: str | None
    remaining_state: str | None

    def arguments(self, **places: Path) -> list[str]:
        """The command's words, with the places put in."""
        found = shlex.split(self.command)
        for name, path in places.items():
            found = [word.replace(name, str(path)) for word in found]
        return found


def read_cases() -> list[Case]:
    """Every case, by group and name."""
    return [_read_case(path) for group in GROUPS for path in sorted((CORPUS / group).glob("*.py"))]


def _read_case(path: Path) -> Case:
    name = f"{path.parent.name}/{path.stem}"
    spec = spec_from_file_location(f"tests.corpus.{path.parent.name}.{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    held: dict[str, Any] = vars(module)
    answers = [word for word in ("refused", "handled", "stopped") if word in held]
    assert len(answers) == 1, f"{name}: must say one of refused, handled, stopped"
    recipe = held.get("recipe")

    def make(here: Path) -> None:
        if recipe is not None:
            (here / "recipe.yaml").write_text(recipe, "utf-8")
        held.get("make", lambda here: None)(here)

    return Case(
        name=name,
        title=(module.__doc__ or "").strip(),
        command=held.get("command", RECIPE_COMMAND),
        outcome=answers[0],
        expected_fragments=tuple(held[answers[0]].split(" ... ")),
        prepare=make,
        around_command=held.get("meanwhile", nullcontext),
        check=held.get("check", lambda here: None),
        interrupt_at=held.get("moment"),
        event=held.get("event", OPEN_EVENT),
        while_importing=held.get("while_importing"),
        remaining_state=held.get("leaves"),
    )
