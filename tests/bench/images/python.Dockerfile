# The service of dockerfiles/python-scientific as it is usually shipped: Debian, a shell, a script, curl.
ARG BASE
FROM ${BASE}
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates curl python3 python3-numpy tzdata && \
    rm -rf /var/lib/apt/lists/*
# The stand-in for Debian lacks what the packages compile when they are installed.
RUN python3 -m compileall -q /usr/lib/python3.* /usr/lib/python3 || true
COPY bench/docker-entrypoint.sh /usr/local/bin/
COPY python-scientific/app /app
WORKDIR /tmp
USER 1000:1000
EXPOSE 8080
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["python3", "/app/main.py"]
HEALTHCHECK --interval=5s --timeout=2s --start-period=30s \
  CMD curl -fsS -o /dev/null "http://127.0.0.1:${PORT:-8080}/healthz" || exit 1
