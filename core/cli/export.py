"""`export`: a run for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.places import DEFAULT_RUNS, RunsOption
from core.errors import InputError
from core.store.run import open_run


def export(
    run: Annotated[str, typer.Argument(help="The run's id (its folder's name).")],
    runs: RunsOption = DEFAULT_RUNS,
    onnx: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The network, for other runtimes.")
    ] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A TensorBoard log: DIR/RUN.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Tables and scores: DIR/RUN.")
    ] = None,
) -> None:
    """Writes a run in a form that other programs read."""
    found = open_run(runs, run)
    if onnx is None and tensorboard is None and csv is None:
        raise InputError("export: say what: --onnx FILE, --tensorboard DIR or --csv DIR")
    if onnx is not None:
        from core.export.onnx_file import export_onnx

        written = export_onnx(found, onnx)
        print(
            f"{onnx} ({written.size / 1e6:.1f} MB; largest difference from PyTorch "
            f"{written.difference:.1e})"
        )
    if tensorboard is not None:
        from core.export.tensorboard_log import export_tensorboard

        print(export_tensorboard(found, tensorboard))
    if csv is not None:
        from core.export.csv_tables import export_csv

        print(export_csv(found, csv))
