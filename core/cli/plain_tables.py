"""Tables as plain text."""

from __future__ import annotations

import pandas as pd


def print_frame(frame: pd.DataFrame, indent: str = "  ") -> None:
    """Columns side by side, each as wide as its longest text."""
    rows = [[str(name) for name in frame.columns]]
    rows += [[str(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print((indent + "  ".join(cells)).rstrip())
