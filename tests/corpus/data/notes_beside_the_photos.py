"""Files that are no photos beside the photos."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
handled = "unused files, not photos of this data set: train/red/notes.txt ... sound"


def make(here: Path) -> None:
    folder = write_dataset_photo(here).parent
    (folder / "notes.txt").write_text("the red one")
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / ".DS_Store").write_bytes(b"Bud1")
