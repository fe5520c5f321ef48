"""A data set and runs whose every name and text tries to be more than text.

`pwned()` is what a browser would run if one of them got through; see tests/browser/test_names.py.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

from core.data.dataset import Dataset, read_dataset
from core.store.annotations import annotate
from core.store.run import Run
from tests.factory import write_batches_and_timing, write_dataset, write_run

# What each becomes where it is taken for markup: a script, a link that runs one, colour, a formula,
# an icon, a picture from elsewhere, a link to elsewhere.
SCRIPT = "<img src=x onerror=pwned()>"
LINK = "[pwn](javascript:pwned())"
MARKUP_TOKENS = (
    SCRIPT,
    LINK,
    "<svg/onload=pwned()>",
    "<script>pwned()</script>",
    ":red[pwn]",
    "$pwn^2$",
    ":material/bomb:",
    "![pwn](https://evil.example/a.png)",
    "https://evil.example/",
    "<a href=https://evil.example>pwn",
    "<b>pwn",
)

# A folder's or file's name holds no slash, a class's and a tag's no space either.
HOSTILE_CLASS = "<b>pwn[pwn](javascript:pwned())$pwn^2$:red[pwn]"
HOSTILE_FILE_PREFIX = f"{SCRIPT}{LINK}$pwn^2$:red[pwn]=cmd"
HOSTILE_TEST_SET = f"test_{SCRIPT}{LINK}:red[pwn]"
HOSTILE_BOX_LABEL = "<svg/onload=pwned()>:material/bomb:"
HOSTILE_NAME = f"{SCRIPT}{LINK}:red[pwn]$pwn^2$"  # of a recipe and a run: at most 80 characters
HOSTILE_TAG = "<svg/onload=pwned()>"
HOSTILE_TEXT = " ".join(MARKUP_TOKENS) + "\n\n# pwn\n- pwn\n\u202epwn\u202c\x1b[31m"


def hostile_dataset(root: Path) -> Dataset:
    """The factory's photos: the class `red`, its photos, the set `test`, its photos and a thing in
    a box bear such names; title, licence and source are such texts."""
    write_dataset(root)
    (root / "train" / "red").rename(root / "train" / HOSTILE_CLASS)
    for photo in (root / "train" / HOSTILE_CLASS).glob("*.jpg"):
        photo.rename(photo.with_name(f"{HOSTILE_FILE_PREFIX}{photo.name}"))
    for photo in (root / "test").glob("*.jpg"):
        photo.rename(photo.with_name(f"{HOSTILE_FILE_PREFIX}{photo.name}"))
    (root / "test").rename(root / HOSTILE_TEST_SET)
    for name in ("labels.csv", "boxes.csv"):
        with (root / name).open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        with (root / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *map(_hostile_row, rows)])
    with (root / "boxes.csv").open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(
            ("test_difficult", "img_0.jpg", HOSTILE_BOX_LABEL, 0, 0, 0.2, 0.2, 1)
        )
    texts = {"title": HOSTILE_TEXT, "licence": HOSTILE_TEXT, "source": HOSTILE_TEXT}
    (root / "dataset.yaml").write_text(json.dumps(texts), "utf-8")
    (root / "train" / HOSTILE_CLASS / f"{HOSTILE_FILE_PREFIX}.txt").write_text("excluded", "utf-8")
    return read_dataset(root)


def _hostile_row(row: list[str]) -> list[str]:
    split, file, *rest = row
    named = (HOSTILE_TEST_SET, f"{HOSTILE_FILE_PREFIX}{file}") if split == "test" else (split, file)
    return [
        *named,
        *(" ".join(HOSTILE_CLASS if w == "red" else w for w in cell.split()) for cell in rest),
    ]


def hostile_runs(runs_dir: Path, dataset: Dataset) -> dict[str, Run]:
    """Runs of such a name, with such tags and notes: two finished repeats, another finished one,
    one that failed, one under way (both with such words), and one that waits."""
    named = {"name": HOSTILE_NAME}
    found = {
        "done": write_run(runs_dir, dataset, changes=named),
        "repeat": write_run(runs_dir, dataset, changes={**named, "seed": 1}, minutes=1),
        "other": write_run(runs_dir, dataset, "looks-good", changes=named, minutes=2),
        "failed": write_run(runs_dir, dataset, state="failed", changes=named, minutes=3),
        "running": write_run(runs_dir, dataset, state="running", changes=named, minutes=4),
        "queued": write_run(runs_dir, dataset, state="queued", changes=named, minutes=5),
    }
    for run in found.values():
        (run.path / "log.txt").write_text(f"{HOSTILE_TEXT}\n", "utf-8")
        annotate(run, note=HOSTILE_TEXT, add_tags=[HOSTILE_TAG])
    annotate(found["other"], name=HOSTILE_NAME[::-1])
    write_batches_and_timing(found["done"])
    found["failed"].write_status(
        replace(found["failed"].status(), error=HOSTILE_TEXT.splitlines()[0])
    )
    found["running"].write_status(
        replace(found["running"].status(), phase=HOSTILE_TEXT.splitlines()[0])
    )
    return found
