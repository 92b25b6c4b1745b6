#!/bin/sh
# Writes the broker's users as RabbitMQ definitions to the output, from the environment: SHOP_RABBITMQ_PAYMENT_PASSWORD is the
# password of "payment", and so on. Only salted hashes are written. What each user may do is in definitions.json.
set -eu

user() {
  eval "password=\${$2:-}"
  case $password in
    '') echo "error: $2 is not set." >&2; exit 1 ;;
    *[!A-Za-z0-9]*) echo "error: $2 may hold letters and digits only: it becomes part of a URL." >&2; exit 1 ;;
  esac
  # RabbitMQ's own form: four bytes of salt, then SHA-256 of salt and password, in base64.
  salt=$(od -An -N4 -to1 /dev/urandom | sed 's/ /\\/g')
  hash=$({ printf "$salt"; printf "$salt$password" | openssl dgst -sha256 -binary; } | openssl base64 -A)
  printf '%s    { "name": "%s", "password_hash": "%s", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "%s" }' \
    "$separator" "$1" "$hash" "$3"
  separator=',
'
}

separator=
printf '{\n  "users": [\n'
user order-events SHOP_RABBITMQ_ORDER_EVENTS_PASSWORD ''
user payment SHOP_RABBITMQ_PAYMENT_PASSWORD ''
user shipping SHOP_RABBITMQ_SHIPPING_PASSWORD ''
user notification SHOP_RABBITMQ_NOTIFICATION_PASSWORD ''
user operator SHOP_RABBITMQ_OPERATOR_PASSWORD 'monitoring,policymaker'
user monitor SHOP_RABBITMQ_MONITOR_PASSWORD 'monitoring'
printf '\n  ]\n}\n'
