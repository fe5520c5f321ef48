"""The first thing that a report says: what became of each item, and which rule says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from core.base.language import _, ngettext, translate
from core.compare import tables
from core.compare.colours import MAX_COLOURS
from core.compare.comparison import compare_to_reference
from core.compare.score_tables import headline_score, headline_set, share_texts
from core.evaluate.rules import RULES
from core.report.markup import Markup, join_content, tag
from core.report.subject import DatasetSection, ReportEntry, Subject
from core.store.groups import Group
from core.store.run import Run
from core.views.diagnosis_report import DiagnosisReport
from core.views.run_ending import find_stop_reason

# Of each verdict: a sign and whether it is good, so that neither colour nor sign stands alone.
VERDICT_STYLES = {
    "generalises": ("\u2713", "good"),
    "overfit that looks good": ("\u26a0", "bad"),
    "overfit, and it shows": ("\u2198", "bad"),
    "never learned": ("\u2715", "bad"),
    "too little evidence": ("?", "unsure"),
}
_MAX_LEFT_OUT = 60  # items beyond those of the report that its table names


def render_verdicts(subject: Subject, reports: Mapping[str, DiagnosisReport]) -> Markup:
    """A card for each item, then those that the report leaves out. reports: by item id."""
    rows = [row for one in subject.entries for row in one.item.evaluated_members()]
    diagnoses = subject.read_runs(Run.diagnosis, rows)
    rules = {id_: found["rule"] for id_, found in diagnoses.items() if found}
    cards = [_card(one, subject, reports.get(one.item.id), rules) for one in subject.entries]
    return tag("section", tag("h2", _("Verdicts")), cards, _left_out(subject.left_out))


def _card(
    entry: ReportEntry, subject: Subject, report: DiagnosisReport | None, rules: Mapping[str, str]
) -> Markup:
    head = tag("div", tag("h3", entry.badge_and_title), chip(entry.item))
    done = all(row.status.state == "done" for row in entry.item.members)
    state = (
        None
        if done
        else tag("p", _("State: {state}.", state=translate(tables.state_text(entry.item))))
    )
    return tag(
        "article",
        head,
        state,
        _endings(entry, subject),
        _finding(entry, report, rules),
        _numbers(entry.item),
        class_="card",
    )


def chip(item: Group) -> Markup | None:
    """The verdict as a sign and a word; of a group, with how many of its runs have it."""
    found = item.verdict_counts()
    if found is None:
        return None
    sign, look = VERDICT_STYLES.get(found.majority or "", ("?", "unsure"))
    words = translate(tables.verdict_text(item))
    return tag("span", f"{sign} {words}", class_=f"chip {look}")


def _endings(entry: ReportEntry, subject: Subject) -> list[Markup]:
    """Why runs stopped before their end, a line for each way they did."""
    stopped = [row for row in entry.item.members if not row.problem]
    found = subject.read_runs(lambda run: find_stop_reason(run, run.status()), stopped)
    lines = Counter(subject.strip_folders(end.cause) for end in found.values() if end)
    return [tag("p", line if n == 1 else f"{line} ({n})") for line, n in lines.items()]


def _finding(
    entry: ReportEntry, report: DiagnosisReport | None, rules: Mapping[str, str]
) -> Markup | None:
    """What was found, what it means and which rule fired; of a group, how often each one did."""
    finished = entry.item.evaluated_members()
    if not finished:
        return None
    if report is None:
        return tag("p", _("It has no diagnosis: it is older than diagnoses are."))
    found = Counter(rules[row.id] for row in finished if row.id in rules)
    if len(finished) == 1:
        told = tag("p", report.meaning, " ", report.finding)
        return join_content([told, _rule(report.rule)])
    verdict = entry.item.verdict_counts()
    meaning = tag("p", translate(report.meaning)) if verdict and verdict.majority else None
    return join_content([meaning, [_rule(rule, times) for rule, times in found.most_common()]])


def _rule(rule: str, run_count: int | None = None) -> Markup:
    """`Rule: most signs are good (validation is fine, and ...)`."""
    when = translate(RULES[rule][1]).replace("`", "") if rule in RULES else ""
    head = _("Rule that fired:")
    if run_count is not None:
        head = ngettext(
            "Rule that fired in {count} run:", "Rule that fired in {count} runs:", run_count
        )
    return tag(
        "p", head, " ", tag("strong", translate(rule)), f": {when}." if when else "", class_="small"
    )


def _numbers(item: Group) -> Markup | None:
    """Validation, difficult objects (or photos) and lift: the three that a verdict is read from."""
    if not item.evaluated_members():
        return None
    hard, score, objects = headline_score(item)
    title = _("{set}: objects cut out", set=hard)
    if score == "primary":
        title = _("{set}: most prominent object", set=hard)
    pairs = [(_("validation accuracy"), *share_texts(item, "validation", "accuracy"))]
    if hard:
        pairs.append((title, *objects))
        pairs.append((_("{set}: lift", set=hard), tables.lift_text(item, hard) or "-", ""))
    cells = [
        tag("div", tag("dt", name), tag("dd", value, " ", tag("span", small) if small else None))
        for name, value, small in pairs
    ]
    return tag("dl", cells, class_="numbers")


def _left_out(items: Sequence[Group]) -> Markup | None:
    """What is not shown below, with its verdict and headline numbers."""
    if not items:
        return None
    lines = [
        tag(
            "tr",
            tag("th", tag("bdi", item.title), scope="row"),
            [
                tag("td", cell)
                for cell in (
                    translate(tables.verdict_text(item)) or translate(tables.state_text(item)),
                    share_texts(item, "validation", "accuracy")[0],
                    share_texts(item, "sets", headline_set([item]), "scores", "object")[0],
                    tables.lift_text(item, headline_set([item])),
                )
            ],
        )
        for item in items[:_MAX_LEFT_OUT]
    ]
    caption = _(
        "Chosen too, but in no figure of this report: it tells {n} apart, not more.", n=MAX_COLOURS
    )
    rest = len(items) - _MAX_LEFT_OUT
    heads = [
        _("run or group"),
        _("verdict"),
        _("validation"),
        _("difficult objects"),
        _("lift"),
    ]
    return join_content(
        [
            tag(
                "table",
                tag("caption", caption),
                tag("thead", tag("tr", [tag("th", head, scope="col") for head in heads])),
                tag("tbody", lines),
            ),
            tag("p", ngettext("{count} more is not named.", "{count} more are not named.", rest))
            if rest > 0
            else None,
        ]
    )


# --- what parts them ------------------------------------------------------------------------------


def render_comparisons(subject: Subject, section: DatasetSection) -> Markup | None:
    """Each finished item against the first, in two sentences: what validation says, then what
    photos from elsewhere say."""
    if len(section.finished) < 2:
        return None
    rows = [row for item in section.finished_items for row in item.evaluated_members()]
    answers = subject.read_runs(Run.predictions, rows)
    found = compare_to_reference(section.finished_items, answers)
    if not found:
        return None
    by_id = {one.item.id: one for one in section.finished}
    lines = [
        tag(
            "article",
            tag(
                "h3",
                by_id[one.item.id].badge_and_title,
                " ",
                _("against"),
                " ",
                by_id[one.reference.id].badge_and_title,
            ),
            tag("p", one.validation_text),
            tag("p", tag("strong", one.test_text) if one.only_test_differs else one.test_text)
            if one.test_text
            else tag("p", _("No labelled test set: nothing else can tell them apart.")),
            class_="card",
        )
        for one in found
    ]
    how = _(
        "Two runs are compared photo by photo (exact McNemar test), groups by the mean over their "
        "seeds: a bootstrap over photos and a t-test over seeds must both find the difference "
        "(95 %). Cannot tell does not mean equal: photos and seeds are few."
    )
    return tag(
        "section",
        tag("h2", section_title(_("What parts them"), section, subject)),
        lines,
        tag("p", how, class_="small"),
    )


def section_title(text: str, section: DatasetSection, subject: Subject) -> Markup:
    """A heading, with the data set's name where the report has several."""
    if len(subject.sections) == 1:
        return join_content([text])
    return join_content([text, ": ", tag("bdi", section.title)])
