"""A zip file that was unpacked on a Mac and packed again, in a folder."""

from pathlib import Path

from tests.corpus.making import run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
handled = "Ada ... taken: 1"


def make(here: Path) -> None:
    run_zip(here, prefix="My runs/", more={"__MACOSX/My runs/._x": b"x", "My runs/.DS_Store": b"x"})
