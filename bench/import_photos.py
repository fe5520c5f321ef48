"""An import of many photos, against Pillow alone.

    .venv/bin/python bench/import_photos.py --photos 2000

Draws photos of 1024x768, imports them as a folder, and opens and shrinks the same files with Pillow
alone. Prints seconds, their ratio and the memory of the process that
imports. Ends with 1 above twice Pillow's time or 600 MB.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import ROOT, option_parser
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


def shrink(paths: list[Path]) -> float:
    """Seconds that Pillow takes to open and shrink them, one after the other."""
    start = time.perf_counter()
    for path in paths:
        with Image.open(path) as image:
            image.thumbnail((512, 512))
    return time.perf_counter() - start


def main() -> int:
    """Draws, imports, shrinks and prints."""
    parser = option_parser(__doc__)
    parser.add_argument("--photos", type=int, default=2000)
    count = parser.parse_args().photos
    with tempfile.TemporaryDirectory() as place:
        photos = Path(place) / "photos"
        paths = draw_photos(photos, count)
        command = [sys.executable, "-c", IMPORT, str(photos), str(Path(place) / "sets")]
        out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        seconds, megabytes = map(float, out.split())
        alone = shrink(paths)
    ratio = seconds / alone
    print(f"{count} photos: import {seconds:.1f} s, Pillow alone {alone:.1f} s: {ratio:.2f}x")
    print(f"memory of the import: {megabytes:.0f} MB")
    return int(ratio > LIMIT_RATIO or megabytes > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
