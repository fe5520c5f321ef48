"""COCO JSON beside test photos without folders."""

import json
from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "test: 3 photos, 3 labelled, 3 boxes ... read: COCO: test/_annotations.coco.json"


def make(here: Path) -> None:
    write_photos(here / "in", "train/a/*", "train/b/*", "test/*")
    told = {
        "images": [{"id": n, "file_name": f"{n}.jpg", "width": 96, "height": 72} for n in range(3)],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "bbox": [10, 10, 40, 40]} for n in range(3)
        ],
        "categories": [{"id": 1, "name": "a"}],
    }
    (here / "in" / "test" / "_annotations.coco.json").write_text(json.dumps(told))
