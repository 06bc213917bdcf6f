#!/bin/sh
# What the pintle.json of the same service does: a variable's default, and the ordinary user.
set -e
: "${PORT:=8080}"
export PORT
if [ "$(id -u)" = 0 ]; then
  exec setpriv --reuid=1000 --regid=1000 --clear-groups "$@"
fi
exec "$@"
