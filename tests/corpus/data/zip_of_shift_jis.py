"""A zip whose names are CP932 without a flag, with the byte of a backslash in letters."""

from pathlib import Path

from tests.corpus.builders import write_photos, zip_photos

command = "data import HERE/in.zip --datasets HERE/sets --name taken --runs HERE/runs"
handled = (
    "train/りんご: 3 photos ... train/ソース: 3 photos ... train/表紙: 3 photos ... read as CP932"
)


def make(here: Path) -> None:
    write_photos(here / "in", "写真/ソース/*", "写真/表紙/*", "写真/りんご/*")
    folders = ("写真/ソース/", "写真/表紙/", "写真/りんご/")
    # zipfile writes UTF-8 for what is not ASCII: signs of the same length stand for the names.
    signs = {each: chr(65 + n) * len(each.encode("cp932")) for n, each in enumerate(folders)}
    zip_photos(here, lambda name: signs[name[: name.rindex("/") + 1]] + name[-5:])
    data = (here / "in.zip").read_bytes()
    for name, sign in signs.items():
        data = data.replace(sign.encode(), name.encode("cp932"))
    (here / "in.zip").write_bytes(data)
