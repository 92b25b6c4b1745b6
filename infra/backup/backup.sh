#!/bin/sh
# Copies every SQLite store under a folder while the services run, checks each copy, and keeps the newest copies.
# Usage: backup.sh [data folder] [backup folder] [how many to keep]
# The copies land in <backup folder>/<time>, which appears only when it is whole. The last line names it.
set -eu
data=${1:-${SHOP_DATA:?the folder that holds the data folders of the services}}
backups=${2:-${SHOP_BACKUPS:?the folder that backups go to}}
keep=${3:-${SHOP_BACKUPS_KEEP:-14}}
IFS='
' # paths may hold spaces

[ -d "$data" ] || { echo "error: there is no folder $data." >&2; exit 1; }
name=$(date -u +%Y%m%dT%H%M%SZ)
unfinished="$backups/.$name.$$"
[ ! -e "$backups/$name" ] || { echo "error: there is a backup of this second." >&2; exit 1; }
umask 077
mkdir -p "$unfinished"
trap 'rm -rf "$unfinished"' EXIT

# The event store last: whatever the other stores have heard of is then in its copy.
stores() {
  find "$data" -name '*.db' ! -name events.db -type f | sort
  find "$data" -name events.db -type f | sort
}

copied=0
for store in $(stores); do
  copy="$unfinished/${store#"$data"/}"
  mkdir -p "$(dirname "$copy")"
  # One read transaction: a state that was committed, whatever is written meanwhile, and no writer waits for it.
  sqlite3 -bail -cmd '.timeout 10000' "$store" "VACUUM INTO '$copy'"
  [ "$(sqlite3 "$copy" 'PRAGMA integrity_check')" = ok ] || { echo "error: the copy of $store is not sound." >&2; exit 1; }
  copied=$((copied + 1))
done
[ "$copied" != 0 ] || { echo "error: there is no store in $data." >&2; exit 1; }

# What is not a database: the keys that sign order tokens.
(cd "$data" && find . -path '*/keys/*.xml' -type f) | while read -r key; do
  mkdir -p "$unfinished/$(dirname "$key")"
  cp -p "$data/$key" "$unfinished/$key"
done

(cd "$unfinished" && find . -type f ! -name SHA256SUMS -exec sha256sum {} + > SHA256SUMS)
sync
mv "$unfinished" "$backups/$name"
ls -1d "$backups"/[0-9]*Z | sort -r | tail -n "+$((keep + 1))" | while read -r old; do rm -rf "$old"; done
echo "$copied stores: $backups/$name"
