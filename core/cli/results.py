"""`evaluate`, `predict`, `report`, `export`: what finished runs tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from PIL import Image
from typer import Argument, Option

from core.base import files
from core.base.errors import DataError, InputError
from core.cli.common import (
    DEFAULT_RUNS,
    JsonOption,
    RunArgument,
    RunsArgument,
    RunsOption,
    count_runs,
    named_rows,
    print_errors,
    print_json,
)
from core.compare.selection import grouped_items
from core.data.photos import open_photo
from core.report.page import render_report
from core.store.run import Run, open_run
from core.store.status import utc_now
from core.transfer.pack import clean_sender, export_zip
from core.views.heat_map import display_view, heat_map


def evaluate(run: RunArgument, runs: RunsOption = DEFAULT_RUNS) -> None:
    """Asks a finished run about the photos again, without training: after labels or boxes have
    changed. The last line printed is the run folder."""
    found = open_run(runs, run)
    if found.status().state != "done":
        raise InputError(f"{run}: not finished ({found.status().state})")
    from core.jobs.tasks.results import reevaluate_run

    reevaluate_run(found)
    diagnosis = found.diagnosis() or {}
    print(f"{diagnosis['verdict']}: {diagnosis['finding']}")
    print(found.path)


if TYPE_CHECKING:  # torch is imported when the command runs
    from core.evaluate.predictor import PhotoPrediction

CAM_SIDE = 800  # pixels of a picture's longer side
CAM_SUFFIXES = (".jpg", ".jpeg", ".png")


def predict(
    run: RunArgument,
    photos: Annotated[list[Path], Argument(metavar="PHOTO...", help="Photos' files.")],
    runs: RunsOption = DEFAULT_RUNS,
    as_json: JsonOption = False,
    cam: Annotated[
        Path | None,
        Option(metavar="FILE", help="Draw where it looks; several photos: FILE-1-PHOTO and so on."),
    ] = None,
) -> None:
    """Tells the class of photos, with its probability. A photo that cannot be read has an error
    line of its own; the others are answered all the same, and the exit status is 2."""
    found = open_run(runs, run)
    pictures = _cam_paths(cam, photos)
    _exit_if_unreadable(photos, as_json)
    from core.base.machine import configure_threads
    from core.evaluate.predictor import Predictor

    configure_threads()
    answerer = Predictor(found)
    width = max(len(name) for name in answerer.network.classes)
    told = []
    for answer, picture in zip(answerer.predict_photos(photos), pictures, strict=True):
        told.append(_as_data(answer, picture))
        if answer.error:
            print_errors([answer.error])
            continue
        if picture is not None:
            view = display_view(answer.photo, answerer.recipe.crop, CAM_SIDE)
            _save(heat_map(view, answer.density), picture)
        if not as_json:
            odds = answer.probabilities[answer.predicted]
            print(f"{answer.predicted:<{width}}  {odds:.3f}  {answer.photo}", flush=True)
    if as_json:
        print_json(told)
    if any("error" in line for line in told):
        raise typer.Exit(2)


def _exit_if_unreadable(photos: Sequence[Path], as_json: bool) -> None:
    """Says so of each photo before torch is loaded, which takes many seconds. Raises Exit then."""
    refused = []
    for photo in photos:
        try:
            open_photo(photo)
        except DataError as error:
            refused.append({"file": str(photo), "error": " ".join(str(error).split())})
        else:
            return
    print_errors([line["error"] for line in refused])
    if as_json:
        print_json(refused)
    raise typer.Exit(2)


def _as_data(prediction: PhotoPrediction, cam_path: Path | None) -> dict[str, Any]:
    if prediction.error:
        return {"file": str(prediction.photo), "error": prediction.error}
    odds = {name: round(p, 6) for name, p in prediction.probabilities.items()}
    line = {"file": str(prediction.photo), "predicted": prediction.predicted}
    drawn = {} if cam_path is None else {"cam": str(cam_path)}
    return {**line, "probability": odds[prediction.predicted], "probabilities": odds, **drawn}


def _cam_paths(cam: Path | None, photos: Sequence[Path]) -> Sequence[Path | None]:
    """Where each photo's picture goes; None where none is asked for."""
    if cam is None:
        return [None] * len(photos)
    if cam.suffix.lower() not in CAM_SUFFIXES:
        raise InputError(f"--cam {cam}: must end in {', '.join(CAM_SUFFIXES)}")
    if not cam.parent.is_dir():
        raise InputError(f"--cam {cam}: there is no folder {cam.parent}")
    pictures = [cam]
    if len(photos) > 1:
        names = [f"{cam.stem}-{n}-{photo.stem}" for n, photo in enumerate(photos, start=1)]
        pictures = [cam.with_name(name + cam.suffix) for name in names]
    taken = {photo.resolve() for photo in photos}
    for picture in pictures:
        if picture.resolve() in taken:
            raise InputError(f"--cam {cam}: would write over the photo {picture}")
    return pictures


def _save(picture: Image.Image, path: Path) -> None:
    try:
        picture.save(path, quality=90)
    except OSError as error:
        raise InputError(f"--cam {path}: cannot be written ({error.strerror or error})") from None


def report(
    run_ids: RunsArgument,
    output: Annotated[
        Path, Option("--output", "-o", metavar="FILE.html", help="Where it is written.")
    ],
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Writes a report on runs: one HTML file with its pictures inside and no script, to be read,
    printed or sent. Repeats of one recipe among them are told as a group."""
    if output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--output {output}: must end in .html")
    if not output.parent.is_dir():
        raise InputError(f"--output {output}: there is no folder {output.parent}")
    named, rows = named_rows(run_ids, runs)
    page = render_report(grouped_items(named, rows), rows, runs, datetime.now(UTC).date())
    files.write_text(output, page)
    print(f"{output} ({len(page.encode()) / 1e6:.1f} MB)")


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
