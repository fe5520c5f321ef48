"""What a search goes by, and a test set that is for choosing."""

import pytest

from core.base.errors import DataError, InputError, RunError
from core.data.dataset import read_dataset
from core.data.origin import SetOrigin, find_origins
from core.evaluate.verdict import judge
from core.search.engine import read_scores
from core.search.plan import check_objective, confirmation_set
from core.store.run import open_run
from tests.core.search.conftest import SPACE
from tests.factory import write_dataset, write_run

CHOOSE = "test_sets:\n  test_difficult: {use: choose}\n"


@pytest.fixture
def choosing(tmp_path):
    root = write_dataset(tmp_path / "books").root
    (root / "dataset.yaml").write_text(CHOOSE)
    return read_dataset(root)


def test_a_set_for_choosing_no_longer_counts_as_from_elsewhere(choosing, tmp_path):
    origins = find_origins(choosing, list)
    assert origins["test_difficult"] == SetOrigin(False, "choose")
    check_objective(choosing, "test_difficult")
    assert confirmation_set(choosing, tmp_path / "runs") == "test"
    with pytest.raises(InputError, match="can no longer test"):
        check_objective(choosing, "test")


@pytest.mark.parametrize("word", ["chose", "[choose]", "3"])
def test_another_use_is_refused(choosing, word):
    (choosing.root / "dataset.yaml").write_text(CHOOSE.replace("choose", word))
    with pytest.raises(DataError, match="use: choose"):
        read_dataset(choosing.root)


def test_such_a_set_supports_no_generalises(choosing, tmp_path):
    run = write_run(tmp_path / "runs", choosing)
    summary, diagnosis = run.summary(), run.diagnosis()
    assert diagnosis["verdict"] == "generalises"
    sets = {"test_difficult": summary["sets"]["test_difficult"]}
    sets["test_difficult"]["origin"] = {"elsewhere": False, "by": "choose"}
    found = judge(run.history(), summary["validation"], 3, sets, {})
    assert found.verdict != "generalises"
    assert any("recipes are chosen by it" in one.words for one in found.sets)


@pytest.mark.slow
def test_a_search_by_such_a_set_reads_it_and_confirms_elsewhere(workplace):
    (workplace.dataset.root / "dataset.yaml").write_text(CHOOSE)
    workplace.right = {"quick": 0.4, "deeper": 0.9}
    space = SPACE + "objective: test_difficult\n"
    search = workplace.run_to_end(workplace.begin(space, trainings=24))
    sets = {
        confirms: {open_run(workplace.runs, t.run).trial().sets for t in search.trainings
                   if t.confirms == confirms}
        for confirms in (False, True)
    }  # fmt: skip
    assert sets == {False: {("test_difficult",)}, True: {("test",)}}
    assert search.answer["code"] == "better" and search.answer["by"] == "test"


def test_a_run_without_answers_is_a_plain_line(choosing, tmp_path):
    run = write_run(tmp_path / "runs", choosing)
    assert all(0 <= right <= 1 for right, _ in read_scores(run, "test_difficult").values())
    with pytest.raises(RunError, match="has no predictions on nowhere"):
        read_scores(run, "nowhere")
