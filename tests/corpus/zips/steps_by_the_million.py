"""A million steps."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "batches.csv: damaged (more than 500000 rows)"


def make(here: Path) -> None:
    rows = "".join(f"{n},1,{1 / n:.4f},0.1\n" for n in range(1, 1_000_001))
    write_run_zip(here, replace_file("batches.csv", f"step,epoch,loss,lr\n{rows}".encode()))
