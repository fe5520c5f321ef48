"""`train`: one recipe, now, in this process, with progress on stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli.places import DEFAULT_RUNS, TOY_BOOKS, DataOption, RunsOption
from core.data.balance import epoch_length
from core.data.dataset import Dataset, read_dataset
from core.data.split import split_photos, split_sizes
from core.errors import InputError
from core.model.bands import stage_ranges
from core.model.flat_list import network_layers
from core.model.layers import head_start
from core.recipe import Holdout, Recipe, Stage
from core.recipe_file import load_recipe, parse_changes
from core.repeats import over_folds
from core.store.run import Run, create_run, utc_now
from core.text import duration
from core.train.estimate import EVERYTHING, NOTHING, estimate, photos_of
from core.train.schedule import batches_per_epoch
from core.train.speed import doubtful, read_speed


def train(
    recipe: Annotated[str, typer.Argument(help="A preset's name or a YAML file.")],
    data: DataOption = TOY_BOOKS,
    runs: RunsOption = DEFAULT_RUNS,
    seed: Annotated[int | None, typer.Option(help="The run's seed.")] = None,
    seeds: Annotated[str | None, typer.Option(help="Several runs: 0,1,2.")] = None,
    folds: Annotated[
        int | None, typer.Option(help="Several runs: each of so many folds validates in turn.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Change a key: bands.1.lr=1e-4.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan only.")] = False,
) -> None:
    """Trains a recipe on a data set. The last line printed is the run folder.

    With --seeds and --folds together each seed trains with each fold.
    """
    changes = parse_changes(set_ or [])
    recipes = [
        load_recipe(recipe, changes | ({} if number is None else {"seed": number}))
        for number in _seeds(seed, seeds)
    ]
    if folds is not None:
        recipes = [each for chosen in recipes for each in over_folds(chosen, folds)]
    dataset = read_dataset(data)
    for chosen in recipes:
        split_sizes(chosen, dataset)  # a class with too few photos is told before anything trains
    if dry_run:
        print_plan(recipes[0], dataset)
        print_estimate(recipes[0], dataset, runs)
        return
    for chosen in recipes:
        run = create_run(runs, chosen, data, utc_now)
        carry_on(run)
        print(run.path, flush=True)


def _seeds(seed: int | None, seeds: str | None) -> list[int | None]:
    if seeds is None:
        return [seed]
    if seed is not None:
        raise InputError("--seed and --seeds do not go together")
    parts = [part.strip() for part in seeds.split(",")]
    if not all(part.isdigit() for part in parts):
        raise InputError(f"--seeds {seeds}: must be whole numbers with commas, as 0,1,2")
    if len(set(parts)) < len(parts):
        raise InputError(f"--seeds {seeds}: each seed once")
    return [int(part) for part in parts]


def print_plan(recipe: Recipe, dataset: Dataset) -> None:
    """What a run would do: parameter groups of each kind of stage, epochs, batches."""
    table = network_layers(recipe, len(dataset.classes))
    print(f"recipe: {recipe.name} ({recipe.backbone}, {len(table)} layers)")
    training, validation = split_photos(dataset, recipe)
    views = epoch_length([dataset.train_labels[i] for i in training], recipe.balance)
    batches = batches_per_epoch(views, recipe.batch_size)
    print(
        f"data: {dataset.title}: {len(training)} photos train in {batches} batches, "
        f"{len(validation)} validate"
    )
    print("groups:")
    head = head_start(recipe.backbone, recipe.map_stride)
    bands = stage_ranges(recipe, Stage(train="bands", epochs=1), head, len(table))
    for band in bands:
        weights = sum(layer.params for layer in table[band.first : band.last + 1])
        rate = "frozen" if band.frozen else f"lr {band.lr:g}"
        print(f"  {band.label:<7} {rate:<12} {weights:>11,} weights")
    for number, stage in enumerate(recipe.stages, start=1):
        lengths = stage.cycle_lengths()
        shape = f"cycles of {'+'.join(map(str, lengths))} epochs" if stage.cycles else "constant"
        print(f"stage {number}: {stage.train}, {sum(lengths)} epochs, {shape}")
    print(f"planned epochs: {recipe.planned_epochs()}")


def print_estimate(recipe: Recipe, dataset: Dataset, runs: Path) -> None:
    """How long a run would take on this machine, which is measured if it has not been yet."""
    speed = read_speed(runs, recipe)
    if speed is None or doubtful(speed):
        from core.train.calibrate import speed_for

        speed = speed_for(runs, recipe)
    photos = photos_of(dataset, recipe)
    fresh, known = (estimate(recipe, speed, photos, k).seconds for k in (NOTHING, EVERYTHING))
    line = f"estimated time: {duration(fresh)}"
    if duration(known) != duration(fresh):
        line += f" ({duration(known)} if the frozen layers' features are there already)"
    if doubtful(speed):
        line += "; measured while the machine was busy with other work"
    print(line)


def carry_on(run: Run) -> None:
    """Carries a run out, or on, with a line of progress per epoch on stderr."""
    from core.train.execute import execute  # torch takes seconds to import: not for --dry-run
    from core.train.loop import EpochRow

    recipe = run.recipe()
    total = recipe.planned_epochs()
    which = f"seed {recipe.seed}"
    if not isinstance(recipe.split, Holdout) and recipe.split.fold is not None:
        which += f" fold {recipe.split.fold}"

    def tell(row: EpochRow, eta: float | None) -> None:
        left = "" if eta is None else f"  about {duration(eta)} left"
        print(
            f"{recipe.name} {which}  epoch {row.planned.number}/{total}  "
            f"train loss {row.train_loss:.4f}  val loss {row.val_loss:.4f}  "
            f"val accuracy {row.val_accuracy:.0%}{left}",
            file=sys.stderr,
            flush=True,
        )

    execute(run, utc_now, on_epoch=tell)
