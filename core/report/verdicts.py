"""The first thing that a report says: what became of each item, and which rule says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from core.base.language import _, ngettext, translate
from core.compare import tables
from core.compare.colours import MOST
from core.compare.comparison import each_against_first
from core.compare.score_tables import hard_score, hard_set, share_words
from core.evaluate.verdict import RULES
from core.report.markup import Markup, joined, tag
from core.report.subject import Part, Shown, Subject
from core.store.groups import Group
from core.store.run import Run
from core.views.diagnosis_report import Letter
from core.views.run_ending import ending

# Of each verdict: a sign and whether it is good, so that neither colour nor sign stands alone.
LOOKS = {
    "generalises": ("\u2713", "good"),
    "overfit that looks good": ("\u26a0", "bad"),
    "overfit, and it shows": ("\u2198", "bad"),
    "never learned": ("\u2715", "bad"),
    "too little evidence": ("?", "unsure"),
}
_LEFT_OUT = 60  # items beyond those of the report that its table names


def verdicts(subject: Subject, letters: Mapping[str, Letter]) -> Markup:
    """A card for each item, then those that the report leaves out. letters: by item id."""
    rows = [row for one in subject.shown for row in one.item.finished()]
    diagnoses = subject.read(Run.diagnosis, rows)
    rules = {id_: found["rule"] for id_, found in diagnoses.items() if found}
    cards = [_card(one, subject, letters.get(one.item.id), rules) for one in subject.shown]
    return tag("section", tag("h2", _("Verdicts")), cards, _left_out(subject.left_out))


def _card(one: Shown, subject: Subject, letter: Letter | None, rules: Mapping[str, str]) -> Markup:
    head = tag("div", tag("h3", one.named), chip(one.item))
    done = all(row.status.state == "done" for row in one.item.members)
    state = (
        None if done else tag("p", _("State: {state}.", state=translate(tables.states(one.item))))
    )
    return tag(
        "article",
        head,
        state,
        _endings(one, subject),
        _finding(one, letter, rules),
        _numbers(one.item),
        class_="card",
    )


def chip(item: Group) -> Markup | None:
    """The verdict as a sign and a word; of a group, with how many of its runs have it."""
    found = item.verdict()
    if found is None:
        return None
    sign, look = LOOKS.get(found.majority or "", ("?", "unsure"))
    words = translate(tables.verdict_words(item))
    return tag("span", f"{sign} {words}", class_=f"chip {look}")


def _endings(one: Shown, subject: Subject) -> list[Markup]:
    """Why runs stopped before their end, a line for each way they did."""
    stopped = [row for row in one.item.members if not row.problem]
    found = subject.read(lambda run: ending(run, run.status()), stopped)
    lines = Counter(subject.without_folders(end.happened) for end in found.values() if end)
    return [tag("p", line if n == 1 else f"{line} ({n})") for line, n in lines.items()]


def _finding(one: Shown, letter: Letter | None, rules: Mapping[str, str]) -> Markup | None:
    """What was found, what it means and which rule fired; of a group, how often each one did."""
    finished = one.item.finished()
    if not finished:
        return None
    if letter is None:
        return tag("p", _("It has no diagnosis: it is older than diagnoses are."))
    found = Counter(rules[row.id] for row in finished if row.id in rules)
    if len(finished) == 1:
        told = tag("p", letter.meaning, " ", letter.finding)
        return joined([told, _rule(letter.rule)])
    verdict = one.item.verdict()
    meaning = tag("p", translate(letter.meaning)) if verdict and verdict.majority else None
    return joined([meaning, [_rule(rule, times) for rule, times in found.most_common()]])


def _rule(rule: str, times: int | None = None) -> Markup:
    """`Rule: most signs are good (validation is fine, and ...)`."""
    when = translate(RULES[rule][1]).replace("`", "") if rule in RULES else ""
    head = _("Rule that fired:")
    if times is not None:
        head = ngettext(
            "Rule that fired in {count} run:", "Rule that fired in {count} runs:", times
        )
    return tag(
        "p", head, " ", tag("strong", translate(rule)), f": {when}." if when else "", class_="small"
    )


def _numbers(item: Group) -> Markup | None:
    """Validation, difficult objects (or photos) and lift: the three that a verdict is read from."""
    if not item.finished():
        return None
    hard, score, objects = hard_score(item)
    title = _("{set}: objects cut out", set=hard)
    if score == "primary":
        title = _("{set}: most prominent object", set=hard)
    pairs = [(_("validation accuracy"), *share_words(item, "validation", "accuracy"))]
    if hard:
        pairs.append((title, *objects))
        pairs.append((_("{set}: lift", set=hard), tables.lift_words(item, hard) or "-", ""))
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
                    translate(tables.verdict_words(item)) or translate(tables.states(item)),
                    share_words(item, "validation", "accuracy")[0],
                    share_words(item, "sets", hard_set([item]), "scores", "object")[0],
                    tables.lift_words(item, hard_set([item])),
                )
            ],
        )
        for item in items[:_LEFT_OUT]
    ]
    caption = _(
        "Chosen too, but in no figure of this report: it tells {n} apart, not more.", n=MOST
    )
    rest = len(items) - _LEFT_OUT
    heads = [
        _("run or group"),
        _("verdict"),
        _("validation"),
        _("difficult objects"),
        _("lift"),
    ]
    return joined(
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


def compared(subject: Subject, part: Part) -> Markup | None:
    """Each finished item against the first, in two sentences: what validation says, then what
    photos from elsewhere say."""
    if len(part.finished) < 2:
        return None
    rows = [row for item in part.items for row in item.finished()]
    answers = subject.read(Run.predictions, rows)
    found = each_against_first(part.items, answers)
    if not found:
        return None
    by_id = {one.item.id: one for one in part.finished}
    lines = [
        tag(
            "article",
            tag("h3", by_id[one.item.id].named, " ", _("against"), " ", by_id[one.first.id].named),
            tag("p", one.validation),
            tag("p", tag("strong", one.elsewhere) if one.parted else one.elsewhere)
            if one.elsewhere
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
        tag("h2", title(_("What parts them"), part, subject)),
        lines,
        tag("p", how, class_="small"),
    )


def title(words: str, part: Part, subject: Subject) -> Markup:
    """A heading, with the data set's name where the report has several."""
    if len(subject.parts) == 1:
        return joined([words])
    return joined([words, ": ", tag("bdi", part.title)])
