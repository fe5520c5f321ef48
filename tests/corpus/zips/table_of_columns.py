"""A history of a hundred thousand columns."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "history.csv: damaged (its first line is too long)"


def make(here: Path) -> None:
    columns = ",".join(f"lr_{number}" for number in range(100_000))
    write_run_zip(here, replace_file("history.csv", f"epoch,{columns}\n".encode()))
