"""An example that is to be exported."""

from pathlib import Path

command = "export example-quick-s0 --zip HERE/a.zip --runs HERE/runs"
refused = "example-quick-s0: is an example that everyone has"


def make(here: Path) -> None:
    (here / "runs").mkdir()
