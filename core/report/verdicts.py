"""What became of each item, which rule says so, and what parts the items."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from core.base.formatting import strip_weights_folder
from core.base.language import _, ngettext, translate
from core.compare import tables
from core.compare.comparison import ItemComparison, compare_to_reference
from core.compare.score_tables import headline_score, headline_set, share_texts
from core.evaluate.rules import RULES
from core.recipe.difference import recipe_difference
from core.report.subject import DatasetSection, ReportEntry, Subject
from core.store.groups import Group
from core.store.run import Run
from core.views.diagnosis_report import DiagnosisReport
from core.views.run_ending import find_stop_reason

# Of each verdict: a sign and whether it is good, so that neither colour nor sign stands alone.
VERDICT_STYLES = {
    "generalises": ("\u2713", "good"),
    "holds up, untested elsewhere": ("\u2197", "unsure"),
    "overfit that looks good": ("\u26a0", "bad"),
    "overfit, and it shows": ("\u2198", "bad"),
    "never learned": ("\u2715", "bad"),
    "too little evidence": ("?", "unsure"),
}
_MAX_LEFT_OUT = 60  # items beyond those of the report that its table names


def verdict_cards(subject: Subject, reports: Mapping[str, DiagnosisReport]) -> list[dict[str, Any]]:
    """What became of each item. reports: by item id."""
    rows = [row for one in subject.entries for row in one.item.evaluated_members()]
    diagnoses = subject.read_runs(Run.diagnosis, rows)
    rules = {id_: found["rule"] for id_, found in diagnoses.items() if found}
    return [_card(one, subject, reports.get(one.item.id), rules) for one in subject.entries]


def _card(
    entry: ReportEntry, subject: Subject, report: DiagnosisReport | None, rules: Mapping[str, str]
) -> dict[str, Any]:
    """An item's verdict as a sign and words (of a group, with how many of its runs have it), why
    runs stopped before their end (a line for each way they did), what was found, what it means and
    which rule fired (of a group, how often each one did)."""
    item = entry.item
    found, finished = item.verdict_counts(), item.evaluated_members()
    sign, look = VERDICT_STYLES.get((found and found.majority) or "", ("?", "unsure"))
    done = all(row.status.state == "done" for row in item.members)
    readable = [row for row in item.members if not row.problem]
    ends = subject.read_runs(lambda run: find_stop_reason(run, run.status()), readable).values()
    causes = Counter(subject.strip_folders(end.cause) for end in ends if end)
    finding, fired = "", Counter[str]()
    if finished and report is None:
        finding = _("No diagnosis: it is older than the diagnosis feature.")
    elif len(finished) == 1 and report:
        finding, fired = f"{report.meaning} {report.finding}", Counter([report.rule])
    elif report:
        finding = translate(report.meaning) if found and found.majority else ""
        fired = Counter(rules[row.id] for row in finished if row.id in rules)
    return {
        "entry": entry,
        "sign": sign,
        "look": look,
        "verdict": translate(tables.verdict_text(item)) if found else "",
        "state": "" if done else translate(tables.state_text(item)),
        "endings": [line if n == 1 else f"{line} ({n})" for line, n in causes.items()],
        "finding": finding,
        "rules": [_rule(rule, times, len(finished)) for rule, times in fired.most_common()],
        "numbers": _numbers(item),
    }


def _rule(rule: str, times: int, runs: int) -> dict[str, str]:
    """`Rule that fired: most signs are good (validation is fine, and ...)`."""
    head = _("Rule that fired:")
    if runs > 1:
        head = ngettext(
            "Rule that fired in {count} run:", "Rule that fired in {count} runs:", times
        )
    when = translate(RULES[rule][1]).replace("`", "") if rule in RULES else ""
    return {"head": head, "name": translate(rule), "when": when}


def _numbers(item: Group) -> list[tuple[str, str, str]]:
    """Validation, difficult objects (or photos) and lift: the three that a verdict is read from."""
    if not item.evaluated_members():
        return []
    hard, score, objects = headline_score(item)
    numbers = [(_("validation accuracy"), *share_texts(item, "validation", "accuracy"))]
    if hard:
        title = _("{set}: objects cut out", set=hard)
        if score == "primary":
            title = _("{set}: most prominent object", set=hard)
        numbers.append((title, *objects))
        numbers.append((_("{set}: lift", set=hard), tables.lift_text(item, hard) or "-", ""))
    return numbers


def left_out(items: Sequence[Group]) -> dict[str, Any]:
    """What is not shown in figures, with its verdict and headline numbers."""
    rows = []
    for item in items[:_MAX_LEFT_OUT]:
        hard = headline_set([item])
        cells = (
            translate(tables.verdict_text(item)) or translate(tables.state_text(item)),
            share_texts(item, "validation", "accuracy")[0],
            share_texts(item, "sets", hard, "scores", "object")[0],
            tables.lift_text(item, hard),
        )
        rows.append((item.title, cells))
    return {"rows": rows, "rest": len(items) - _MAX_LEFT_OUT}


def comparisons(subject: Subject, section: DatasetSection) -> list[ItemComparison]:
    """Each finished item against the first: by validation, then by photos from elsewhere."""
    if len(section.finished) < 2:
        return []
    rows = [row for item in section.finished_items for row in item.evaluated_members()]
    answers = subject.read_runs(Run.predictions, rows)
    return compare_to_reference(section.finished_items, answers)


def recipe_differences(subject: Subject) -> dict[str, dict[str, list[ReportEntry]]] | None:
    """For each key in which the recipes differ the values with those that have it; None for one
    item. The runs of a group differ in seed and fold."""
    known = [one for one in subject.entries if not one.item.members[0].problem]
    if len(known) < 2:
        return None
    frame = recipe_difference({one.letter: one.item.members[0].recipe for one in known})
    if any(one.item.repeats > 1 for one in known):
        frame = frame[~frame["key"].isin(("seed", "split.fold"))]
    found: dict[str, dict[str, list[ReportEntry]]] = {}
    for row in frame.to_dict("records"):
        values = found[str(row["key"])] = {}
        for one in known:
            values.setdefault(strip_weights_folder(str(row[one.letter])), []).append(one)
    return found
