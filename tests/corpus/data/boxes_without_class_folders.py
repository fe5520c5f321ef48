"""boxes.csv names test photos without the folders of classes that they lie in."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "test: 2 photos, 2 labelled, 2 boxes ... sound"


def make(here: Path) -> None:
    write_photos(here / "in", "train/a/*", "train/b/*", "test/a/1.jpg", "test/b/2.jpg")
    head = "split,file,label,x0,y0,x1,y1,visible_fraction\n"
    rows = "test,1.jpg,a,0.2,0.2,0.6,0.7,1\ntest,2.jpg,b,0.2,0.2,0.6,0.7,1\n"
    (here / "in" / "boxes.csv").write_text(head + rows)
