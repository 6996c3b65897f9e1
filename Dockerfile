# replogd, the replog command and chat-server.
#
#   docker build --build-arg REVISION=$(git rev-parse --short HEAD) -t replog .
#   docker run --rm -e REPLOG_INSECURE=true -p 127.0.0.1:50051:50051 -v replog:/var/lib/replog replog

FROM debian:12-slim AS build
WORKDIR /src
# What changes rarely comes first: the packages are a layer of their own.
COPY dev ./
RUN ./dev deps build
COPY . .
ARG REVISION=
RUN cmake --preset release -DREPLOG_REVISION="$REVISION" -DREPLOG_TESTS=OFF -DREPLOG_BENCHMARKS=OFF \
 && cmake --build build/release -j "$(nproc)" --target replogd replog chat-server \
 && cmake --install build/release --strip --prefix /usr/local

FROM debian:12-slim
# The shared libraries of the programs, and nothing else; tests/container compares this list with what they are linked to.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libabsl20220623 libc-ares2 libfmt9 libgrpc++1.51 libgrpc29 libprometheus-cpp-core1.0 libprotobuf32 libre2-9 \
      librocksdb7.8 libspdlog1.10 libssl3 libyaml-cpp0.7 zlib1g \
 && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* /usr/share/doc/* /usr/share/locale/* /usr/share/man/* \
 && useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin --uid 10001 --user-group replog \
 && install -d -o replog -g replog -m 0750 /var/lib/replog \
 && install -d /etc/replog \
 && printf '%s\n' 'listen: 0.0.0.0:50051' 'http_listen: 0.0.0.0:8080' 'data: /var/lib/replog/data' >/etc/replog/replogd.yaml
COPY --from=build /usr/local/bin/replogd /usr/local/bin/replog /usr/local/bin/chat-server /usr/local/bin/
ARG REVISION=
LABEL org.opencontainers.image.title=replog \
      org.opencontainers.image.description="A replication log server" \
      org.opencontainers.image.version=0.1.0 \
      org.opencontainers.image.revision=$REVISION
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
VOLUME /var/lib/replog
EXPOSE 50051 8080
STOPSIGNAL SIGTERM
# No shell: what runs is the program itself, which is process 1 and ends on SIGTERM.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10m CMD ["replogd", "health", "--config", "/etc/replog/replogd.yaml"]
ENTRYPOINT ["replogd"]
CMD ["--config", "/etc/replog/replogd.yaml"]
