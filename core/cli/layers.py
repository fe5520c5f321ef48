"""`layers`: the flat list of a network, as a recipe's bands count it."""

from typing import Annotated

import pandas as pd
from typer import Option

from core.cli.options import BackboneArgument, check_backbone
from core.cli.output import print_table
from core.recipe.bands import band_ranges
from core.recipe.files import recipe_from_dict
from core.recipe.layer_table import layer_table
from core.recipe.timm_models import timm_model


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
