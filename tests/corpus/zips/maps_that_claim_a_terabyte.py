"""Class maps whose header claims a terabyte."""

import io
import zipfile
from pathlib import Path

import numpy as np

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "cams.npz: damaged (maps.npy does not match its array header)"


def make(here: Path) -> None:
    header = io.BytesIO()
    claim = {"shape": (1 << 40,), "fortran_order": False, "descr": "|u1"}
    np.lib.format.write_array_header_1_0(header, claim)
    opened = io.BytesIO()
    with zipfile.ZipFile(opened, "w") as archive:
        archive.writestr("maps.npy", header.getvalue())
    write_run_zip(here, replace_file("cams.npz", opened.getvalue()))
