import pytest

from core.base.errors import RunError
from core.store.feature_folder import CACHE_FOLDER, clear_feature_cache, feature_cache_bytes


def test_the_cache_is_measured_and_emptied(tmp_path):
    assert (
        feature_cache_bytes(tmp_path) == clear_feature_cache(tmp_path) == 0
    )  # before the first run
    folder = tmp_path / CACHE_FOLDER
    folder.mkdir()
    (folder / "a.safetensors").write_bytes(b"x" * 700)
    (folder / "a.lock").write_bytes(b"")
    (folder / "b.safetensors").write_bytes(b"x" * 300)
    assert feature_cache_bytes(tmp_path) == 1000
    assert clear_feature_cache(tmp_path) == 1000
    assert list(folder.iterdir()) == []


def test_what_cannot_be_deleted_is_named(tmp_path):
    (tmp_path / CACHE_FOLDER / "a folder").mkdir(parents=True)
    with pytest.raises(RunError, match="a folder: cannot be deleted"):
        clear_feature_cache(tmp_path)
