"""Pascal VOC beside the photos."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "test: 3 photos, 3 labelled, 3 boxes ... read: Pascal VOC: 9 files"


def make(here: Path) -> None:
    write_photos(here / "in", "train/a/*", "train/b/*", "test/a/*")
    for photo in (here / "in").rglob("*.jpg"):
        photo.with_suffix(".xml").write_text(
            "<annotation><size><width>96</width><height>72</height></size><object><name>a</name>"
            "<bndbox><xmin>20</xmin><ymin>10</ymin><xmax>60</xmax><ymax>50</ymax></bndbox>"
            "</object></annotation>"
        )
