"""Class maps that unpack to gigabytes."""

import io
import zipfile
from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "cams.npz: ... not a class map file"


def make(here: Path) -> None:
    opened = io.BytesIO()
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("maps.npy", b"\0" * 50_000_000)
    write_run_zip(here, replace_file("cams.npz", opened.getvalue()))
