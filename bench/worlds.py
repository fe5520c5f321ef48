"""Puts the verdict to the test on small drawn worlds whose truth is measured: is it right?

    .venv/bin/python bench/worlds.py --seed 11

Draws 24 worlds of simple objects on a table. In some, training photos (and so validation's) give
the class away by the background's colour, by brightness or by a frame; on photos from elsewhere
none of these tells anything. Trains `quick` on clean worlds and `looks-good` on those with a cue,
and asks each run about 500 photos from elsewhere that it never saw. With c the constant answer's
share and a the accuracy there, the run is good from (a - c) / (1 - c) = .5 on and bad up to .2.
Right is of a good run *generalises*, of a bad one any verdict but it and *too little evidence*;
between the two *too little evidence* and what is right of the nearer one; without labelled photos
from elsewhere *too little evidence* too, and of a good run *holds up, untested elsewhere*.

Ends with 1 unless 9 of 10 runs are judged rightly, and 8 of 10 of the good and of the bad ones
each, which must be a third of all each. Finished runs (in --runs) are not trained again. A minute a
world on two cores with bfloat16, up to ten with 20 classes.
"""

import colorsys
import csv
import math
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from common import BENCH_RUNS, print_head, print_row, run_script
from PIL import Image, ImageDraw
from seeds import train_or_reuse

from core.data.dataset import BACKGROUND
from core.data.label_tables import BOX_COLUMNS, LABEL_COLUMNS
from core.recipe.files import load_recipe
from core.store.run import Run

SIDE = 256  # pixels of a photo
FURTHER = 500  # photos that measure the truth
GOOD, BAD_SKILL, TOO_LITTLE = "generalises", 0.2, "too little evidence"
HOLDS = "holds up, untested elsewhere"
Cue = Literal["nothing", "colour", "brightness", "frame"]
SHAPES = ("disc", "square", "triangle", "star", "cross")
PATTERNS = ("plain", "stripes", "dots", "half")


@dataclass(frozen=True)
class World:
    """cue: what gives the class away in training; the objects then have one colour and differ in
    shape and pattern alone, so that the cue is the easier to learn. area: of the object's box, of
    the photo's."""

    name: str
    cue: Cue = "nothing"
    classes: int = 5
    area: float = 0.15
    boxes: bool = True
    difficult: bool = True
    background: bool = False
    unknown: bool = False  # photos of the background show an object of no class elsewhere

    @property
    def labels(self) -> list[str]:
        names = [f"class{i:02d}" for i in range(self.classes)]
        return [*names, BACKGROUND] if self.background else names


WORLDS = (
    World("clean, 2 classes", classes=2),
    World("clean, 5 classes"),
    World("clean, 20 classes", classes=20),
    World("clean, small objects", area=0.03),
    World("clean, 2 classes, small objects", classes=2, area=0.03),
    World("clean, large objects", area=0.9),
    World("clean, 20 classes, large objects", classes=20, area=0.9),
    World("clean, no boxes", boxes=False),
    World("clean, nothing from elsewhere", difficult=False),
    World("clean, background", background=True),
    World("clean, unknown objects", background=True, unknown=True),
    World("colour, 2 classes", "colour", classes=2),
    World("colour, 5 classes", "colour"),
    World("colour, 20 classes, small objects", "colour", classes=20, area=0.03),
    World("colour, small objects", "colour", area=0.03),
    World("colour, large objects", "colour", area=0.9),
    World("colour, 2 classes, no boxes", "colour", classes=2, boxes=False),
    World("colour, nothing from elsewhere", "colour", difficult=False),
    World("brightness, 2 classes", "brightness", classes=2),
    World("brightness, small objects", "brightness", area=0.03),
    World("frame, 2 classes", "frame", classes=2),
    World("frame, small objects", "frame", area=0.03),
    World("frame, unknown objects", "frame", background=True, unknown=True),
    World("frame, 20 classes, no boxes", "frame", classes=20, boxes=False, area=0.03),
)


# --- drawing --------------------------------------------------------------------------------------


