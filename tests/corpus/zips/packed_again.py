"""A zip file that was unpacked on a Mac and packed again, in a folder."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
handled = "Ada ... 1 imported"


def make(here: Path) -> None:
    write_run_zip(
        here,
        prefix="My runs/",
        extra_members={"__MACOSX/My runs/._x": b"x", "My runs/.DS_Store": b"x"},
    )
