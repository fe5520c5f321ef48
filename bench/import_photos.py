"""An import of many photos, against Pillow alone.

    .venv/bin/python bench/import_photos.py --photos 2000

Draws photos of 1024x768, imports them as a folder, and opens and shrinks the same files with Pillow
alone. Prints seconds, their ratio and the memory of the process that
imports. Ends with 1 above twice Pillow's time or 600 MB.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from common import ROOT, run_script, temporary_folder, timed
from PIL import Image

LIMIT_RATIO, LIMIT_MB = 2.0, 600
IMPORT = """
import resource, sys, time
from pathlib import Path
from core.data.importer import import_photos
start = time.perf_counter()
import_photos(Path(sys.argv[1]), Path(sys.argv[2]))
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def draw_photos(folder: Path, count: int) -> list[Path]:
    """Photos with as much detail as photographs: 150 to 250 kB each."""
    random = np.random.default_rng(0)
    paths = []
    for number in range(count):
        coarse = Image.fromarray(random.integers(0, 255, (24, 32, 3), dtype=np.uint8))
        image = np.asarray(coarse.resize((1024, 768), Image.Resampling.BICUBIC), np.int16)
        image = (image + random.integers(-12, 12, (768, 1024, 1))).clip(0, 255).astype(np.uint8)
        path = folder / f"class{number % 10}" / f"{number:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path, quality=85)
        paths.append(path)
    return paths


def shrink(paths: list[Path]) -> None:
    """Opens and shrinks photos by Pillow, one after the other."""
    for path in paths:
        with Image.open(path) as image:
            image.thumbnail((512, 512))


def main(photos: int = 2000) -> None:
    with temporary_folder() as place:
        source, sets = place / "photos", place / "sets"
        paths = draw_photos(source, photos)
        command = [sys.executable, "-c", IMPORT, str(source), str(sets)]
        out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        seconds, megabytes = map(float, out.split())
        alone, _ = timed(shrink, paths)
    ratio = seconds / alone
    print(f"{photos} photos: import {seconds:.1f} s, Pillow alone {alone:.1f} s: {ratio:.2f}x")
    print(f"memory of the import: {megabytes:.0f} MB")
    sys.exit(ratio > LIMIT_RATIO or megabytes > LIMIT_MB)


if __name__ == "__main__":
    run_script(main)
