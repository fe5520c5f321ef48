"""Searches whose trainings end at once, as a test says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.base import files
from core.jobs import local
from core.jobs.queue import Queue
from core.recipe.files import load_recipe
from core.search import engine
from core.search.plan import Budget, plan_search
from core.search.search import create_search, open_search
from core.store.run import open_run
from tests.conftest import fixed_clock
from tests.factory import minimal_summary, write_dataset

SPACE = """
recipes: [deeper, lower rates, no augmentation]
folds: 2
seeds: 2
"""


class Workplace:
    """A data set, a folder of runs, and a worker that answers by each recipe's share of right
    answers."""

    def __init__(self, root: Path) -> None:
        self.runs, self.root = root / "runs", root
        self.dataset = write_dataset(root / "dataset" / "toy_books", photos=12)
        self.right: dict[str, float] = {}
        self.trained: list[str] = []
        self.memory = engine.Memory()

    def begin(self, space: str = SPACE, trainings: int = 16, base: str = "quick", **budget):
        path = self.root / "space.yaml"
        path.write_text(space)
        asked = Budget(**budget) if budget else Budget(trainings=trainings)
        recipe = load_recipe(base, {"weights": "none"})
        return create_search(
            self.runs,
            plan_search(self.runs, self.dataset.root, recipe, path, asked, fixed_clock),
        )

    def advance(self, search):
        """One look of the engine."""
        now = open_search(self.runs, search.id)
        if now.active:
            engine._advance_or_stop(now, fixed_clock, self.memory)
        return open_search(self.runs, search.id)

    def work(self):
        """Trains what is first in the queue; its id."""
        entries = Queue(self.runs).entries()
        if not entries:
            return None
        self.finish(entries[0].work_id)
        return entries[0].work_id

    def finish(self, run_id):
        run = open_run(self.runs, run_id)
        recipe = run.recipe()
        share = self.right.get(recipe.name, 0.8)
        random = np.random.default_rng(recipe.seed + recipe.split.fold)
        luck = random.random(12)
        answers = [
            (f"p{n}", view, "a" if (luck[n] + view / 8) % 1 < share else "b")
            for n in range(12)
            for view in range(8)
        ]
        frame = pd.DataFrame(answers, columns=["file", "view", "predicted"])
        frame = frame.assign(family="light", primary="a")
        frame["p_a"] = np.where(frame["predicted"] == "a", 0.9, 0.1)
        frame["p_b"] = 1 - frame["p_a"]
        frame.to_csv(run.path / "shifted.csv", index=False)
        for name in run.trial().sets:
            told = frame.assign(kind="plain", split=name, present="a")
            told.drop(columns=["family", "view"]).to_csv(run.path / "predictions.csv", index=False)
        summary = minimal_summary() | {"shifted": _shifted(share)}
        files.write_json(run.path / "summary.json", summary)
        now = fixed_clock().isoformat()
        run.write_status(replace(run.status(), state="done", started=now, heartbeat=now))
        Queue(self.runs).remove(run_id)
        self.trained.append(run_id)

    def run_to_end(self, search, steps=400):
        for _ in range(steps):
            found = self.advance(search)
            if not found.active:
                return found
            self.work()
        raise AssertionError("no end")


def _shifted(share):
    score = {"value": share, "low": 0.1, "high": 0.9, "total": 12, "constant": 0.5}
    total = {"accuracy": score, "loss": {"value": 0.1, "low": 0.0, "high": 1.0, "total": 12}}
    return {
        "use": {}, "stated": [], "views": 8, "photos": 12, "constant": 0.5,
        "families": {"light": total}, "counted": ["light"], "trained": [],
        "total": total, "untrained": total, "background": None,
    }  # fmt: skip


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    for module in (engine, local):
        monkeypatch.setattr(module, "ensure_worker", lambda runs_dir, wait_seconds=0: None)
    return Workplace(tmp_path)
