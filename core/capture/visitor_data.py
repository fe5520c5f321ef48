"""Where a visitor of a demo captures: in a data set of their own, which has the training photos of
the bundled one by a link and none of its test sets. It goes with their other things."""

import shutil
from pathlib import Path

from core.base.errors import RunError, not_written_text
from core.data.dataset import METADATA_FILE
from core.store.visitors import CAPTURE_DATA, is_visitor_dir


def capture_root(runs_dir: Path, dataset_root: Path) -> Path:
    """The data set to capture in for whom the folder of runs is: the very one but for a visitor.
    Raises RunError where a visitor's cannot be made."""
    if not is_visitor_dir(runs_dir):
        return Path(dataset_root)
    own = Path(runs_dir) / CAPTURE_DATA / Path(dataset_root).name
    try:
        own.mkdir(parents=True, exist_ok=True)
        for name in ("train.csv", METADATA_FILE):
            if (dataset_root / name).is_file() and not (own / name).exists():
                shutil.copyfile(dataset_root / name, own / name)
        if not (own / "train").exists():
            (own / "train").symlink_to((dataset_root / "train").resolve())
    except OSError as error:
        raise RunError(not_written_text(own, error)) from None
    return own
