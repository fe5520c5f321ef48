"""Writes README.md of the corpus from its cases: `.venv/bin/python -m tests.corpus.readme`."""

from __future__ import annotations

from collections.abc import Sequence

from tests.corpus.case import CORPUS, GROUPS, Case, read_cases

_ANSWERS = {
    "refused": "refused: ",
    "handled": "handled: ",
    "stopped": "stopped; the run is `cancelled` and can be resumed",
}


def readme(cases: Sequence[Case]) -> str:
    """The text of README.md."""
    parts = [(CORPUS / "about.md").read_text("utf-8").rstrip()]
    for group, title in GROUPS.items():
        rows = [_row(case) for case in cases if case.name.startswith(f"{group}/")]
        head = ["| case | input | command | answer |", "|---|---|---|---|"]
        parts.append("\n".join([f"## {title}", "", *head, *rows]))
    return "\n\n".join(parts) + "\n"


def _row(case: Case) -> str:
    answer = _ANSWERS[case.outcome]
    if case.outcome != "stopped":
        words = " ... ".join(case.expected_fragments)
        answer += f"`` {words} ``" if "`" in words else f"`{words}`"
    if case.remaining_state:
        answer += f" (the run stays as `{case.remaining_state}`)"
    cells = (f"`{case.name}`", case.title, f"`{case.command}`", answer)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    found = read_cases()
    (CORPUS / "README.md").write_text(readme(found), "utf-8")
    print(f"wrote {CORPUS / 'README.md'}: {len(found)} cases")
