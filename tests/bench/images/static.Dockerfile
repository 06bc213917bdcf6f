# The program of dockerfiles/distroless as it is usually shipped: Debian, a shell, a script, curl.
ARG BASE
ARG PREBUILT
FROM ${PREBUILT} AS prebuilt
FROM ${BASE}
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates curl tzdata && \
    rm -rf /var/lib/apt/lists/*
COPY --from=prebuilt /service /usr/local/bin/service
COPY bench/docker-entrypoint.sh /usr/local/bin/
WORKDIR /tmp
USER 1000:1000
EXPOSE 8080
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["service"]
HEALTHCHECK --interval=5s --timeout=2s --start-period=30s \
  CMD curl -fsS -o /dev/null "http://127.0.0.1:${PORT:-8080}/healthz" || exit 1
