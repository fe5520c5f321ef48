"""A Ray cluster on loopback, in a process of its own that ends with its input.

`python -m tests.cluster.start FOLDER CPUS NODES` prints the head's address and the raylets' process
ids; a line `kill N` ends a node, `head` the head's own service."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MEMORY = 100_000_000  # bytes of shared memory of each node


@contextmanager
def start_cluster(folder: Path, cpus: int, nodes: int = 0) -> Iterator[tuple[str, dict[str, str]]]:
    """Yields the address and what whoever joins must have in the environment."""
    with cluster_process(folder, cpus, nodes) as (_, address, environment):
        yield address, environment


@contextmanager
def cluster_process(
    folder: Path, cpus: int, nodes: int
) -> Iterator[tuple[subprocess.Popen[str], str, dict[str, str]]]:
    """With its process, whose input takes commands."""
    environment = {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": os.urandom(16).hex(),
        "RAY_USAGE_STATS_ENABLED": "0",
        # So that Ray takes 127.0.0.1 for this machine's address, and not one that others reach.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "PYTHONPATH": str(ROOT),
    }
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.cluster.start", str(folder), str(cpus), str(nodes)]
    with (folder / "cluster.log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdin is not None and process.stdout is not None
    try:
        lines = (line for line in process.stdout if line.startswith("address "))
        yield process, next(lines).split()[1], environment
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def main(folder: Path, cpus: int, count: int) -> None:
    from ray.cluster_utils import Cluster

    own = {"node_ip_address": "127.0.0.1", "object_store_memory": _MEMORY}
    os.environ["OVERFIT_LENS_NODE"] = str(folder / "head")
    head = own | {"num_cpus": cpus, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    nodes = []
    for number in range(count):
        place = {"OVERFIT_LENS_NODE": str(folder / f"node-{number}")}
        nodes.append(cluster.add_node(wait=False, num_cpus=1, env_vars=place, **own))
    print(f"address {cluster.address}", flush=True)
    for line in sys.stdin:
        if line.startswith("kill"):
            cluster.remove_node(nodes[int(line.split()[1])], allow_graceful=False)
        elif line.startswith("head"):
            cluster.head_node.kill_gcs_server()
    cluster.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
