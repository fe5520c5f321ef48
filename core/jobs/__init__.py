"""Work in other processes: queue, executor, worker, preview."""
