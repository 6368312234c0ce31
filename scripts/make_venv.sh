#!/bin/sh
# Make the virtual environment with a Python 3.11, or say in one sentence what is missing.
wanted="$1"; venv="$2"
for candidate in "$wanted" python3.11 python3 python; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        "$candidate" -m venv "$venv" && exit 0
        echo "Python 3.11 is here but cannot make a virtual environment; install its venv package (python3.11-venv)." >&2
        exit 2
    fi
done
echo "Dailies needs Python 3.11 and found none; install it, or name it: make PYTHON=/path/to/python3.11" >&2
exit 2
