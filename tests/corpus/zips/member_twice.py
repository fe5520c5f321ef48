"""Two files of one name, of which a reader could take either."""

import warnings
from pathlib import Path

from tests.corpus.builders import ZIP_RUN_ID, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "status.json: appears twice in the zip file"


def make(here: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns whoever writes such a file
        write_run_zip(here, extra_members={f"{ZIP_RUN_ID}/status.json": b"{}"})
