"""A history with an epoch and a half."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "history.csv: damaged (epoch contains a value that is not a whole number)"


def make(here: Path) -> None:
    line = b"epoch,stage,cycle,train_loss,val_loss,val_accuracy\n1.5,1,1,1,1,1\n"
    write_run_zip(here, replace_file("history.csv", line))
