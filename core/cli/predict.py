"""`predict`: what a finished run answers to any photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from PIL import Image
from typer import Argument, Option

from core.base.errors import DataError, InputError
from core.cli.options import DEFAULT_RUNS, JsonOption, RunArgument, RunsOption
from core.cli.output import print_errors, print_json
from core.data.photos import open_photo
from core.store.run import open_run
from core.views.heat_map import display_view, heat_map

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