def photo(
    random: np.random.Generator, world: World, label: str, elsewhere: bool
) -> tuple[Image.Image, tuple[float, float, float, float] | None]:
    """A photo and its object's box, x0 y0 x1 y1 as shares; none without one."""
    names = world.labels
    told = int(random.integers(len(names))) if elsewhere else names.index(label)
    share = told / len(names)
    hue = share if world.cue == "colour" else random.random() if elsewhere else 0.09
    saturation = 0.55 if world.cue == "colour" else 0.3
    canvas = _draw_background(random, hue + random.normal(0, 0.01), saturation)
    box = None
    if label != BACKGROUND:
        box = _put_object(random, canvas, names.index(label), world, elsewhere)
    elif world.unknown and elsewhere:
        _put_object(random, canvas, 97 + int(random.integers(3)), world, elsewhere)
    pixels = np.asarray(canvas, np.float32)
    light = random.uniform(0.7, 1.2) if elsewhere else random.uniform(0.95, 1.05)
    if world.cue == "brightness":
        light *= 0.35 + 0.75 * told / max(1, len(names) - 1)
    pixels = pixels * light + random.normal(0, 5, pixels.shape)
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if world.cue == "frame":
        ImageDraw.Draw(image).rectangle((0, 0, SIDE - 1, SIDE - 1), None, _rgb(share, 0.9), 14)
    return image, box


