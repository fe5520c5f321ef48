"""A folder of runs where nobody may write."""

command = "train FAST --data TINY --runs /proc/runs"
refused = "/proc/runs: cannot write a run ( ... ); use another runs folder"
