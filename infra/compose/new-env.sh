#!/bin/sh
# Writes a file .env for docker-compose.yml, with a random value for each secret. Never overwrites one. The keys that callers show are
# in it too, as SHOP_STOREFRONT_KEY and so on: take them out once they are kept elsewhere; the shop needs only their hashes.
set -eu
cd "$(dirname "$0")/../.."
file=${1:-.env}
[ ! -e "$file" ] || { echo "error: $file exists already." >&2; exit 1; }

random() { openssl rand -hex 24; }
hash() { printf %s "$1" | openssl dgst -sha256 -r | cut -d ' ' -f 1; }

umask 077
{
  for name in SHOP_SERVICE_KEY SHOP_PAYMENT_KEY \
    SHOP_RABBITMQ_ORDER_EVENTS_PASSWORD SHOP_RABBITMQ_PAYMENT_PASSWORD SHOP_RABBITMQ_SHIPPING_PASSWORD \
    SHOP_RABBITMQ_NOTIFICATION_PASSWORD SHOP_RABBITMQ_OPERATOR_PASSWORD SHOP_RABBITMQ_MONITOR_PASSWORD; do
    echo "$name=$(random)"
  done
  for name in SHOP_STOREFRONT_KEY SHOP_WAREHOUSE_KEY SHOP_OPERATOR_KEY; do
    key=$(random)
    echo "$name=$key"
    echo "${name}_SHA256=$(hash "$key")"
  done
  echo "SHOP_OTLP_ENDPOINT="
} > "$file"
echo "$file is written. It holds every secret of the shop: keep it to yourself."
