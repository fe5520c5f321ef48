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
from tests.factory import write_dataset, write_run, write_steps

# What each becomes where it is taken for markup: a script, a link that runs one, colour, a formula,
# an icon, a picture from elsewhere, a link to elsewhere.
SCRIPT = "<img src=x onerror=pwned()>"
LINK = "[pwn](javascript:pwned())"
TOKENS = (
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
CLASS = "<b>pwn[pwn](javascript:pwned())$pwn^2$:red[pwn]"
FILE = f"{SCRIPT}{LINK}$pwn^2$:red[pwn]=cmd"
SET = f"test_{SCRIPT}{LINK}:red[pwn]"
BOXED = "<svg/onload=pwned()>:material/bomb:"
NAME = f"{SCRIPT}{LINK}:red[pwn]$pwn^2$"  # of a recipe and a run: at most 80 characters
TAG = "<svg/onload=pwned()>"
TEXT = " ".join(TOKENS) + "\n\n# pwn\n- pwn\n\u202epwn\u202c\x1b[31m"


def hostile_dataset(root: Path) -> Dataset:
    """The factory's photos: the class `red`, its photos, the set `test`, its photos and a thing in
    a box bear such names; title, licence and source are such texts."""
    write_dataset(root)
    (root / "train" / "red").rename(root / "train" / CLASS)
    for photo in (root / "train" / CLASS).glob("*.jpg"):
        photo.rename(photo.with_name(f"{FILE}{photo.name}"))
    for photo in (root / "test").glob("*.jpg"):
        photo.rename(photo.with_name(f"{FILE}{photo.name}"))
    (root / "test").rename(root / SET)
    for name in ("labels.csv", "boxes.csv"):
        with (root / name).open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        with (root / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *map(_renamed, rows)])
    with (root / "boxes.csv").open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(("test_difficult", "img_0.jpg", BOXED, 0, 0, 0.2, 0.2, 1))
    texts = {"title": TEXT, "licence": TEXT, "source": TEXT}
    (root / "dataset.yaml").write_text(json.dumps(texts), "utf-8")
    (root / "train" / CLASS / f"{FILE}.txt").write_text("left out", "utf-8")
    return read_dataset(root)


def _renamed(row: list[str]) -> list[str]:
    split, file, *rest = row
    named = (SET, f"{FILE}{file}") if split == "test" else (split, file)
    return [*named, *(" ".join(CLASS if w == "red" else w for w in cell.split()) for cell in rest)]


def hostile_runs(runs_dir: Path, dataset: Dataset) -> dict[str, Run]:
    """Runs of such a name, with such tags and notes: two finished repeats, another finished one,
    one that failed, one under way (both with such words), and one that waits."""
    named = {"name": NAME}
    found = {
        "done": write_run(runs_dir, dataset, changes=named),
        "repeat": write_run(runs_dir, dataset, changes={**named, "seed": 1}, minutes=1),
        "other": write_run(runs_dir, dataset, "looks-good", changes=named, minutes=2),
        "failed": write_run(runs_dir, dataset, state="failed", changes=named, minutes=3),
        "running": write_run(runs_dir, dataset, state="running", changes=named, minutes=4),
        "queued": write_run(runs_dir, dataset, state="queued", changes=named, minutes=5),
    }
    for run in found.values():
        (run.path / "log.txt").write_text(f"{TEXT}\n", "utf-8")
        annotate(run, note=TEXT, add_tags=[TAG])
    annotate(found["other"], name=NAME[::-1])
    write_steps(found["done"])
    found["failed"].write_status(replace(found["failed"].status(), error=TEXT.splitlines()[0]))
    found["running"].write_status(replace(found["running"].status(), phase=TEXT.splitlines()[0]))
    return found
