"""Class maps that are words."""

import io
from pathlib import Path

import numpy as np

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "cams.npz: damaged"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        with np.load(io.BytesIO(files["cams.npz"])) as archive:
            arrays = dict(archive)
        arrays["maps.test"] = arrays["maps.test"].astype("U4")
        opened = io.BytesIO()
        np.savez_compressed(opened, **arrays)
        files["cams.npz"] = opened.getvalue()

    write_run_zip(here, spoil)
