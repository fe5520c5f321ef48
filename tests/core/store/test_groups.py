import json
from datetime import timedelta

import pandas as pd
import pytest

from core.recipe.files import load_recipe
from core.recipe.repeats import repeat_over_folds, repeat_over_seeds
from core.store.groups import find_groups, mean_curves, mean_history
from core.store.index import RunIndex
from core.store.run import create_run
from tests.factory import START, minimal_summary

OBJECTS = ("sets", "hard", "scores", "object", "value")


class Folder:
    """A folder of runs that are made one minute after another."""

    def __init__(self, path):
        self.path, self.minutes = path, 0

    def add(self, recipe, data="books", photos="p", value=None, verdict=None, tests="t"):
        """A run, evaluated when it has a value; `photos` None: it has not begun."""
        self.minutes += 1
        at = START + timedelta(minutes=self.minutes)
        run = create_run(self.path, recipe, self.path.parent / data, lambda: at)
        if photos:
            environment = run.environment()
            environment["data"]["fingerprints"] = {
                "train": photos,
                "test_sets": {"hard": {"photos": tests, "truth": str(self.minutes)}},
            }
            (run.path / "environment.json").write_text(json.dumps(environment))
        if value is not None:
            score = {"value": value, "low": 0, "high": 1, "total": 9}
            summary = minimal_summary(hard={"photos": 9, "scores": {"object": score}})
            summary |= {"verdict": verdict} if verdict else {}
            (run.path / "summary.json").write_text(json.dumps(summary))
        return run

    def groups(self):
        return find_groups(RunIndex(self.path).rows())


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "runs")


def test_seeds_and_names_do_not_part_runs_and_everything_else_does(folder):
    quick = load_recipe("quick")
    for recipe in repeat_over_seeds(quick, [2, 0, 1]):
        folder.add(recipe)
    folder.add(load_recipe("quick", {"name": "again", "seed": 3}))
    folder.add(load_recipe("looks-good"))
    folder.add(load_recipe("quick", {"batch_size": 8}))
    groups = folder.groups()
    assert [group.title for group in groups] == [
        "quick, batch size 8",
        "looks-good",
        "again, 4 seeds",
    ]
    assert [row.recipe["seed"] for row in groups[2].members] == [0, 1, 2, 3]
    assert len({group.id for group in groups}) == 3
    again = folder.groups()
    assert [group.id for group in again] == [group.id for group in groups]


def test_folds_belong_together_and_not_with_a_holdout(folder):
    quick = load_recipe("quick")
    for recipe in repeat_over_folds(quick, 3)[::-1]:
        folder.add(recipe)
    folder.add(quick)
    folder.add(repeat_over_folds(quick, 4)[0])
    for recipe in repeat_over_seeds(repeat_over_folds(quick, 4)[1], [0, 1]):
        folder.add(recipe)
    titles = [group.title for group in folder.groups()]
    assert titles == ["quick, 2 seeds, 2 folds", "quick", "quick, 3 folds"]
    assert [row.recipe["split"]["fold"] for row in folder.groups()[2].members] == [0, 1, 2]


def test_titles_are_told_apart_oldest_first(folder):
    for size in (8, 12, 16):
        folder.add(load_recipe("quick", {"batch_size": size}))
    assert [group.title for group in folder.groups()] == [
        "quick, batch size 16",
        "quick, batch size 12",
        "quick",
    ]


def test_photos_decide_and_the_place_does_not(folder):
    recipes = repeat_over_seeds(load_recipe("quick"), range(6))
    folder.add(recipes[0], data="here", photos="old")
    folder.add(recipes[1], data="here", photos="new")
    folder.add(recipes[2], data="moved", photos="new")  # the same photos in another folder
    folder.add(recipes[3], data="here", photos="new", tests="other")  # other test photos
    folder.add(recipes[4], data="here", photos="new")
    folder.add(recipes[5], data="here", photos=None)  # waits: on what the newest run there saw
    seeds = [[row.recipe["seed"] for row in group.members] for group in folder.groups()]
    assert seeds == [[1, 2, 4, 5], [3], [0]]


def test_runs_that_all_wait_are_grouped_by_their_folder(folder):
    for data in ("one", "one", "other"):
        folder.add(load_recipe("quick", {"seed": folder.minutes}), data=data, photos=None)
    assert [len(group.members) for group in folder.groups()] == [1, 2]


def test_a_run_that_cannot_be_read_is_alone(folder):
    for _ in range(2):
        run = folder.add(load_recipe("quick"))
        (run.path / "recipe.yaml").write_text("bands: 7")
    assert [len(group.members) for group in folder.groups()] == [1, 1]


