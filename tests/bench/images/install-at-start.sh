#!/bin/sh
# Completes the image with the packages in PACKAGES, and starts the service as an ordinary user.
set -e
: "${PORT:=8080}"
export PORT
apt-get update -qq
# The words of PACKAGES are names.
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends $PACKAGES >/dev/null
exec setpriv --reuid=1000 --regid=1000 --clear-groups "$@"
