"""A search: a folder `<runs>/.search/<id>/`. `search.json` says what was asked; `journal.jsonl` is
what has happened since; `optuna.journal` is the sampler's own. The state is a fold over the
journal, so that whoever is killed loses nothing."""

import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass as checked_dataclass

from core.base import files
from core.base.errors import DataError, RunError, damaged_text, naming_os_errors, one_line
from core.base.event_log import Event, append_event, read_events
from core.base.language import N_
from core.recipe.files import recipe_dict, recipe_from_dict
from core.recipe.repeats import repeat_over_folds
from core.recipe.schema import Recipe
from core.search.racing import PhotoScores, Results, Standing, standings
from core.search.space import Space
from core.store.status import Clock
from core.store.visitors import refuse_visitor

SEARCHES_FOLDER = ".search"
FRESH = 1000  # added to split and training seeds that confirm, which a search never uses


@dataclass(frozen=True)
class Plan:
    """trainings: all together. recipes: how many are tried, the one to compare with included.
    confirms: repeats of two recipes at the end. seconds: of one training while it searches; all
    together `total_seconds`. observed: whether earlier runs on this machine back them."""

    trainings: int
    recipes: int
    confirms: int
    seconds: float
    total_seconds: float
    observed: bool

    @property
    def racing(self) -> int:
        """Trainings of the race."""
        return self.trainings - 2 * self.confirms


@checked_dataclass(frozen=True)
class Request:
    """search.json. recipes: the portfolio as plain data, the one to compare with first. untried:
    names that the budget leaves out, and those that do not fit or are the same. confirm_set: the
    labelled set from elsewhere that confirms; None for fresh splits. minutes: None for a budget in
    trainings."""

    data: str
    base: str
    recipes: dict[str, dict[str, Any]]
    untried: list[str]
    unfit: list[str]
    space: Space
    plan: Plan
    confirm_set: str | None
    minutes: float | None
    created: str
    format: int = 1


@dataclass(frozen=True)
class Training:
    """One training. confirms: of the confirmation. scores: None until it is done. error: why it
    will not be."""

    run: str
    name: str
    repeat: int
    confirms: bool = False
    scores: PhotoScores | None = None
    seconds: float = 0.0
    error: str = ""

    @property
    def pending(self) -> bool:
        return self.scores is None and not self.error


@dataclass(frozen=True)
class Search:
    """A search as it was when it was read. recipes: also those that the sampler proposed. stopped:
    by somebody, or for the reason `problem`. paused_runs: those cancelled by stopping. retries:
    of runs, by their errors. chosen: what is confirmed; answer: in the end."""

    folder: Path
    request: Request
    recipes: Mapping[str, Recipe]
    trainings: tuple[Training, ...] = ()
    stopped: bool = False
    problem: str = ""
    paused_runs: frozenset[str] = frozenset()
    retries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    chosen: str | None = None
    importance: Mapping[str, float] = field(default_factory=dict)
    answer: Mapping[str, Any] | None = None

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def tag(self) -> str:
        """Of its runs, by which *Runs* finds and groups them."""
        return f"search-{self.id}"

    @property
    def runs_dir(self) -> Path:
        return self.folder.parent.parent

    @property
    def data_dir(self) -> Path:
        return Path(self.request.data)

    @property
    def names(self) -> list[str]:
        """The recipes, the one to compare with first."""
        return list(self.recipes)

    @property
    def active(self) -> bool:
        """Whether it is to go on."""
        return not self.stopped and self.answer is None

    @cached_property
    def failed(self) -> set[str]:
        """Recipes of which a training failed or was cancelled: they are out of the race."""
        return {t.name for t in self.trainings if t.error and not t.confirms}

    @cached_property
    def results(self) -> Results:
        """Of the race, without recipes that failed."""
        return {
            (t.name, t.repeat): t.scores
            for t in self.trainings
            if t.scores is not None and not t.confirms and t.name not in self.failed
        }

    @property
    def racing_names(self) -> list[str]:
        return [name for name in self.names if name not in self.failed]

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Of those in the race, by name."""
        return standings(self.results, self.racing_names)

    @property
    def repeats(self) -> int:
        return self.request.space.folds * self.request.space.seeds

    @property
    def spent_seconds(self) -> float:
        return sum(training.seconds for training in self.trainings)

    def repeated(self, name: str, repeat: int, confirms: bool = False) -> Recipe:
        """A recipe on one of the repeats: every fold with the first seed, then with the next. Those
        that confirm have a split and seeds of their own."""
        folds, recipe = self.request.space.folds, self.recipes[name]
        fold, step = repeat % folds, repeat // folds
        found = repeat_over_folds(recipe, folds)[fold]
        plain = recipe_dict(found) | {"seed": (recipe.seed + step) % 2**32}
        if confirms:
            plain["seed"] = (recipe.seed + FRESH + repeat) % 2**32
            if "seed" in plain["split"]:
                split_seed = (plain["split"]["seed"] + FRESH + step) % 2**32
                plain["split"] = plain["split"] | {"seed": split_seed}
        return recipe_from_dict(plain)

    def note(self, clock: Clock, kind: str, **facts: Any) -> None:
        """Adds an event to the journal. Raises RunError where it cannot be written."""
        with naming_os_errors(self.folder), files.locked(self.folder / ".journal.lock"):
            append_event(self.folder / "journal.jsonl", clock, kind, **facts)


_REQUEST = TypeAdapter(Request)


def create_search(runs_dir: Path, request: Request) -> Search:
    """Writes a new search. Raises RunError where that cannot be done."""
    refuse_visitor(runs_dir, "repeats")
    stamp = re.sub(r"\D", "", request.created)[:14]
    folder = Path(runs_dir) / SEARCHES_FOLDER / f"{stamp[:8]}-{stamp[8:]}-{secrets.token_hex(3)}"
    hidden = folder.with_name(f".{folder.name}{files.TEMP_SUFFIX}")
    with naming_os_errors(folder), files.staging(hidden):
        files.write_json(hidden / "search.json", _REQUEST.dump_python(request, mode="json"))
        hidden.rename(folder)
    return open_search(runs_dir, folder.name)


def find_searches(runs_dir: Path) -> list[str]:
    """The ids of a folder's searches, newest first."""
    found = Path(runs_dir).glob(f"{SEARCHES_FOLDER}/[!.]*/search.json")
    return sorted((path.parent.name for path in found), reverse=True)


