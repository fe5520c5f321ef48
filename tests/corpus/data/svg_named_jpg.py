"""An SVG with a script in it, named .jpg."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a readable photo ("

_SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>pwned()</script></svg>'


def make(here: Path) -> None:
    write_dataset_photo(here).write_text(_SVG, "utf-8")
