"""Items: what can be chosen to be compared, a run or a group of repeats as one.

An item is a core.store.groups.Group: a run alone is a group of one with the run's id and label.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.base import palette
from core.base.language import _
from core.compare import tables
from core.store.groups import Group, find_groups
from core.store.index import RunRow


def run_items(rows: Sequence[RunRow], all_rows: Sequence[RunRow]) -> list[Group]:
    """Each of the runs as an item, in their order. all_rows: every run, newest first."""
    labels = tables.labels_by_id(all_rows)
    return [Group(row.id, labels[row.id], (row,)) for row in rows]


def selectable_items(all_rows: Sequence[RunRow]) -> list[Group]:
    """Everything that can be chosen: groups of several seeds or folds, then every run, each oldest
    first; examples come last. all_rows: newest first, as the index gives them."""
    oldest_first = list(reversed(all_rows))
    runs = run_items(sorted(oldest_first, key=lambda row: row.example), all_rows)
    taken = {item.title for item in runs}
    groups = [_told_apart(group, taken) for group in find_groups(all_rows) if group.repeats > 1]
    return sorted(groups, key=oldest_run_id) + runs


def grouped_items(rows: Sequence[RunRow], all_rows: Sequence[RunRow]) -> list[Group]:
    """The runs as items, in their order, but the repeats of one recipe among them as one."""
    ids = {row.id for row in rows}
    groups = find_groups([row for row in all_rows if row.id in ids])
    of = {row.id: group for group in groups if group.repeats > 1 for row in group.members}
    alone = {item.id: item for item in run_items(rows, all_rows)}
    taken = {alone[row.id].title for row in rows if row.id not in of}
    found = [of.get(row.id, alone[row.id]) for row in rows]
    return list({item.id: _told_apart(item, taken) for item in found}.values())


def _told_apart(item: Group, taken: set[str]) -> Group:
    """A group under a title that no single run has."""
    if item.repeats > 1 and item.title in taken:
        return replace(item, title=_("{title} (group)", title=item.title))
    return item


def item_colours(items: Sequence[Group]) -> dict[str, str]:
    """The colour of each item, by its id."""
    return {item.id: palette.run_colour(item.id) for item in items}


def oldest_run_id(item: Group) -> str:
    """The id of an item's oldest run."""
    return min(row.id for row in item.members)
