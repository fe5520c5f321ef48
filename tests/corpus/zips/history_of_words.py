"""A history with words for numbers."""

from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "history.csv: damaged"


def make(here: Path) -> None:
    line = b"epoch,stage,cycle,train_loss,val_loss,val_accuracy\none,1,1,1,1,1\n"
    run_zip(here, replaced("history.csv", line))
