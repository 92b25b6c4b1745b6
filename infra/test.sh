#!/usr/bin/env bash
# Builds the solution and runs every test on real parts, then checks the code's style. What continuous integration runs, and
# what a developer runs. Installs what is missing where it may (Debian and Ubuntu, as root or with sudo). Arguments are passed
# on to `dotnet test`, such as --filter "FullyQualifiedName~OrderTests". The last line is the sum over all test projects.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
configuration=Release

say() { printf '\n== %s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

if ! has dotnet; then
  echo "error: the .NET SDK is not installed. Install version 10.0 or newer: https://dotnet.microsoft.com/download" >&2
  exit 1
fi

# --- what the tests need beside the SDK

has_broker() {
  [ -n "${SHOP_TEST_RABBITMQ:-}" ] || timeout 10 docker info >/dev/null 2>&1 || has rabbitmq-server \
    || [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]
}

# The interpreter of the machine itself: its packages are Debian's, whatever another python3 in the path holds.
has_python() { /usr/bin/python3 -c "import $1" >/dev/null 2>&1 || python3 -c "import $1" >/dev/null 2>&1; }

has_browser() { [ -n "${SHOP_TEST_CHROMIUM:-}" ] || has chromium; }

missing() {
  has_broker || echo rabbitmq-server
  has_python pika || echo python3-pika
  has_python aiosmtpd || echo python3-aiosmtpd
  has_browser || echo chromium
  has node || echo nodejs
  has npm || echo npm
  has sqlite3 || echo sqlite3
}

as_root() {
  if [ "$(id -u)" = 0 ]; then env "$@"; else sudo -n env "$@"; fi
}

install() {
  as_root apt-get update -q || return 1
  # Installing a package would start its service. The tests start brokers of their own.
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy" && made=1
  fi
  local result=0
  as_root DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -q -y --no-install-recommends python3 "$@" || result=1
  [ -z "$made" ] || as_root rm -f "$policy"
  return "$result"
}

wanted=$(missing)
if [ -n "$wanted" ] && has apt-get && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
  say "Installing" $wanted
  # shellcheck disable=SC2086 # one word for each package
  install $wanted || echo "warning: the packages could not be installed." >&2
  wanted=$(missing)
fi

if [ -z "$wanted" ]; then
  # Everything is there: a test that says otherwise has found a fault, and fails instead of being skipped.
  export SHOP_TEST_REQUIRE="${SHOP_TEST_REQUIRE:-1}"
else
  echo "warning: not on this machine:" $wanted "- the tests that need it are skipped, and counted as skipped." >&2
fi

# --- build, test, style

say "Build ($configuration)"
dotnet build Shop.sln -c "$configuration" -v quiet

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

say "Test"
status=0
# One project after the other: the tests of one keep a small machine busy.
dotnet test Shop.sln --no-build -c "$configuration" -m:1 \
  --logger "console;verbosity=normal" --logger trx --results-directory "$results" "$@" || status=$?

say "Style (dotnet format)"
style=0
dotnet format Shop.sln --verify-no-changes --no-restore || style=$?
[ "$style" = 0 ] || echo "error: the code is not formatted as .editorconfig wants it: run 'dotnet format'." >&2

# --- the sum

outcomes() {
  find "$results" -name '*.trx' -exec cat {} + | grep -o '<UnitTestResult [^>]*' | grep -o ' outcome="[A-Za-z]*"' | cut -d '"' -f 2
}

count() { outcomes | grep -c -x -E "$1" || true; }

passed=$(count 'Passed')
skipped=$(count 'NotExecuted|Inconclusive|NotRunnable')
failed=$(($(outcomes | wc -l) - passed - skipped))

echo
[ "$status" = 0 ] || [ "$failed" != 0 ] || echo "error: a test run broke off before its end (dotnet test: $status)." >&2
[ "$((passed + failed))" != 0 ] || echo "error: no test ran." >&2
echo "$passed passed, $failed failed, $skipped skipped"
[ "$status" = 0 ] && [ "$style" = 0 ] && [ "$failed" = 0 ] && [ "$passed" != 0 ]
