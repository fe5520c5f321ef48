"""A search in words and tables: its plan, how it stands, what was tried, what was not used."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.base import formatting
from core.base.language import N_, _, join_sentences, ngettext, translate
from core.search.neighbours import INSTALL, can_propose
from core.search.racing import PhotoScores
from core.search.search import Request, Search
from core.search.space import SHIFTED

_ANSWERS = {
    "none better": N_("None of {count} other recipes is measurably better than {base}: keep it."),
    "better": N_(
        "{chosen} is better than {base} on {wins} of {total} folds and seeds: {value} "
        "({low} to {high})."
    ),
    "worse": N_(
        "{chosen} looked best but is worse than {base} on fresh seeds: {value} ({low} to "
        "{high}). Keep {base}."
    ),
    "cannot tell": N_(
        "Cannot tell whether {chosen} is better than {base}: ahead on {wins} of {total} "
        "folds and seeds, {value} ({low} to {high}). Keep {base}."
    ),
}


def plan_text(request: Request) -> str:
    """What the budget is planned for."""
    plan, space = request.plan, request.space
    words = [
        _(
            "The budget allows about {count} training runs of {time} each on this machine: "
            "{racing} to race {recipes} recipes, then {confirms} folds and seeds of two "
            "recipes to confirm the choice.",
            count=plan.trainings,
            time=formatting.duration(plan.seconds),
            racing=plan.racing,
            recipes=plan.recipes,
            confirms=plan.confirms,
        )
    ]
    if not plan.observed:
        words.append(
            _("No run has finished on this machine yet, so the times are rough estimates.")
        )
    if space.objective == SHIFTED:
        words.append(_("Score: accuracy on shifted views of the validation photos."))
    else:
        words.append(_("Score: accuracy on {name}.", name=space.objective))
    if request.confirm_set:
        words.append(_("{name} is read once, to confirm the choice.", name=request.confirm_set))
    else:
        words.append(_("No labelled set is from elsewhere, so new splits confirm the choice."))
    return join_sentences(*words)


def state_text(search: Search) -> str:
    """How it stands, in a line: the answer where there is one."""
    base = search.request.base
    if search.answer is not None:
        return answer_text(search.answer, base)
    done = sum(training.scores is not None for training in search.trainings)
    if search.stopped:
        text = ngettext("stopped after 1 training run", "stopped after {count} training runs", done)
        reason = translate(search.problem)
        return _("{what}: {reason}", what=text, reason=reason) if reason else text
    left = formatting.duration(seconds_left(search))
    if search.chosen is not None:
        return _("confirming {name}, about {time} left", name=search.chosen, time=left)
    return _("{count} training runs done, about {time} left", count=done, time=left)


def answer_text(answer: Mapping[str, Any], base: str) -> str:
    """The answer in a sentence, for the reader."""
    told = {key: signed(answer[key]) for key in ("value", "low", "high") if key in answer}
    text = translate(_ANSWERS[answer["code"]])
    return text.format(**{**answer, **told, "base": base, "count": answer.get("tried")})


def seconds_left(search: Search) -> float:
    """Until the answer: trainings left at the pace of those so far, or as planned."""
    done = [training for training in search.trainings if training.scores is not None]
    each = search.spent_seconds / len(done) if done else search.request.plan.seconds
    left = max(0, search.request.plan.trainings - len(done)) * each
    if search.request.minutes is not None:
        left = max(0.0, 60 * search.request.minutes - search.spent_seconds)
    if search.chosen is not None:
        confirmed = sum(t.confirms and not t.pending for t in search.trainings)
        left = (2 * search.request.plan.confirms - confirmed) * each
    return left


def best_so_far(search: Search) -> str:
    """The recipe with the highest gain."""
    return max(search.standings.values(), key=lambda one: (one.gain, one.loss_gain)).name


def recipe_table(search: Search) -> pd.DataFrame:
    """A row per recipe, best first: recipe, folds (trainings done), score, gain (over the first,
    with its standard error), state, and run (its newest training)."""
    rows = []
    for name in search.names:
        standing, trainings = (
            search.standings.get(name),
            [t for t in search.trainings if t.name == name],
        )
        done = len(standing.repeats) if standing else 0
        if standing is None:
            state = _(
                "failed: {reason}", reason=translate(next(t.error for t in trainings if t.error))
            )
        elif standing.dropped:
            state = ngettext("dropped after 1 fold", "dropped after {count} folds", done)
        elif name == search.chosen:
            state = _("chosen")
        elif any(training.pending for training in trainings):
            state = _("training")
        else:
            state = "" if done else _("waiting")
        gain = ""
        if standing and done and name != search.names[0]:
            gain = f"{signed(standing.gain)} ± {formatting.decimal(standing.error)}"
        score = formatting.decimal(standing.score) if standing and done else ""
        order = standing.gain if standing and done and not standing.dropped else -9.0
        run = trainings[-1].run if trainings else ""
        rows.append((name, done, score, gain, state, run, order))
    columns = ["recipe", "folds", "score", "gain", "state", "run", "order"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values("order", ascending=False, kind="stable", ignore_index=True)
    return table.drop(columns="order")


def race_table(search: Search) -> pd.DataFrame:
    """A row per training of the race: recipe, repeat (from 1), score, gain (over the first recipe
    on the same repeat; NaN without it), run."""
    base, rows = search.names[0], []
    for training in search.trainings:
        if training.confirms or training.scores is None:
            continue
        score = _mean(training.scores)
        own = search.results.get((base, training.repeat))
        gain = score - _mean(own) if own else float("nan")
        rows.append((training.name, training.repeat + 1, score, gain, training.run))
    return pd.DataFrame(rows, columns=["recipe", "repeat", "score", "gain", "run"])


def unused_text(search: Search) -> str:
    """What was left out, and why."""
    request, words = search.request, []
    if request.untried:
        names = _(", ").join(request.untried)
        words.append(_("Not tried because of the budget: {names}.", names=names))
    if request.unfit:
        names = _(", ").join(request.unfit)
        words.append(_("Left out because they do not fit or change nothing: {names}.", names=names))
    if request.space.parameters and not can_propose(search):
        words.append(
            _(
                "No neighbours of the best recipe were tried: this requires Optuna ({command}).",
                command=INSTALL,
            )
        )
    words.append(
        _(
            "Trials read no test set, save no class maps and are not diagnosed. Each of "
            "the two recipes compared at the end has one complete run."
        )
    )
    return join_sentences(*words)


def _mean(scores: PhotoScores) -> float:
    return sum(right for right, _loss in scores.values()) / len(scores)


def signed(value: float) -> str:
    """`+.06`, `-.02`."""
    return f"{value:+.2f}".replace("0.", ".", 1)
