#!/bin/sh
# Starts RabbitMQ in its container with the shop's definitions. They are imported at each start, the users first, so a password
# that was changed in the environment holds from the next start on.
set -eu
folder=/run/shop/definitions
umask 077
mkdir -p "$folder"
sh /etc/shop/users.sh > "$folder/1-users.json"
cp /etc/shop/definitions.json "$folder/2-definitions.json"
exec docker-entrypoint.sh rabbitmq-server
