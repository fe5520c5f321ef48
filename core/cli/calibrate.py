"""`calibrate`: measures how fast this machine is, for the estimates of training times."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from core.cli.options import DEFAULT_RUNS, RunsOption
from core.jobs.measure_speed import measure
from core.recipe.files import load_recipe, recipe_from_dict
from core.recipe.layer_table import BACKBONES
from core.recipe.schema import Recipe
from core.train.speed import Speed


def calibrate(
    recipe: Annotated[str, typer.Argument(help="A backbone, a preset's name or a YAML file.")],
    map_stride: Annotated[int | None, typer.Option(help="Pixels per cell of the map.")] = None,
    image_size: Annotated[int | None, typer.Option(help="Side of the photos in pixels.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, float32 or bfloat16.")] = None,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Measures this machine for a few seconds, unless that is done, once nothing trains any more;
    `train --dry-run` and the Train page estimate from it."""
    asked = {"map_stride": map_stride, "image_size": image_size, "precision": precision}
    changes: dict[str, Any] = {key: value for key, value in asked.items() if value is not None}
    chosen = _recipe(recipe, changes)

    def wait(run: str) -> None:
        print(f"waiting until {run} has ended", file=sys.stderr, flush=True)

    print(_speed_text(chosen, measure(runs, chosen, on_wait=wait)))


def _recipe(name: str, changes: dict[str, Any]) -> Recipe:
    if name in BACKBONES:
        return recipe_from_dict({"backbone": name, **changes})
    return load_recipe(name, changes)


def _speed_text(recipe: Recipe, speed: Speed) -> str:
    forward = 1000 * sum(speed.forward)
    both = 1000 * (sum(speed.train_forward) + sum(speed.backward))
    return (
        f"{recipe.backbone} at {recipe.image_size} px: {forward:.1f} ms a photo to look at it, "
        f"{both:.1f} ms to train on it ({speed.training_format}, {speed.device})"
    )
