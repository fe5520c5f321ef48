"""boxes.csv names a photo that is in two folders of classes."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
refused = "boxes.csv line 2: 1.jpg is in 2 folders of test; write a/1.jpg"


def make(here: Path) -> None:
    write_photos(here / "in", "train/a/*", "train/b/*", "test/a/1.jpg", "test/b/1.jpg")
    head = "split,file,label,x0,y0,x1,y1,visible_fraction\n"
    (here / "in" / "boxes.csv").write_text(head + "test,1.jpg,a,0.2,0.2,0.6,0.7,1\n")
