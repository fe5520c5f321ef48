"""The tests. Two processes share the machine in `make test`, and small photos want no more than one
thread each: with more, half of the time goes into waiting for one another. Processes that begin
cold use all cores, as the product does."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch and NumPy are loaded

from core.base import cpu

cpu.cores = lambda: 1  # taken over by whoever imports it from here on
