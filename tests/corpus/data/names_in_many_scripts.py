"""Names that are not ASCII."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
handled = "train/Bücher: 4 photos ... 照片: 3 photos ... sound"


def make(here: Path) -> None:
    data = write_small_dataset(here)
    (data / "labels.csv").unlink()
    (data / "boxes.csv").unlink()
    (data / "train" / "red").rename(data / "train" / "Bücher")
    (data / "test").rename(data / "照片")
    photo = data / "train" / "blue" / "blue_0.jpg"
    photo.rename(photo.with_name("Ελλάδα 🙂.jpg"))
