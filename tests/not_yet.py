"""What still speaks English only: shrinks to nothing, then goes."""

# Files with texts that are not in say(...) yet; scripts that hold texts; files whose texts have no
# entry in the catalogue yet; pages that show English to who reads Japanese.
NOT_YET: set[str] = {
    "core/challenge.py",
    "core/download.py",
    "core/ending.py",
    "core/errors.py",
    "core/letter.py",
    "core/letter_pictures.py",
    "core/phase.py",
    "core/processor.py",
    "core/query.py",
    "core/run_charts.py",
    "core/run_table.py",
    "core/tables.py",
    "core/text.py",
    "pages/run.py",
    "pages/runs.py",
    "pages/widgets/bulk.py",
    "pages/widgets/chosen.py",
    "pages/widgets/figure.py",
    "pages/widgets/lesson_picture.py",
    "pages/widgets/letter.py",
    "pages/widgets/machine.py",
    "pages/widgets/neighbours.py",
    "pages/widgets/photo_set.py",
    "pages/widgets/queue_list.py",
    "pages/widgets/run_actions.py",
    "pages/widgets/run_curves.py",
    "pages/widgets/run_detail.py",
    "pages/widgets/run_ending.py",
    "pages/widgets/run_log.py",
    "pages/widgets/run_queue.py",
    "pages/widgets/run_state.py",
    "pages/widgets/run_table.py",
    "pages/widgets/run_words.py",
    "pages/widgets/trash.py",
    "pages/widgets/trouble.py",
    "pages/widgets/words.py",
    "pages/worker.py",
}
SCRIPTS_NOT_YET: set[str] = {
    "pages/widgets/run_table_js/search.js",
}
UNTRANSLATED: set[str] = set()
PAGES_NOT_YET: set[str] = {
    "cams",
    "challenge",
    "compare",
    "lesson",
    "run",
    "runs",
    "try_it",
    "worker",
}
