"""`train`, `lr-find`: a recipe or a batch, now, in this process, with progress on stderr."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from core.base.errors import InputError, RunError
from core.base.formatting import duration
from core.cli.common import (
    DEFAULT_RUNS,
    TOY_BOOKS,
    DataOption,
    RunsOption,
    SetOption,
    print_json,
    print_status,
)
from core.data.balance import epoch_length
from core.data.dataset import Dataset, read_dataset
from core.data.fingerprints import fingerprints
from core.data.split import split_photos
from core.jobs.local import mark_cancelled, mark_lost
from core.jobs.queue import Queue
from core.model.pretrained_weights import (
    find_weights,
    lacks_imagenet_weights,
    missing_weights_options,
)
from core.recipe.bands import check_stages, last_trained_band_label, stage_ranges
from core.recipe.batch import RecipeBatch, is_recipe_batch, load_recipe_batch, recipe_without_name
from core.recipe.files import load_recipe, parse_changes
from core.recipe.layer_table import network_layers
from core.recipe.repeats import repeat_over_folds, repeat_over_seeds
from core.recipe.schema import Holdout, Recipe, Stage
from core.store.feature_folder import ALL_CACHED, NONE_CACHED
from core.store.index import RunIndex, earlier_run, photos_fingerprint
from core.store.lr_finder import DEFAULT_HEAD_INITS, SUGGESTION_CAVEAT, search_recipe
from core.store.run import Run, create_run, discard_run
from core.store.status import utc_now
from core.train.estimate import count_photos, estimate
from core.train.schedule import batches_per_epoch


def train(
    recipe: Annotated[
        str, Argument(help="A preset, a ready-made batch, or a YAML file of either kind.")
    ],
    data: DataOption = TOY_BOOKS,
    runs: RunsOption = DEFAULT_RUNS,
    seed: Annotated[int | None, Option(help="The run's seed.")] = None,
    seeds: Annotated[str | None, Option(help="Several runs: 0,1,2.")] = None,
    folds: Annotated[
        int | None, Option(help="Several runs: each of so many folds validates in turn.")
    ] = None,
    set_: SetOption = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Print the plan only.")] = False,
) -> None:
    """Trains a recipe, or every recipe of a batch, on a data set. The last line printed is the run
    folder.

    With --seeds and --folds together each seed trains with each fold. A run that fails does not
    stop the others. Of a batch, what has been trained already on these photos is not trained again.
    """
    changes = parse_changes(set_ or [])
    batch = load_recipe_batch(recipe, changes) if is_recipe_batch(recipe) else None
    chosen = batch.recipes if batch else (load_recipe(recipe, changes),)
    recipes = _repeat_recipes(chosen, _parse_seeds(seed, seeds), folds)
    dataset = read_dataset(data)
    for each in recipes:  # what does not fit is told before anything trains
        check_stages(each)
        split_photos(dataset, each)
    earlier = _find_earlier_runs(recipes, dataset, runs) if batch else [None] * len(recipes)
    if dry_run and batch:
        done = [run.id if run and run.status().state == "done" else "" for run in earlier]
        print_batch(batch, recipes, done, dataset, runs)
    elif dry_run:
        print_plan(recipes[0], dataset)
        print_estimate(recipes, dataset, runs)
    else:
        for backbone, weights in dict.fromkeys((each.backbone, each.weights) for each in recipes):
            find_weights(backbone, weights)
        _train_all(recipes, earlier, data, runs)


def carry_on(run: Run) -> None:
    """Carries a run out, or on, with a line of progress per epoch on stderr."""
    try:
        _run_training(run)
    except KeyboardInterrupt:
        if not run.status().ended:  # it came before the run took note of it
            mark_cancelled(run, utc_now)
        raise


def _run_training(run: Run) -> None:
    # torch takes seconds to import: not for --dry-run
    from core.jobs.tasks.train_run import run_training
    from core.train.loop import EpochRow

    recipe = run.recipe()
    total = recipe.planned_epochs()

    def print_epoch(row: EpochRow, eta: float | None) -> None:
        left = "" if eta is None else f"  about {duration(eta)} left"
        print_status(
            f"{recipe.name} {repeat_text(recipe)}  epoch {row.planned.number}/{total}  "
            f"train loss {row.train_loss:.4f}  val loss {row.val_loss:.4f}  "
            f"val accuracy {row.val_accuracy:.0%}{left}"
        )

    run_training(run, utc_now, on_epoch=print_epoch)


def resume_run(run: Run, runs: Path) -> None:
    """Goes on with a stopped run after its last finished epoch. Raises RunError where the worker
    or another process will do so."""
    mark_lost(run, utc_now)
    with run.state_lock():
        if _is_queued(run, runs):
            raise InputError(f"{run.id}: is in the worker's queue, which will carry it out")
        if run.status().state != "queued":  # a command killed before its run began leaves it queued
            run.requeue()
    carry_on(run)


def _is_queued(run: Run, runs: Path) -> bool:
    return any(entry.work_id == run.id for entry in Queue(runs).entries())


def _parse_seeds(seed: int | None, seeds: str | None) -> list[int] | None:
    if seeds is None:
        return None if seed is None else [seed]
    if seed is not None:
        raise InputError("--seed and --seeds do not go together")
    parts = [part.strip() for part in seeds.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,10}", part) for part in parts):
        raise InputError(f"--seeds {seeds}: must be whole numbers with commas, as 0,1,2")
    found = [int(part) for part in parts]
    if len(set(found)) < len(found):
        raise InputError(f"--seeds {seeds}: each seed once")
    return found


def _repeat_recipes(
    base_recipes: Sequence[Recipe], seeds: list[int] | None, folds: int | None
) -> list[Recipe]:
    """Every recipe with the first seed comes before any with the second: a batch that is stopped
    early has looked at each of its recipes."""
    recipes = list(base_recipes)
    if seeds is not None:
        recipes = [one for s in seeds for each in recipes for one in repeat_over_seeds(each, [s])]
    if folds is not None:
        recipes = [one for each in recipes for one in repeat_over_folds(each, folds)]
    plain = [recipe_without_name(each) for each in recipes]
    if any(each in plain[:place] for place, each in enumerate(plain)):
        raise InputError(
            "--seed, --seeds or --folds: some runs would be the same; the batch varies that itself"
        )
    return recipes


def _find_earlier_runs(recipes: Sequence[Recipe], dataset: Dataset, runs: Path) -> list[Run | None]:
    """For each recipe the run that has trained it on these photos, or has begun to."""
    rows, photos = RunIndex(runs).rows(), photos_fingerprint(fingerprints(dataset))
    found = [earlier_run(rows, recipe, photos, dataset.root) for recipe in recipes]
    return [None if row is None else Run(Path(runs) / row.id) for row in found]


def _train_all(
    recipes: Sequence[Recipe], earlier_runs: Sequence[Run | None], data: Path, runs: Path
) -> None:
    """Raises InputError at the end when a run failed; where there is one alone, what ended it."""
    failed = []
    for recipe, begun in zip(recipes, earlier_runs, strict=True):
        run = begun or create_run(runs, recipe, data, utc_now)
        try:
            if begun is None:
                carry_on(run)
            elif (words := _skip_reason(begun, runs)) is not None:
                print_status(f"{recipe.name} {repeat_text(recipe)}  {words}")
            else:
                resume_run(begun, runs)
        except Exception as error:
            if begun is None:
                _discard_unusable(run, error)
            if len(recipes) == 1:
                raise
            failed.append(f"{recipe.name} {repeat_text(recipe)}")
            words = " ".join(str(error).split()) or type(error).__name__
            print_status(f"{failed[-1]}  failed: {words}")
            continue
        print(run.path, flush=True)
    if failed:
        raise InputError(f"{len(failed)} of {len(recipes)} runs failed: {', '.join(failed)}")


def _discard_unusable(run: Run, error: Exception) -> None:
    """A photo or the weights cannot be used: there is nothing to keep."""
    unusable = isinstance(error, InputError) and not isinstance(error, RunError)
    if unusable and run.status().epoch == 0:
        discard_run(run)


def _skip_reason(run: Run, runs: Path) -> str | None:
    """Why an earlier run is left alone; None when it has stopped half-way."""
    mark_lost(run, utc_now)
    state = run.status().state
    if state == "done":
        return "is done already"
    if state == "running" or _is_queued(run, runs):
        return "is under way elsewhere"
    return None


def print_plan(recipe: Recipe, dataset: Dataset) -> None:
    """What a run would do: parameter groups of each kind of stage, epochs, batches."""
    table = network_layers(recipe, len(dataset.classes))
    print(f"recipe: {recipe.name} ({recipe.backbone}, {len(table)} layers)")
    _print_missing_weights(recipe, "weights")
    training, validation = split_photos(dataset, recipe)
    views = epoch_length([dataset.train_labels[i] for i in training], recipe.balance)
    batches = batches_per_epoch(views, recipe.batch_size)
    print(
        f"data: {dataset.title}: {len(training)} photos train in {batches} batches, "
        f"{len(validation)} validate"
    )
    print("groups:")
    bands = stage_ranges(recipe, Stage(train="bands", epochs=1))
    for band in bands:
        weights = sum(layer.params for layer in table[band.first : band.last + 1])
        rate = "frozen" if band.frozen else f"lr {band.lr:g}"
        print(f"  {band.label:<7} {rate:<12} {weights:>11,} weights")
    for number, stage in enumerate(recipe.stages, start=1):
        lengths = stage.cycle_lengths()
        shape = f"cycles of {'+'.join(map(str, lengths))} epochs" if stage.cycles else "constant"
        if not stage.by_gradients:
            print(f"stage {number}: {stage.train}")
            continue
        print(f"stage {number}: {stage.train}, {sum(lengths)} epochs, {shape}")
    print(f"planned epochs: {recipe.planned_epochs()}")


def print_estimate(recipes: Sequence[Recipe], dataset: Dataset, runs: Path) -> None:
    """How long a run, and all of them, would take on this machine."""
    recipe = recipes[0]
    photos = count_photos(dataset, recipe)
    first = estimate(runs, recipe, photos, NONE_CACHED)
    fresh, known = first.seconds, estimate(runs, recipe, photos, ALL_CACHED).seconds
    line = f"estimated time: {duration(fresh)}"
    if duration(known) != duration(fresh):
        line += f" ({duration(known)} if the frozen layers' features are there already)"
    if len(recipes) > 1:
        line += f" a run, {duration(fresh * len(recipes))} for all {len(recipes)}"
    print(line + ("" if first.observed else "; rough, as no run has finished on this machine"))


def print_batch(
    batch: RecipeBatch, recipes: Sequence[Recipe], done: Sequence[str], dataset: Dataset, runs: Path
) -> None:
    """A line per run of a batch with its estimated time, then the time of all that are left.

    recipes: the batch's over seeds and folds; done: for each the run that has done it, or ""."""
    print(f"batch: {batch.name}, {len(recipes)} runs; varied: {', '.join(batch.varied)}")
    print(f"data: {dataset.title}")
    for recipe in {each.backbone: each for each in recipes}.values():
        _print_missing_weights(recipe, f"weights of {recipe.backbone}")
    left = 0.0
    for recipe, run in zip(recipes, done, strict=True):
        seconds = estimate(runs, recipe, count_photos(dataset, recipe), NONE_CACHED).seconds
        note = f"done: {run}" if run else duration(seconds)
        left += 0 if run else seconds
        print(f"  {recipe.name}, {repeat_text(recipe)}: {recipe.planned_epochs()} epochs, {note}")
    count = sum(not run for run in done)
    print(f"estimated time: {duration(left)} for {count} runs")


