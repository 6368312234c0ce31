"""The command line: ``python -m dashboard COMMAND``; each command calls the services the pages call.

Bad input ends with status 2 and one line on standard error; a bug ends with status 1 and its name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from dashboard.cli.parser import parsed
from dashboard.services import own_weights
from engine.errors import DailiesError

OK: Final = 0
BUG: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130
DEBUG_VARIABLE: Final = "DAILIES_DEBUG"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The words behind ``python -m dashboard``; those of the process if not given.
    """
    try:
        given = parsed(sys.argv[1:] if argv is None else argv)
        own_weights.use()
        status: int = given.run(given)
        sys.stdout.flush()
        return status
    except SystemExit as leaving:  # argparse: --help, or words it does not understand
        return int(leaving.code or OK)
    except DailiesError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Interrupted; what was stored so far is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - nobody reads on; Python must not complain at exit
        return OK
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        words = " ".join(str(error).split())
        print(
            f"Something went wrong that is ours to mend: {type(error).__name__}: {words} "
            f"(set {DEBUG_VARIABLE}=1 to see where).",
            file=sys.stderr,
        )
        return BUG


if __name__ == "__main__":
    sys.exit(main())
