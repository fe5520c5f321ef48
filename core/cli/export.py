"""`export`: runs for other programs, or for another machine."""

from pathlib import Path
from typing import Annotated

from typer import Option

from core.base.errors import InputError
from core.cli.options import DEFAULT_RUNS, RunsArgument, RunsOption
from core.cli.output import count_runs
from core.store.run import Run, open_run
from core.store.status import utc_now
from core.transfer.pack import clean_sender, export_zip


def export(
    run_ids: RunsArgument,
    runs: RunsOption = DEFAULT_RUNS,
    zip_file: Annotated[
        Path | None, Option("--zip", metavar="FILE", help="All of them, to be imported elsewhere.")
    ] = None,
    sender: Annotated[
        str, Option("--from", metavar="NAME", help="With --zip: who sends them.")
    ] = "",
    checkpoint: Annotated[
        bool, Option("--checkpoint", help="With --zip: so that a stopped run can go on elsewhere.")
    ] = False,
    onnx: Annotated[
        Path | None, Option(metavar="FILE", help="One run's network, for other runtimes.")
    ] = None,
    tensorboard: Annotated[
        Path | None, Option(metavar="DIR", help="A TensorBoard log: DIR/RUN.")
    ] = None,
    csv: Annotated[Path | None, Option(metavar="DIR", help="Tables and scores: DIR/RUN.")] = None,
) -> None:
    """Writes runs in a form that other programs read, or as one zip file that `runs import` takes
    on another machine."""
    wanted = list(dict.fromkeys(run_ids))
    if zip_file is None and onnx is None and tensorboard is None and csv is None:
        raise InputError(
            "export: say what: --zip FILE, --onnx FILE, --tensorboard DIR or --csv DIR"
        )
    if (sender or checkpoint) and zip_file is None:
        raise InputError(f"{'--from' if sender else '--checkpoint'}: only with --zip")
    if zip_file is not None:
        packed = export_zip(runs, wanted, zip_file, clean_sender(sender), utc_now, checkpoint)
        for name in packed.left_out:
            print(f"left out, being no part of a run: {name}")
        print(f"{zip_file} ({count_runs(len(wanted))}, {len(packed.data) / 1e6:.1f} MB)")
    if onnx is None and tensorboard is None and csv is None:
        return
    found = [open_run(runs, id_) for id_ in wanted]
    if onnx is not None:
        _onnx(found, onnx)
    for run in found:
        if tensorboard is not None:
            from core.export.tensorboard_log import export_tensorboard

            print(export_tensorboard(run, tensorboard))
        if csv is not None:
            from core.export.csv_tables import export_csv

            print(export_csv(run, csv))


def _onnx(found: list[Run], path: Path) -> None:
    if len(found) > 1:
        raise InputError("--onnx: one run at a time")
    from core.export.onnx_file import export_onnx

    written = export_onnx(found[0], path)
    print(
        f"{path} ({written.size / 1e6:.1f} MB; largest difference from PyTorch "
        f"{written.max_difference:.1e})"
    )
