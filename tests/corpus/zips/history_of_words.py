"""A history with words for numbers."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "history.csv: damaged"


def make(here: Path) -> None:
    line = b"epoch,stage,cycle,train_loss,val_loss,val_accuracy\none,1,1,1,1,1\n"
    write_run_zip(here, replace_file("history.csv", line))
