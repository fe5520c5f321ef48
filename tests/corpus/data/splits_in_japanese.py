"""Folders called 学習 and テスト."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/みかん: 3 photos ... train/りんご: 3 photos ... テスト: 6 photos, 6 labelled"


def make(here: Path) -> None:
    write_photos(
        here / "in", "学習/りんご/*", "学習/みかん/*", "テスト/りんご/*", "テスト/みかん/*"
    )
