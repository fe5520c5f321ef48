"""A hundred thousand epochs of a recipe that plans three."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "history.csv: damaged (more than 3 rows)"


def make(here: Path) -> None:
    rows = "".join(f"{n},1,1,{1 / n:.6f},{1 / n:.6f},0.5\n" for n in range(1, 100_001))
    header = "epoch,stage,cycle,train_loss,val_loss,val_accuracy\n"
    write_run_zip(here, replace_file("history.csv", (header + rows).encode()))
