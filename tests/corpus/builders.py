"""What cases make their input with."""

from __future__ import annotations

import hashlib
import io
import json
import resource
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.base.errors import InputError
from core.data.dataset import read_dataset
from core.store.run import Run, find_runs
from tests.conftest import FAST_CHANGES
from tests.factory import write_dataset, write_run

PHOTO = Path("train/red/red_0.jpg")  # of the set that `small_set` makes


def write_small_dataset(here: Path) -> Path:
    """HERE/data: two books and a background, four photos each; labelled test sets `test` and
    `test_difficult`. Returns its folder."""
    write_dataset(here / "data")
    return here / "data"


def write_dataset_photo(here: Path) -> Path:
    """The path of a training photo of HERE/data, which is made."""
    return write_small_dataset(here) / PHOTO


def picture(mode: str = "RGB", size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A blue picture with a lighter half on the left."""
    image = Image.new("RGB", size, "#2f5d9b")
    image.paste("#a0c0e0", (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def picture_bytes(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    """A picture as a file of that kind: JPEG, PNG, ..."""
    buffer = io.BytesIO()
    (image or picture()).save(buffer, kind, **options)
    return buffer.getvalue()


def write_photos(folder: Path, *names: str) -> Path:
    """Photos of these names, no two alike; names that end with `*` are of three photos. Returns the
    folder."""
    for name in names:
        for each in [name.replace("*", f"{n}.jpg") for n in range(3)] if "*" in name else [name]:
            path = folder / each
            path.parent.mkdir(parents=True, exist_ok=True)
            seed = zlib.crc32(each.encode())
            coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
            image = Image.fromarray(coarse).resize((96, 72), Image.Resampling.BICUBIC)
            path.write_bytes(picture_bytes("JPEG", image))
    return folder


def zip_photos(here: Path, rename: Callable[[str], str] = str) -> None:
    """HERE/in.zip: what lies in HERE/in, under other names."""
    with zipfile.ZipFile(here / "in.zip", "w") as archive:
        for path in sorted((here / "in").rglob("*.*")):
            name = path.relative_to(here / "in").as_posix()
            archive.writestr(rename(name), path.read_bytes())


def add_line(path: Path, line: str) -> None:
    """Puts a line at the end of a table."""
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")


def write_csv_dataset(here: Path, extra_rows: list[str]) -> None:
    """HERE/data with train.csv instead of a folder per class, these lines in front of its own."""
    train = write_small_dataset(here) / "train"
    rows = ["fnames,target", *extra_rows]
    rows += [f"{photo.relative_to(train)},{photo.parent.name}" for photo in train.glob("*/*.jpg")]
    (here / "data" / "train.csv").write_text("\n".join(rows) + "\n", "utf-8")


def write_case_run(here: Path, state: str = "done") -> Run:
    """A run in HERE/runs in that state, on HERE/data, of a recipe that trains in a second."""
    if not (here / "data").is_dir():
        write_small_dataset(here)
    run = write_run(here / "runs", read_dataset(here / "data"), state=state, changes=FAST_CHANGES)
    return run.__class__(run.path.rename(run.path.with_name("the-run")))


def current_phase(runs: Path) -> str:
    """What the run of a folder says it is doing; nothing before it has begun."""
    try:
        return next((run.status().phase for run in find_runs(runs)), "")
    except InputError:
        return ""


def write_older_run(here: Path) -> Run:
    """A sound finished run beside the one of `run_of`, older than it."""
    return write_run(here / "runs", read_dataset(here / "data"), changes=FAST_CHANGES)


ZIP_RUN_ID = "20260301-090000-quick-s0-0000"  # the run of `run_zip`


def write_run_zip(
    here: Path,
    edit_files: Callable[[dict[str, bytes]], object] = lambda files: None,
    edit_manifest: Callable[[dict[str, Any]], object] = lambda manifest: None,
    extra_members: dict[str, bytes] | None = None,
    state: str = "done",
    prefix: str = "",
) -> Path:
    """HERE/ada.zip: a run as `export --zip --from Ada` packs it. edit_files: changes its files, by
    name, before they are listed; edit_manifest: changes travel.json. extra_members: what else is in
    the zip file."""
    if not (here / "data").is_dir():
        write_small_dataset(here)
    run = write_run(
        here / "elsewhere",
        read_dataset(here / "data"),
        state=state,
        changes=FAST_CHANGES,
        validated=True,
    )
    found = {
        path.relative_to(run.path).as_posix(): path.read_bytes()
        for path in run.path.rglob("*")
        if path.is_file()
    }
    shutil.rmtree(here / "elsewhere")
    edit_files(found)
    listed = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in found.items()
    }
    told: dict[str, Any] = {
        "format": 1,
        "from": "Ada",
        "exported": "2026-03-01T10:00:00+00:00",
        "runs": {ZIP_RUN_ID: {"from": None, "files": listed}},
    }
    edit_manifest(told)
    with zipfile.ZipFile(here / "ada.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found.items():
            archive.writestr(f"{prefix}{ZIP_RUN_ID}/{name}", data)
        archive.writestr(f"{prefix}travel.json", json.dumps(told))
        for name, data in (extra_members or {}).items():
            archive.writestr(name, data)
    return here / "ada.zip"


def update_json(name: str, **keys: Any) -> Callable[[dict[str, bytes]], object]:
    """For `run_zip`: a JSON file of the run with these keys."""

    def change(files: dict[str, bytes]) -> None:
        files[name] = json.dumps(json.loads(files[name]) | keys).encode()

    return change


def replace_file(name: str, data: bytes) -> Callable[[dict[str, bytes]], object]:
    """For `run_zip`: a file of the run with that content instead."""
    return lambda files: files.update({name: data})


@contextmanager
def limit_file_size(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes meanwhile, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
