"""A link to a file of the machine that takes it."""

import stat
import zipfile
from pathlib import Path

from tests.corpus.builders import ZIP_RUN_ID, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "photo.jpg: a link"


def make(here: Path) -> None:
    path = write_run_zip(here)
    link = zipfile.ZipInfo(f"{ZIP_RUN_ID}/photo.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
