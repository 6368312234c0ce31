#!/bin/sh
# Install the named Debian packages that are missing; say what to do where that is not possible.
missing=""
for package in "$@"; do
    command -v "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing:$missing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null && exit 0
fi
echo "The tests need$missing and cannot install it here; install it with your system's package manager" \
    "(Debian, Ubuntu: sudo apt-get install$missing) and try again." >&2
exit 2
