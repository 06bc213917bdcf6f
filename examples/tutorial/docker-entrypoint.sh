#!/bin/bash
set -euo pipefail

# What has to be set, and what has a default.
: "${DB_HOST:?DB_HOST is not set}"
export DB_PORT="${DB_PORT:-5432}"
if [ -n "${DB_PASSWORD_FILE:-}" ]; then
  DB_PASSWORD="$(cat "$DB_PASSWORD_FILE")"
  export DB_PASSWORD
fi

# A fresh volume belongs to root.
mkdir -p /data /run/shop
chown -R app:app /data /run/shop

# The application's own config.
envsubst < /etc/shop/shop.conf.template > /run/shop/shop.conf
chown app:app /run/shop/shop.conf
chmod 0640 /run/shop/shop.conf

# The database may come up later than we do.
for _ in $(seq 60); do
  if nc -z "$DB_HOST" "$DB_PORT"; then break; fi
  sleep 1
done

# Its tables.
gosu app python3 /app/manage.py migrate

# The application, as an ordinary user.
exec gosu app python3 /app/serve.py
