"""Another run of an id that is here already."""

from pathlib import Path

from core.__main__ import main
from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "already here, but log.txt differ"


def make(here: Path) -> None:
    main(["runs", "import", str(write_run_zip(here)), "--runs", str(here / "runs")])
    write_run_zip(here, replace_file("log.txt", b"another\n"))
