"""What `train --dry-run` prints: what a run or a whole batch would do, and how long it takes."""

from collections.abc import Sequence
from pathlib import Path

from core.base.formatting import duration
from core.data.balance import epoch_length
from core.data.dataset import Dataset
from core.data.split import split_photos
from core.model.pretrained_weights import lacks_imagenet_weights, missing_weights_options
from core.recipe.bands import stage_ranges
from core.recipe.batch import RecipeBatch
from core.recipe.layer_table import head_start
from core.recipe.network_layers import network_layers
from core.recipe.schema import Holdout, Recipe, Stage
from core.store.feature_folder import ALL_CACHED, NONE_CACHED
from core.train.estimate import count_photos, estimate
from core.train.schedule import batches_per_epoch


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
    head = head_start(recipe.backbone, recipe.map_stride)
    bands = stage_ranges(recipe, Stage(train="bands", epochs=1), head, len(table))
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
