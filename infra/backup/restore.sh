#!/bin/sh
# Puts a backup back into the data folders of services that are stopped. What is there now is kept beside it, as <store>.before-restore.
# Usage: restore.sh <backup> [data folder]
set -eu
backup=${1:?the backup: a folder that backup.sh has made}
data=${2:-${SHOP_DATA:?the folder that holds the data folders of the services}}
IFS='
' # paths may hold spaces

[ -f "$backup/SHA256SUMS" ] || { echo "error: $backup is no backup." >&2; exit 1; }
(cd "$backup" && sha256sum --quiet -c SHA256SUMS) || { echo "error: $backup is damaged; nothing was changed." >&2; exit 1; }
stores=$(cd "$backup" && find . -name '*.db' -type f | sort)

# Each service holds a lock beside its stores for as long as it runs.
for store in $stores; do
  lock="$data/$store.lock"
  if [ -e "$lock" ] && ! flock -n "$lock" true; then
    echo "error: $data/${store#./} is in use: stop its service first. Nothing was changed." >&2
    exit 1
  fi
done

umask 077
for store in $stores; do
  target="$data/$store"
  mkdir -p "$(dirname "$target")"
  # A write-ahead log belongs to the file that it lay beside, and to no other.
  for part in '' -wal -shm; do
    rm -f "$target.before-restore$part"
    [ ! -e "$target$part" ] || mv "$target$part" "$target.before-restore$part"
  done
  cp "$backup/$store" "$target.restoring"
  sync "$target.restoring"
  mv "$target.restoring" "$target"
done

(cd "$backup" && find . -path '*/keys/*.xml' -type f) | while read -r key; do
  mkdir -p "$data/$(dirname "$key")"
  cp -p "$backup/$key" "$data/$key"
done
sync
echo "restored from $backup:"
echo "$stores"