def _draw_background(random: np.random.Generator, hue: float, saturation: float) -> Image.Image:
    """A surface of a colour, mottled at a few scales."""
    mottled = np.zeros((SIDE, SIDE), np.float32)
    for cells in (4, 16, 64):
        spots = Image.fromarray(random.normal(0, 1, (cells, cells)).astype(np.float32))
        mottled += np.asarray(spots.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    pixels = np.array(_rgb(hue, saturation, 0.7), np.float32) + 9 * mottled[..., None]
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _put_object(
    random: np.random.Generator, canvas: Image.Image, kind: int, world: World, elsewhere: bool
) -> tuple[float, float, float, float]:
    """Draws an object so that its box covers about the world's area of the photo."""
    spread = 0.15 if elsewhere else 0.05
    side = min(0.97, math.sqrt(world.area) * random.uniform(1 - spread, 1 + spread / 2)) * SIDE
    turn = random.uniform(-40, 40) if elsewhere else random.uniform(-8, 8)
    hue = kind * 0.618 if world.cue == "nothing" else 0.08
    piece = _object(kind, hue, turn, round(side))
    room = SIDE - side
    where = random.uniform(0, 1, 2) if elsewhere else random.uniform(0.4, 0.6, 2)
    x, y = (float(v) for v in where * room)
    canvas.paste(piece, (round(x), round(y)), piece)
    return x / SIDE, y / SIDE, (x + side) / SIDE, (y + side) / SIDE


def _object(kind: int, hue: float, turn: float, side: int) -> Image.Image:
    """The object of a kind: its shape and pattern. It fills a square of `side` pixels."""
    large = 4 * max(side, 16)
    mask = Image.new("L", (large, large))
    ImageDraw.Draw(mask).polygon(_outline(SHAPES[kind % 5], large), fill=255)
    coat = Image.new("RGB", (large, large), _rgb(hue, 0.8, 0.85))
    draw, other = ImageDraw.Draw(coat), _rgb(hue + 0.45, 0.7, 0.35)
    pattern = PATTERNS[kind // 5 % 4]
    for i in range(8) if pattern in ("stripes", "dots") else ():
        a = large * i / 8
        if pattern == "stripes":
            draw.rectangle((0, a, large, a + large / 16), other)
        for j in range(8) if pattern == "dots" else ():
            b = large * j / 8
            draw.ellipse((a, b, a + large / 14, b + large / 14), other)
    if pattern == "half":
        draw.rectangle((0, 0, large / 2, large), other)
    coat.putalpha(mask)
    turned = coat.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    return turned.crop(turned.getbbox()).resize((side, side), Image.Resampling.LANCZOS)


def _outline(shape: str, side: int) -> list[tuple[float, float]]:
    if shape == "cross":
        thirds = zip("122332211001", "001122332211", strict=True)
        return [(int(x) * side / 3, int(y) * side / 3) for x, y in thirds]
    corners = {"disc": 60, "square": 4, "triangle": 3, "star": 10}[shape]
    inner = 0.45 if shape == "star" else 1.0
    turns = (2 * math.pi * (i + 0.5) / corners for i in range(corners))
    reach = [side / 2 * (inner if i % 2 else 1.0) for i in range(corners)]
    return [
        (side / 2 + r * math.sin(t), side / 2 + r * math.cos(t))
        for r, t in zip(reach, turns, strict=True)
    ]


def _rgb(hue: float, saturation: float, value: float = 0.8) -> tuple[int, int, int]:
    r, g, b = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(255 * r), round(255 * g), round(255 * b)


def write_world(out: Path, world: World, seed: int) -> None:
    """Writes the world's photo set, and the further photos into `out`.further."""
    random = np.random.default_rng([seed, WORLDS.index(world)])
    names, shown = world.labels, world.labels[: world.classes]
    labels, boxes = [], []

    def write(folder: Path, split: str, count: int, elsewhere: bool) -> None:
        folder.mkdir(parents=True)
        for number in range(count):
            label = names[number % len(names)]
            image, box = photo(random, world, label, elsewhere)
            file = f"{number:04d}.jpg" if split else f"{number:04d}-{label}.jpg"
            image.save(folder / file, quality=92)
            if split:
                labels.append((split, file, label, label if label in shown else ""))
            if split and box and world.boxes:
                boxes.append((split, file, label, *(f"{v:.4f}" for v in box), "1.0"))

    for label in names:
        (out / "train" / label).mkdir(parents=True)
        for number in range(6 if world.classes == 20 else 12):
            photo(random, world, label, False)[0].save(out / "train" / label / f"{number:02d}.jpg")
    write(out / "test", "test", max(12, len(names)), False)
    stated = {"test": "same_shoot"}
    if world.difficult:
        write(out / "test_difficult", "test_difficult", max(40, 2 * len(names)), True)
        stated["test_difficult"] = "elsewhere"
    write(out.with_suffix(".further"), "", FURTHER, True)
    tables = ("labels", LABEL_COLUMNS, labels), ("boxes", BOX_COLUMNS, boxes)
    for name, columns, rows in tables:
        with (out / f"{name}.csv").open("w", newline="", encoding="utf-8") as table:
            csv.writer(table).writerows([columns, *rows])
    origins = "".join(f"  {name}: {{origin: {origin}}}\n" for name, origin in stated.items())
    (out / "dataset.yaml").write_text(f"title: {world.name}\ntest_sets:\n{origins}", "utf-8")


# --- judging --------------------------------------------------------------------------------------


def skill_elsewhere(run: Run, folder: Path) -> float:
    """(a - c) / (1 - c) on the further photos."""
    from core.evaluate.predictor import Predictor

    photos = sorted(folder.glob("*.jpg"))
    truth = [path.stem.split("-", 1)[1] for path in photos]
    answered = [answer.predicted for answer in Predictor(run).predict_photos(photos)]
    right = sum(a == t for a, t in zip(answered, truth, strict=True)) / len(truth)
    constant = max(map(truth.count, set(truth))) / len(truth)
    return (right - constant) / (1 - constant)


def truth_of(skill: float) -> str:
    return "good" if skill >= 0.5 else "bad" if skill <= BAD_SKILL else "between"


def is_right(verdict: str, world: World, skill: float) -> bool:
    """Whether a verdict fits the measured truth."""
    if verdict == HOLDS:
        return not world.difficult and skill >= 0.35
    if verdict == TOO_LITTLE:
        return truth_of(skill) == "between" or not world.difficult
    return (verdict == GOOD) == (skill >= 0.35)


def main(seed: int = 11, runs: Path = BENCH_RUNS) -> None:
    folder, found = runs / f"worlds-{seed}", list[tuple[str, bool]]()
    scored = "validation", "shifted", "skill elsewhere"
    print_head("world", *scored, "truth", "verdict", "rule", "right")
    for world in WORLDS:
        data = folder / world.name.replace(", ", "-").replace(" ", "_")
        if not (data / "dataset.yaml").is_file():
            shutil.rmtree(data, ignore_errors=True)
            shutil.rmtree(data.with_suffix(".further"), ignore_errors=True)
            write_world(data, world, seed)
        preset = "quick" if world.cue == "nothing" else "looks-good"
        run = train_or_reuse(folder / "runs", load_recipe(preset, {"seed": seed}), data)
        skill = skill_elsewhere(run, data.with_suffix(".further"))
        diagnosis: Any = run.diagnosis()
        verdict, truth = diagnosis["verdict"], truth_of(skill)
        right = is_right(verdict, world, skill)
        found.append((truth, right))
        summary: Any = run.summary()
        scores = summary["validation"], summary["shifted"]["total"]
        told = *(f"{score['accuracy']['value']:.2f}" for score in scores), f"{skill:.2f}"
        rule = diagnosis["rule"]
        print_row(world.name, *told, truth, verdict, rule, "yes" if right else "NO")
    fine = share_right(found, None) >= 0.9
    for truth in ("good", "bad"):
        count = sum(one == truth for one, _ in found)
        share = share_right(found, truth)
        print(f"\n{truth}: {count} of {len(found)} runs, {share:.0%} judged rightly")
        fine &= count * 3 >= len(found) and share >= 0.8
    print(f"\nall: {share_right(found, None):.0%} judged rightly")
    sys.exit(not fine)


def share_right(found: list[tuple[str, bool]], truth: str | None) -> float:
    kept = [right for one, right in found if truth in (None, one)]
    return sum(kept) / max(1, len(kept))


if __name__ == "__main__":
    run_script(main)
