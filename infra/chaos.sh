#!/usr/bin/env bash
# Breaks the shop on purpose while customers buy, then checks that nothing was lost and nothing happened twice.
#
#   bash infra/chaos.sh --orders 200 --kills 20 --seed 1
#
# Needs the .NET SDK, RabbitMQ (Docker or an installed rabbitmq-server) and python3 with aiosmtpd. Exit code: 0 when all is well,
# 1 on a violation, 2 when the run proves nothing because it hit no work in flight.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build tests/Chaos --configuration Release --verbosity quiet --nologo >&2
exec dotnet tests/Chaos/bin/Release/net10.0/Chaos.dll "$@"
