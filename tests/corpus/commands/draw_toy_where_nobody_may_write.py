"""A toy set that is to be drawn where nobody may write."""

command = "data draw-toy --seed 1 --out /proc/mine"
refused = "/proc/mine: No such file or directory"
