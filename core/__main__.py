"""The command line: `python -m core COMMAND`. Every page of the dashboard has its command here.

Exit status 0; 2 for bad input, with one `error:` line on stderr; 130 after Ctrl-C; 1, by Typer,
where whoever read the output (`| head`) has gone.
"""

import os
import sys

# Threads that wait for one another sleep instead of spinning. Spinning gains little on an idle
# machine, and where anything else runs it made training up to ten times slower. Read once, when
# torch is loaded, which happens after this.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from core.base.errors import InputError, os_error_line

STOPPED = 130  # the exit status after Ctrl-C


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns the exit status."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return STOPPED
    except InputError as error:
        return _bad_input(str(error))
    except OSError as error:  # a full disk, or a folder that may not be read or written
        return _bad_input(os_error_line(error))


def _run(arguments: list[str] | None) -> int:
    # Loading the commands takes a second, in which Ctrl-C should be as quiet as later.
    from typer.exceptions import Abort, TyperException

    from core.cli import command

    try:
        result = command()(arguments, standalone_mode=False)
    except Abort:
        raise KeyboardInterrupt from None
    except TyperException as error:  # a wrong option or a missing argument
        return _bad_input(error.format_message())
    if result == STOPPED:  # Typer's word for Ctrl-C
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def _bad_input(message: str) -> int:
    line = " ".join(message.split())
    # It may quote a stranger's file, which must not steer a terminal.
    print("error: " + "".join(c if c.isprintable() else "?" for c in line), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