def test_mean_and_spread_over_the_seeds_that_have_the_number(folder):
    recipes = repeat_over_seeds(load_recipe("quick"), range(4))
    for recipe, value in zip(recipes, (0.5, 0.7, 0.9, None), strict=True):
        folder.add(recipe, value=value)
    (group,) = folder.groups()
    spread = group.summary_stats(*OBJECTS)
    assert (spread.mean, spread.low, spread.high, spread.n) == (pytest.approx(0.7), 0.5, 0.9, 3)
    assert spread.sd == pytest.approx(0.2)
    assert group.summary_values(*OBJECTS) == [0.5, 0.7, 0.9]
    assert group.summary_stats("sets", "easy", "scores", "object", "value") is None
    assert group.verdict_counts() is None


def test_the_same_seed_twice_is_one_observation(folder):
    recipe = load_recipe("quick")
    folder.add(recipe, value=0.5, verdict="never learned")
    folder.add(recipe, value=0.6, verdict="generalises")
    folder.add(recipe)  # not evaluated yet: the one before still counts
    (group,) = folder.groups()
    spread = group.summary_stats(*OBJECTS)
    assert (spread.mean, spread.sd, spread.n) == (0.6, None, 1)
    assert group.verdict_counts().text() == "generalises, 1 of 1"
    assert group.title == "quick"


def test_the_verdict_of_the_majority_and_its_agreement(folder):
    verdicts = ["generalises", "generalises", "never learned", "generalises", "generalises"]
    for recipe, verdict in zip(
        repeat_over_seeds(load_recipe("quick"), range(5)), verdicts, strict=True
    ):
        folder.add(recipe, value=0.5, verdict=verdict)
    verdict = folder.groups()[0].verdict_counts()
    assert verdict.majority == "generalises"
    assert verdict.text() == "generalises, 4 of 5"


def test_no_majority_is_said(folder):
    for seed, verdict in enumerate(["never learned", "generalises"] * 2):
        folder.add(load_recipe("quick", {"seed": seed}), value=0.5, verdict=verdict)
    verdict = folder.groups()[0].verdict_counts()
    assert verdict.majority is None
    assert verdict.text() == "no majority: generalises 2, never learned 2 of 4"


# --- curves -----------------------------------------------------------------------------------


def history(*losses):
    epochs = range(1, len(losses) + 1)
    frame = pd.DataFrame({"epoch": epochs, "stage": 1, "cycle": 1, "train_loss": losses})
    return frame.assign(val_loss=frame["train_loss"] * 2, val_accuracy=0.5)


def test_the_mean_curve_goes_as_far_as_two_members_do():
    found = mean_history([history(4, 3, 2, 1), history(2, 1, 0), history(3), pd.DataFrame()])
    loss = found[found["name"] == "train_loss"]
    assert loss.drop(columns="name").to_numpy().tolist() == [
        [1, 3, 2, 4, 3],
        [2, 2, 1, 3, 2],
        [3, 1, 0, 2, 2],
    ]
    assert found[found["name"] == "val_loss"]["mean"].tolist() == [6, 4, 2]
    assert set(found["name"]) == {"train_loss", "val_loss", "val_accuracy"}


def test_a_member_alone_is_its_own_mean():
    found = mean_history([history(4, 3), pd.DataFrame()])
    loss = found[found["name"] == "train_loss"]
    assert loss[["mean", "low", "high"]].to_numpy().tolist() == [[4, 4, 4], [3, 3, 3]]
    assert mean_history([]).empty and list(mean_history([])) == list(found)


def test_finished_are_the_newest_evaluated_runs_of_each_seed(folder):
    quick = load_recipe("quick")
    folder.add(quick, value=0.1)
    newer = folder.add(quick, value=0.2)
    folder.add(quick)  # not evaluated
    other = folder.add(load_recipe("quick", {"seed": 1}), value=0.3)
    folder.add(load_recipe("quick", {"seed": 2}))
    (group,) = folder.groups()
    assert [row.id for row in group.evaluated_members()] == [newer.id, other.id]
    assert group.repeats == 3


def test_mean_curves_look_like_a_history():
    one = pd.DataFrame(
        {"epoch": [1, 2], "train_loss": [1, 0.5], "val_loss": [2, 1], "val_accuracy": [0.5, 1]}
    )
    found = mean_curves([one, one.assign(val_loss=[4, 1])])
    assert found["epoch"].tolist() == [1, 2]
    assert found["val_loss"].tolist() == [3, 1]
    assert found["val_loss_low"].tolist() == [2, 1]
    assert found["val_loss_high"].tolist() == [4, 1]
    assert found["val_accuracy"].tolist() == [0.5, 1]
