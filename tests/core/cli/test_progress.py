"""What a command says while it works."""

from core.cli import common


def test_the_time_left_is_what_is_still_to_do_at_the_pace_so_far(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(common.time, "monotonic", lambda: now[0])
    bar = common.ProgressBar()
    assert bar.seconds_left(0.2) is None  # a part was there already
    for seconds, share, left in ((10, 0.4, 30), (20, 0.6, 20), (40, 1.0, 0)):
        now[0] = 100.0 + seconds
        assert abs(bar.seconds_left(share) - left) < 1e-9
