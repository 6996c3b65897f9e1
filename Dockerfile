FROM debian:12-slim AS build
WORKDIR /src
COPY dev ./
RUN ./dev deps build
COPY . .
RUN ./dev build replogd replog

FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgrpc++1.51 librocksdb7.8 libprotobuf32 libspdlog1.10 libabsl20220623 libyaml-cpp0.7 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --no-create-home --uid 10001 replog \
 && install -d -o replog -g replog /var/lib/replog
COPY --from=build /src/build/release/bin/replogd /src/build/release/bin/replog /usr/local/bin/
USER replog
VOLUME /var/lib/replog
EXPOSE 50051
ENTRYPOINT ["replogd"]
CMD ["--listen", "0.0.0.0:50051", "--data", "/var/lib/replog"]
