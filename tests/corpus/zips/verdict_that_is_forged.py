"""A run whose verdict is not the one that its predictions give: taken, and no verdict is shown."""

import json
from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
handled = "Ada ... scores differ from its predictions ... 1 imported"


def make(here: Path) -> None:
    def forge(files: dict[str, bytes]) -> None:
        for name in ("summary.json", "diagnosis.json"):
            told = json.loads(files[name])
            assert told["verdict"] != "overfit that looks good"
            files[name] = json.dumps(told | {"verdict": "overfit that looks good"}).encode()

    write_run_zip(here, forge)
