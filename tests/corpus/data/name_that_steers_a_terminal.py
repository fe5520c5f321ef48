"""A photo whose name holds an escape sequence of terminals, and turns the text around."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
refused = "train/red/?[31m?gpj.jpg: the name contains an invisible character; rename it"


def make(here: Path) -> None:
    photo = write_dataset_photo(here)
    photo.rename(photo.with_name("\x1b[31m\u202egpj.jpg"))
