"""Class maps that would run a program when they are read."""

import io
from pathlib import Path

import numpy as np

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "cams.npz: damaged"


def make(here: Path) -> None:
    opened = io.BytesIO()
    np.savez(opened, splits=np.array([{"a": 1}], dtype=object))
    write_run_zip(here, replace_file("cams.npz", opened.getvalue()))
