"""How much of the disk each dependency takes by itself, without what it brings along.

    .venv/bin/python bench/dependencies.py

Prints every package that requirements*.txt name, where it is installed: its version, megabytes.
"""

import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution

from common import ROOT, print_head, print_row, run_script


def main() -> None:
    print_head("package", "version", "MB")
    for file in sorted(ROOT.glob("requirements*.txt")):
        for name in re.findall(r"^([a-z][\w-]*)", file.read_text("utf-8"), re.MULTILINE):
            with suppress(PackageNotFoundError):
                found = distribution(name)
                paths = [path for each in found.files or () if (path := each.locate()).is_file()]
                size = sum(path.stat().st_size for path in paths)
                print_row(name, found.version, f"{size / 1e6:.1f}")


if __name__ == "__main__":
    run_script(main)
