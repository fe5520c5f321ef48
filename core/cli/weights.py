"""`weights`: which backbones' ImageNet weights are on this machine, and bringing them here."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from core.base.errors import InputError
from core.cli.options import BackboneArgument, check_backbone
from core.cli.progress import ProgressBar
from core.model.pretrained_weights import imagenet_weights_path
from core.recipe.layer_table import BACKBONES

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
