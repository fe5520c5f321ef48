"""The command line: `python -m core COMMAND`. Every page of the dashboard has its command here.

Exit status 0; 2 for bad input, with one `error:` line on stderr; 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys

# Threads that wait for one another sleep instead of spinning. Spinning gains little on an idle
# machine, and where anything else runs it made training up to ten times slower. Read once, when
# torch is loaded, which happens after this.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from typer.exceptions import Abort, TyperException

from core.cli import app
from core.errors import InputError


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns the exit status."""
    try:
        result = app(arguments, standalone_mode=False)
    except (Abort, KeyboardInterrupt):
        print("stopped", file=sys.stderr)
        return 130
    except TyperException as error:  # a wrong option or a missing argument
        return _bad_input(error.format_message())
    except InputError as error:
        return _bad_input(str(error))
    except BrokenPipeError:
        sys.stderr.close()  # the reader (`| head`) has gone; Python would complain once more
        return 0
    return result if isinstance(result, int) else 0


def _bad_input(message: str) -> int:
    print("error: " + " ".join(message.split()), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
