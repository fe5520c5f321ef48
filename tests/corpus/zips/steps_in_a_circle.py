"""Steps that begin again."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "batches.csv: damaged (step: does not increase)"


def make(here: Path) -> None:
    rows = b"step,epoch,loss,lr\n1,1,0.5,0.1\n2,1,0.5,0.1\n1,1,0.5,0.1\n"
    write_run_zip(here, replace_file("batches.csv", rows))