def repeat_text(recipe: Recipe) -> str:
    """`seed 3`, or `seed 3 fold 1`."""
    fold = None if isinstance(recipe.split, Holdout) else recipe.split.fold
    return f"seed {recipe.seed}" + ("" if fold is None else f" fold {fold}")


def _print_missing_weights(recipe: Recipe, label: str) -> None:
    if lacks_imagenet_weights(recipe.backbone, recipe.weights):
        print(
            f"{label}: not on this machine; you can "
            f"{', or '.join(missing_weights_options(recipe.backbone))}"
        )


def lr_find(
    recipe: Annotated[str, Argument(help="A preset's name or a YAML file.")],
    data: DataOption = TOY_BOOKS,
    runs: RunsOption = DEFAULT_RUNS,
    starts: Annotated[int, Option(min=1, max=20, help="How many searches.")] = DEFAULT_HEAD_INITS,
    set_: SetOption = None,
    as_json: Annotated[bool, Option("--json", help="Curves and suggestion as JSON.")] = False,
) -> None:
    """Searches for a learning rate: of the last band that trains, the others keeping their
    proportion to it, from a new head, whatever the recipe's stages."""
    chosen = load_recipe(recipe, parse_changes(set_ or []))
    from core.pipeline.setup import set_up
    from core.train.lr_finder import find_lr

    def print_progress(number: int) -> None:
        print_status(f"search {number + 1} of {starts} done")

    curves, suggestion = find_lr(set_up(search_recipe(chosen), data, runs), starts, print_progress)
    layers = last_trained_band_label(chosen)
    if as_json:
        told = {**asdict(suggestion), "layers": layers}
        print_json({**told, "curves": curves.to_dict("records")}, indent=None)
        return
    if suggestion.lr is None:
        print(f"cannot tell: {suggestion.why}")
    else:
        print(
            f"{suggestion.lr:.1e} for layers {layers}, agreement {suggestion.confidence}: "
            f"{suggestion.why}"
        )
        print(SUGGESTION_CAVEAT)
