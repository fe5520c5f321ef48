"""Where commands read and write unless told otherwise, and the options that say so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.base.files import PROJECT_ROOT

DATASETS = PROJECT_ROOT / "dataset"
TOY_BOOKS = DATASETS / "toy_books"

RunsOption = Annotated[Path, typer.Option("--runs", help="Folder of run folders.")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
DataOption = Annotated[Path, typer.Option("--data", help="Data-set folder.")]
DatasetsOption = Annotated[Path, typer.Option("--datasets", help="Folder of data sets.")]

DEFAULT_RUNS = PROJECT_ROOT / "runs"
