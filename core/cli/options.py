"""Where commands read and write unless told otherwise, and the options that say so."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from core.base.errors import InputError
from core.base.files import PROJECT_ROOT
from core.recipe.layer_table import BACKBONES, find_backbone
from core.recipe.timm_models import timm_model

DATASETS = PROJECT_ROOT / "dataset"
TOY_BOOKS = DATASETS / "toy_books"

RunArgument = Annotated[str, Argument(help="The run's id (its folder's name).")]
RunsArgument = Annotated[list[str], Argument(metavar="RUN...", help="Runs' ids.")]
FolderArgument = Annotated[Path, Argument(help="A data-set folder.")]
BackboneArgument = Annotated[str, Argument(help=f"One of: {', '.join(BACKBONES)}; or timm/NAME.")]
RunsOption = Annotated[Path, Option("--runs", help="Folder of run folders.")]
JsonOption = Annotated[bool, Option("--json", help="As JSON, for programs.")]
DataOption = Annotated[Path, Option("--data", help="Data-set folder.")]
DatasetsOption = Annotated[Path, Option("--datasets", help="Folder of data sets.")]

SetOption = Annotated[list[str] | None, Option("--set", help="Change a key: bands.1.lr=1e-4.")]
YesOption = Annotated[bool, Option("--yes", help="Do not ask.")]

DEFAULT_RUNS = PROJECT_ROOT / "runs"


def check_backbone(name: str) -> None:
    """Raises InputError: why there is no such backbone."""
    if timm_model(name) is not None:
        try:
            find_backbone(name)
        except ValueError as error:
            raise InputError(str(error)) from None
    elif name not in BACKBONES:
        known = ", ".join(BACKBONES)
        raise InputError(f"{name}: no such backbone (there are: {known}; timm/NAME)")
