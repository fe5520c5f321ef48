"""How soon Streamlit's own scripts arrive, on uvloop and on asyncio's own loop.

    .venv/bin/python bench/server_loop.py

A browser that has never been here asks for some sixty files over six connections. Streamlit (1.67)
opens its port in a way that asyncio's loop does not recognise as TCP, so each answer after a
connection's first waits for the browser's delayed acknowledgement
(https://github.com/Kludex/uvicorn/issues/3149); uvloop sends at once. Medians of `--times`.
"""

import http.client
import queue
import re
import statistics
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from common import dashboard, require_packages, run_script, temporary_folder

require_packages("uvloop")

CONNECTIONS = 6  # as browsers open to one server
ASYNCIO_ONLY = "raise ModuleNotFoundError('left out for the comparison')\n"


def fetch(url: str) -> float:
    """Seconds for the files that the start page names, over CONNECTIONS kept connections."""
    page = urllib.request.urlopen(url).read().decode()
    files: queue.SimpleQueue[str] = queue.SimpleQueue()
    for path in re.findall(r'(?:src|href)="\./(static/(?:js|css)/[^"]+)"', page):
        files.put(f"/{path}")

    def one_connection() -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        while not files.empty():
            try:
                connection.request("GET", files.get_nowait())
            except queue.Empty:
                break
            connection.getresponse().read()
        connection.close()

    begun = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for _ in range(CONNECTIONS):
            pool.submit(one_connection)
    return time.perf_counter() - begun


def seconds_on(loop: str, times: int, folder: Path) -> float:
    """Median of `times` fetches from an app on that loop. folder: an empty one."""
    if loop == "asyncio":
        (folder / "uvloop.py").write_text(ASYNCIO_ONLY, "utf-8")
    with dashboard(folder / "runs", PYTHONPATH=str(folder)) as app:
        return statistics.median(fetch(app.url) for _ in range(times))


def main(times: int = 9) -> None:
    found = {}
    for loop in ("asyncio", "uvloop"):
        with temporary_folder() as folder:
            found[loop] = seconds_on(loop, times, folder)
        print(f"{loop:8} {1000 * found[loop]:5.0f} ms", flush=True)
    print(f"uvloop takes {found['uvloop'] / found['asyncio']:.0%} of the time")


if __name__ == "__main__":
    run_script(main)
