# The same, completed at start: the script installs NumPy, as root, and then drops privileges.
ARG BASE
FROM ${BASE}
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates curl python3 tzdata && \
    rm -rf /var/lib/apt/lists/*
RUN python3 -m compileall -q /usr/lib/python3.* /usr/lib/python3 || true
COPY bench/install-at-start.sh /usr/local/bin/
COPY python-scientific/app /app
WORKDIR /tmp
EXPOSE 8080
ENV PACKAGES=python3-numpy
ENTRYPOINT ["install-at-start.sh"]
CMD ["python3", "/app/main.py"]
HEALTHCHECK --interval=5s --timeout=2s --start-period=30s \
  CMD curl -fsS -o /dev/null "http://127.0.0.1:${PORT:-8080}/healthz" || exit 1
