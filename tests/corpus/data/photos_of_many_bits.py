"""TIFFs of floats, of 32-bit integers, and of 12 bits in 16."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = "12 bits per pixel scaled to 8"


def make(here: Path) -> None:
    write_photos(here / "in", "a/*", "b/*")
    ramp = np.tile(np.linspace(0, 1, 96), (72, 1))
    for name, values in {
        "float": np.float32(ramp * 7),
        "shares": np.float32(ramp),
        "int32": np.int32(ramp * 60_000) - 30_000,
        "twelve": np.uint16(ramp * 4095),
    }.items():
        Image.fromarray(values).save(here / "in" / "a" / f"{name}.tif")


def check(here: Path) -> None:
    for name in ("float", "shares", "int32", "twelve"):
        with Image.open(here / "sets" / "taken" / "train" / "a" / f"{name}.jpg") as copy:
            low, high = copy.convert("L").getextrema()
            assert low < 20 and high > 235, name
