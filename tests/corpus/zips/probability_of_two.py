"""A probability of 2."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "predictions.csv: damaged (p_red: 2 is outside the range 0 to 1)"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        lines = files["predictions.csv"].splitlines()
        lines[1] = lines[1].rpartition(b",")[0] + b",2"
        files["predictions.csv"] = b"\n".join(lines)

    write_run_zip(here, spoil)
