#!/usr/bin/env bash
# Measures the shop beside its floors, and prints a Markdown table. --quick: a rough answer in a few minutes.
# --only=http,store,growth,lifecycle,local: some of it.
set -eu
cd "$(dirname "$0")/.."
dotnet build tests/Benchmarks -c Release -v quiet --nologo >&2
exec dotnet tests/Benchmarks/bin/Release/net10.0/Benchmarks.dll "$@"
