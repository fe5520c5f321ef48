"""A JPEG with sixteen blocks of EXIF, a megabyte of them: the photo itself is fine."""

from pathlib import Path

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    block = b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 65_500
    told = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    whole = picture_bytes("JPEG")
    write_dataset_photo(here).write_bytes(whole[:2] + 16 * told + whole[2:])
