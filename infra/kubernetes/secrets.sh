#!/bin/sh
# Writes every secret that the manifests refer to, as Kubernetes has them, to the output: pass it on to kubectl, and keep no copy.
# The values come from the environment, under the names of .env.example: set -a; . ./.env; set +a; sh infra/kubernetes/secrets.sh
# SHOP_EVENTSTORE_URL, SHOP_SMTP_USER and SHOP_SMTP_PASSWORD may be set too.
set -eu
here=$(dirname "$0")

value() {
  eval "found=\${$1:-}"
  [ -n "$found" ] || { echo "error: $1 is not set." >&2; exit 1; }
  printf '%s' "$found" | base64 | tr -d '\n'
}

encoded() { printf '%s' "$1" | base64 | tr -d '\n'; }

# A secret, and its keys with values in base64: name key value [key value …]
secret() {
  printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: shop\ntype: Opaque\ndata:\n' "$1"
  shift
  while [ $# -gt 0 ]; do
    printf '  %s: %s\n' "$1" "$2"
    shift 2
  done
}

users=$(sh "$here/../rabbitmq/users.sh")
service=$(value SHOP_SERVICE_KEY)
provider=$(value SHOP_PAYMENT_KEY)
storefront=$(value SHOP_STOREFRONT_KEY_SHA256)
warehouse=$(value SHOP_WAREHOUSE_KEY_SHA256)
operator=$(value SHOP_OPERATOR_KEY_SHA256)

secret shop-service-key key "$service"
secret shop-payment-provider key "$provider"
secret shop-caller-keys storefront "$storefront" warehouse "$warehouse" operator "$operator"
secret shop-broker-users users.json "$(encoded "$users")"
secret shop-broker \
  order-events "$(encoded "amqp://order-events:$SHOP_RABBITMQ_ORDER_EVENTS_PASSWORD@rabbitmq:5672/shop")" \
  payment "$(encoded "amqp://payment:$SHOP_RABBITMQ_PAYMENT_PASSWORD@rabbitmq:5672/shop")" \
  shipping "$(encoded "amqp://shipping:$SHOP_RABBITMQ_SHIPPING_PASSWORD@rabbitmq:5672/shop")" \
  notification "$(encoded "amqp://notification:$SHOP_RABBITMQ_NOTIFICATION_PASSWORD@rabbitmq:5672/shop")" \
  monitor "$(encoded "http://monitor:$SHOP_RABBITMQ_MONITOR_PASSWORD@rabbitmq.shop:15672/shop")"
[ -z "${SHOP_EVENTSTORE_URL:-}" ] || secret shop-eventstore url "$(value SHOP_EVENTSTORE_URL)"
[ -z "${SHOP_SMTP_USER:-}" ] || secret shop-smtp user "$(value SHOP_SMTP_USER)" password "$(value SHOP_SMTP_PASSWORD)"
