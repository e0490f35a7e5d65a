# syntax=docker/dockerfile:1
# Two stages: what builds stays behind. The result runs as nobody in particular, from a read-only
# file system, and writes to /data alone.
FROM python:3.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/mailmare
COPY requirements/run.txt requirements/build.txt requirements/
RUN /opt/mailmare/bin/pip install --require-hashes --requirement requirements/run.txt \
    && python -m pip install --require-hashes --requirement requirements/build.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY bot bot
COPY cogs cogs
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/mailmare/bin/pip install --no-deps --no-index /wheels/*.whl \
    && /opt/mailmare/bin/python -m compileall -q /opt/mailmare/lib \
    && /opt/mailmare/bin/pip uninstall --yes pip

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="Mailmare" \
      org.opencontainers.image.description="Pony art for Discord, credited and safe where it must be" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/mailmare /opt/mailmare
RUN mkdir /data && chown 10001:10001 /data
ENV PATH=/opt/mailmare/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MAILMARE_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
# No shell: the exec form runs the program itself.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["mailmare", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["mailmare"]
CMD ["run"]
