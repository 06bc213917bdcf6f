# The service of dockerfiles/nodejs-runtime as it is usually shipped: Debian, a shell, a script, curl.
ARG BASE
FROM ${BASE}
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates curl nodejs tzdata && \
    rm -rf /var/lib/apt/lists/*
COPY bench/docker-entrypoint.sh /usr/local/bin/
COPY nodejs-runtime/app /app
# The CAs of a company, as the prebuilt image has them: Node.js reads them at each start.
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
WORKDIR /tmp
USER 1000:1000
EXPOSE 8080
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node", "/app/server.js"]
HEALTHCHECK --interval=5s --timeout=2s --start-period=30s \
  CMD curl -fsS -o /dev/null "http://127.0.0.1:${PORT:-8080}/healthz" || exit 1
