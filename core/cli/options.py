"""Where commands read and write unless told otherwise, and the options that say so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.base.errors import InputError
from core.base.files import PROJECT_ROOT
from core.recipe.layer_table import BACKBONES

DATASETS = PROJECT_ROOT / "dataset"
TOY_BOOKS = DATASETS / "toy_books"

RunArgument = Annotated[str, typer.Argument(help="The run's id (its folder's name).")]
RunsArgument = Annotated[list[str], typer.Argument(metavar="RUN...", help="Runs' ids.")]
FolderArgument = Annotated[Path, typer.Argument(help="A data-set folder.")]
BackboneArgument = Annotated[str, typer.Argument(help=f"One of: {', '.join(BACKBONES)}.")]
RunsOption = Annotated[Path, typer.Option("--runs", help="Folder of run folders.")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
DataOption = Annotated[Path, typer.Option("--data", help="Data-set folder.")]
DatasetsOption = Annotated[Path, typer.Option("--datasets", help="Folder of data sets.")]

SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Change a key: bands.1.lr=1e-4.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

DEFAULT_RUNS = PROJECT_ROOT / "runs"


def check_backbone(name: str) -> None:
    """Raises InputError."""
    if name not in BACKBONES:
        raise InputError(f"{name}: no such backbone (there are: {', '.join(BACKBONES)})")