def open_search(runs_dir: Path, search_id: str) -> Search:
    """The search as it is now. Raises RunError: none of that id, or a damaged file."""
    folder = Path(runs_dir) / SEARCHES_FOLDER / search_id
    path = folder / "search.json"
    if not re.fullmatch(r"[0-9a-f-]{1,60}", search_id) or not path.is_file():
        raise RunError(N_("{id}: no such search", id=search_id[:80]))
    try:
        request: Request = _REQUEST.validate_json(path.read_bytes())
        recipes = {name: recipe_from_dict(data) for name, data in request.recipes.items()}
        return _fold(Search(folder, request, recipes), read_events(folder / "journal.jsonl"))
    except DataError as error:
        raise RunError(str(error)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(damaged_text(path, one_line(error, 200))) from None


def _fold(search: Search, events: list[Event]) -> Search:
    trainings: dict[str, Training] = {}
    recipes, changes = dict(search.recipes), dict[str, Any]()
    paused, retries = set[str](), Counter[tuple[str, str]]()
    for event in events:
        run = str(event.get("run", ""))
        match event["event"]:
            case "begun":
                facts = {key: event[key] for key in ("name", "repeat", "confirms")}
                trainings[run] = Training(run, **facts)
            case "finished":
                scores = {file: (pair[0], pair[1]) for file, pair in event["photos"].items()}
                seconds = float(event["seconds"])
                trainings[run] = replace(trainings[run], scores=scores, seconds=seconds)
            case "failed":
                trainings[run] = replace(trainings[run], error=str(event["error"] or "cancelled"))
            case "retried":
                retries[run, str(event["error"])] += 1
                paused.discard(run)
            case "proposed":
                recipes[event["name"]] = recipe_from_dict(event["recipe"])
            case "stopped":
                paused |= set(event["runs"])
                changes |= {"stopped": True, "problem": str(event.get("problem", ""))}
            case "resumed":
                changes |= {"stopped": False, "problem": ""}
            case "chosen":
                changes["chosen"] = str(event["name"])
            case "importance":
                changes["importance"] = dict(event["values"])
            case "answer":
                changes["answer"] = event
    return replace(
        search,
        recipes=recipes,
        trainings=tuple(trainings.values()),
        paused_runs=frozenset(paused),
        retries=retries,
        **changes,
    )
