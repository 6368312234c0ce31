#!/bin/sh
# Install the named Debian packages that are missing; say what to do where that is not possible.

# A package is there if its command is: most are named as their command, PostgreSQL's lies off the path.
is_there() {
    case "$1" in
        postgresql) command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing=""
for package in "$@"; do
    is_there "$package" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing:$missing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null && exit 0
fi
echo "The tests need$missing and cannot install it here; install it with your system's package manager" \
    "(Debian, Ubuntu: sudo apt-get install$missing) and try again." >&2
exit 2
