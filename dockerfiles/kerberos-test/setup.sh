#!/bin/sh
# setup.sh - tests the Kerberos ticket of the platform in a container. Exit code 0: it is valid.
#
# IMAGE_MODE chooses the image and the command:
#   layered (default)  IMAGE_PYTHON; a shell in it installs krb5, then runs the test from this folder
#   prebuilt           IMAGE_KERBEROS_TEST, as it is: no command, no shell, no package manager
# The variables come from the environment, else from the file .env in the current folder.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

# Prints the variable $1: from the environment, else from .env, else $2. Empty counts as unset.
setting() {
  value=$(printenv "$1" || true)
  if [ -z "$value" ] && [ -f .env ]; then
    value=$(sed -n "s/^$1=//p" .env | tail -n 1 | sed "s/^[\"']//; s/[\"'] *\$//")
  fi
  printf '%s' "${value:-$2}"
}

layered() {
  # As root, in any image with a shell. APT_CONFIG of the layered images of this repository is for
  # another user. The output of the installation goes to stderr, so that stdout is the test's.
  docker run --rm "$@" --volume "$here/app/test_kerberos.py:/app/test.py:ro" \
    --user 0:0 --entrypoint sh "$(setting IMAGE_PYTHON python:3.11-alpine)" -c '
      unset APT_CONFIG
      { if command -v apk; then apk add --no-cache krb5
        else apt-get update && apt-get install --yes --no-install-recommends krb5-user; fi; } >&2 &&
      exec python3 /app/test.py'
}

prebuilt() {
  docker run --rm "$@" --read-only --cap-drop ALL --security-opt no-new-privileges \
    --pids-limit 32 "$(setting IMAGE_KERBEROS_TEST kerberos-test:0.1.0)"
}

mode=$(setting IMAGE_MODE layered | tr '[:upper:]' '[:lower:]')
case $mode in
  layered | prebuilt) ;;
  *) echo "setup.sh: IMAGE_MODE is '$mode'; write layered or prebuilt" >&2; exit 64 ;;
esac

krb5_conf=$(setting KERBEROS_CONF '')
service=$(setting KERBEROS_SERVICE '')
set -- --network "$(setting KERBEROS_NETWORK platform_network)" \
  --volume "$(setting KERBEROS_VOLUME platform_kerberos_cache):/krb5/cache:ro" \
  --env KRB5CCNAME=/krb5/cache/krb5cc
[ -z "$krb5_conf" ] || set -- "$@" --volume "$krb5_conf:/etc/krb5.conf:ro"
[ -z "$service" ] || set -- "$@" --env "KERBEROS_SERVICE=$service"
"$mode" "$@"
