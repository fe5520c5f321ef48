"""Twenty thousand boxes on one photo."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "boxes.csv line ... img_0.jpg of test has more than 1000 boxes"


def make(here: Path) -> None:
    path = write_small_dataset(here) / "boxes.csv"
    rows = (f"test,img_0.jpg,red,0,0,{1 - n / 40_000},1,1\n" for n in range(20_000))
    path.write_text(path.read_text("utf-8") + "".join(rows), "utf-8")
