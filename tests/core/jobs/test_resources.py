import os
import time

from core.jobs import resources
from core.jobs.resources import Capacity


def proc(tmp_path, monkeypatch, free, total):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "meminfo").write_text(
        f"MemTotal:  {total} kB\nMemAvailable:  {free} kB\nHugePages_Total:  0\n"
    )
    monkeypatch.setattr(resources, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(resources, "_CGROUP", tmp_path / "group")


def test_memory_is_the_containers_where_that_has_less(tmp_path, monkeypatch):
    proc(tmp_path, monkeypatch, free=900, total=1000)
    assert resources.memory() == Capacity(900 * 1024, 1000 * 1024)
    group = tmp_path / "group"
    group.mkdir()
    (group / "memory.max").write_text("max\n")  # no limit
    assert resources.memory() == Capacity(900 * 1024, 1000 * 1024)
    (group / "memory.max").write_text("500000\n")
    (group / "memory.current").write_text("450000\n")
    (group / "memory.stat").write_text("anon 1000\ninactive_file 20000\n")
    assert resources.memory() == Capacity(70000, 500000)


def test_a_system_without_proc_tells_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PROC", tmp_path)
    monkeypatch.setattr(resources, "_CGROUP", tmp_path)
    assert resources.memory() is None
    assert resources.process_memory(os.getpid()) is None
    assert resources.uses_cpu(os.getpid()) is None


def test_this_machine_and_this_process(tmp_path):
    found = resources.disk(tmp_path / "not" / "there yet")
    assert found is not None and 0 < found.free < found.total
    held = resources.process_memory(os.getpid())
    if held is not None:  # Linux
        assert 10**6 < held < 10**12
        assert resources.uses_cpu(2**22 + 1, 0.01) is None


def test_a_process_that_computes_is_told_from_one_that_sleeps(monkeypatch):
    def spin(seconds: float) -> None:
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass

    if resources.process_memory(os.getpid()) is not None:
        monkeypatch.setattr(resources.time, "sleep", spin)
        assert resources.uses_cpu(os.getpid()) is True


def test_a_process_that_stands_in_line_for_a_busy_processor_does_not_hang(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PROC", tmp_path)
    stat = "7 (a name) S " + "0 " * 20  # it uses no time
    for thread in ("7", "8"):
        (tmp_path / "7" / "task" / thread).mkdir(parents=True)
        (tmp_path / "7" / "task" / thread / "stat").write_text(stat)
    (tmp_path / "7" / "stat").write_text(stat)
    assert resources.uses_cpu(7, 0) is False
    (tmp_path / "7" / "task" / "8" / "stat").write_text(stat.replace(" S ", " R "))
    assert resources.uses_cpu(7, 0) is True
