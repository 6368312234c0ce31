"""Whether the running app ever opens a socket to anything but this machine, over the whole browser suite.

It cannot be missed in either of two ways. The suite runs in a network namespace whose only interface is the
loopback: nothing can leave, and everything has to work. And each server of the suite, its child processes
included, runs under strace, which notes every address that is connected or sent to: an attempt fails
silently, but not unseen. Looking up a name is an attempt too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Final

from scripts.reliability.row import Row

ROOT: Final = Path(__file__).resolve().parent.parent.parent
WRAPPER: Final = "DAILIES_TEST_SERVE_UNDER"
"""What ``tests/browser/served.py`` puts before the command of each server."""
TESTS: Final = os.environ.get("DAILIES_SOCKETS_TESTS", "tests/browser")
NAME: Final = "sockets opened by the running app to anything but loopback, over the whole browser suite"
TARGET: Final = "none (no outside call in production)"
PROCESSES: Final = "--numprocesses 3 --dist loadscope --no-loadscope-reorder"
"""As ``make test`` has them."""
TOOLS: Final = ("strace", "unshare", "ip")
ADDRESS: Final = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
ELSEWHERE: Final = "192.0.2.1"
"""An address that belongs to nobody (RFC 5737, 2010)."""
PATIENCE_S: Final = 20.0
FAILED: Final = re.compile(r"^(?:FAILED|ERROR) \S*?::(\S+)", re.MULTILINE)
NAMED: Final = 10
"""Tests that failed and are named in the table."""
TALLY: Final = re.compile(r"(\d+) (passed|failed|error|errors|skipped)")


def run() -> Row:
    """Run the suite cut off and under watch."""
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if absent or not _may_unshare():
        why = f"{', '.join(absent)} not installed" if absent else "this user may make no network namespace"
        return Row(NAME, TARGET, f"not measured: {why}", met=None)
    with TemporaryDirectory(prefix="dailies-sockets-") as folder:
        control = _seen(_control(Path(folder)))
        done = _suite(Path(folder))
        traces = sorted(Path(folder).glob("trace*"))
        outside = _seen(traces)
    failed = FAILED.findall(done.stdout)
    named = f" Failed: {', '.join(failed[:NAMED])}." if failed else ""
    tally = ", ".join(f"{count} {word}" for count, word in TALLY.findall(done.stdout[-2000:]))
    return Row(
        name=NAME,
        target=TARGET,
        found=f"{', '.join(sorted(outside)[:5]) or 'none'} in {len(traces)} threads of servers; "
        f"the suite without a network: {tally}",
        met=not outside and bool(traces) and control == {ELSEWHERE} and done.returncode == 0,
        detail=f"`{TESTS}` under `unshare --net`, servers under `strace -f` (connect, sendto, sendmsg, "
        f"sendmmsg); that an attempt would be seen was tried first with {ELSEWHERE}. Chromium is not "
        f"watched: it is the visitor.{named}",
    )


def _may_unshare() -> bool:
    return subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode == 0


def _tracer(file: Path) -> str:
    return f"strace -D -f -ff --seccomp-bpf -qq -o {file} -e trace=connect,sendto,sendmsg,sendmmsg"


def _control(folder: Path) -> list[Path]:
    """What the tracer writes of a process that does try to reach another machine."""
    attempt = f"import socket; socket.socket().connect_ex(('{ELSEWHERE}', 9))"
    subprocess.run([*_tracer(folder / "control").split(), sys.executable, "-c", attempt], check=False)
    until = monotonic() + PATIENCE_S
    while not (found := sorted(folder.glob("control*"))) and monotonic() < until:
        sleep(0.05)
    return found


def _suite(folder: Path) -> subprocess.CompletedProcess[str]:
    tests = f"{sys.executable} -m pytest -q -p no:cacheprovider {PROCESSES} {TESTS}"
    return subprocess.run(
        ["unshare", "--net", "sh", "-c", f"ip link set lo up && exec {tests}"],
        cwd=ROOT,
        env={**os.environ, WRAPPER: _tracer(folder / "trace")},
        capture_output=True,
        text=True,
        check=False,
    )


def _seen(traces: list[Path]) -> set[str]:
    """Every address that is not this machine's."""
    found = set()
    for trace in traces:
        for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
            found.update(four or six for four, six in ADDRESS.findall(line))
    return {each for each in found if not _is_here(each)}


def _is_here(address: str) -> bool:
    return ip_address(address.removeprefix("::ffff:")).is_loopback


if __name__ == "__main__":
    print(run())
