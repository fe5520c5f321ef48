"""`layers`, `weights`: the backbones, their layers, and their ImageNet weights."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from typer import Option

from core.base.errors import InputError
from core.cli.common import BackboneArgument, ProgressBar, check_backbone, print_table
from core.model.pretrained_weights import imagenet_weights_path
from core.recipe.bands import band_ranges
from core.recipe.files import recipe_from_dict
from core.recipe.layer_table import BACKBONES, layer_table, timm_model


def layers(
    backbone: BackboneArgument,
    map_stride: Annotated[
        int | None, Option(help="Pixels per cell of the class map: 16 or 32.")
    ] = None,
) -> None:
    """Lists a network's layers with the band of the default recipe."""
    check_backbone(backbone)
    asked = {} if map_stride is None else {"map_stride": map_stride}
    recipe = recipe_from_dict({"backbone": backbone, **asked})
    table = layer_table(backbone, recipe.map_stride, image_size=recipe.image_size)
    ranges = band_ranges(recipe.bands, len(table))
    model = timm_model(backbone)
    if model is not None and not model.is_chain:
        print("Its blocks form no chain: it is one layer, frozen or trained as a whole.")
    lines = []
    for layer in table:
        band = next(b for b in ranges if b.first <= layer.index <= b.last)
        rate = "frozen" if band.frozen else f"lr {band.lr:g}"
        facts = f"{layer.params:,}", f"{band.label} ({rate})"
        lines.append((layer.index, layer.name, layer.kind, layer.shape, *facts))
    heads = ["index", "name", "kind", "output", "weights", "band"]
    print_table(pd.DataFrame(lines, columns=heads), indent="")


app = typer.Typer(no_args_is_help=True, help="ImageNet weights of the backbones: list, fetch.")


@app.command("list")
def list_() -> None:
    """Lists the backbones, the size of their ImageNet weights, and where those are."""
    for name, facts in BACKBONES.items():
        path = imagenet_weights_path(name)
        place = path if path.is_file() else f"not here: python -m core weights fetch {name}"
        print(f"{name:<20} {facts.weights_size:>7}  {place}")


@app.command()
def fetch(
    backbone: BackboneArgument,
    url: Annotated[
        str | None, Option(help="Another address of torchvision's file: a mirror.")
    ] = None,
    source: Annotated[
        Path | None, Option("--from", help="torchvision's file, where you have it already.")
    ] = None,
) -> None:
    """Downloads a backbone's ImageNet weights, going on where an earlier try stopped, and checks
    them. The last line printed is the file."""
    check_backbone(backbone)
    if url is not None and source is not None:
        raise InputError("--url and --from do not go together")
    from core.model.download_weights import fetch_weights

    size = BACKBONES[backbone].weights_bytes
    with ProgressBar() as bar:
        path = fetch_weights(
            backbone,
            url,
            source,
            on_bytes=lambda done: bar.update(
                done / size,
                f"{done / 1e6:.0f} of {size / 1e6:.0f} MB",
                bar.seconds_left(done / size),
            ),
        )
    print(path)
