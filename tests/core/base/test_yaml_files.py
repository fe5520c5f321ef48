import pytest

from core.base.errors import InputError
from core.base.yaml_files import MAX_BYTES, dump_yaml, parse_yaml, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1.0e-4", 1e-4),
        ("-2E+3", -2000.0),
        (".5", 0.5),
        ("7", 7),
        ("010", 10),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("2026-01-01", "2026-01-01"),
        ("true", True),
        ("null", None),
        ("e-4", "e-4"),
    ],
)
def test_scalars(text: str, value: object) -> None:
    found = parse_yaml(f"x: {text}", "test")["x"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: &x [1]\nb: *x", "aliases"),
        ("a: 1\na: 2", "twice"),
        ("!!python/object/apply:os.system ['true']", "tag"),
        ("a: [1", "line"),
        ("? [1, 2]\n: 3", "key"),
        ("a:\n\tb: 1", "line 2"),
    ],
)
def test_refused_in_one_line_that_names_the_source(text: str, word: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "my.yaml")
    message = str(caught.value)
    assert message.startswith("my.yaml: ")
    assert word in message
    assert "\n" not in message


def test_large_and_binary_files_are_refused(tmp_path):
    large = tmp_path / "large.yaml"
    large.write_text("a: " + "x" * MAX_BYTES)
    with pytest.raises(InputError, match="1 MB"):
        read_yaml(large)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_yaml(binary)
    with pytest.raises(InputError, match=r"gone\.yaml"):
        read_yaml(tmp_path / "gone.yaml")


def test_what_is_written_reads_back():
    data = {"rate": 1e-5, "name": "2026-01-01", "nothing": None, "list": [1, 2.5]}
    assert parse_yaml(dump_yaml(data), "test") == data
