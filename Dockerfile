# syntax=docker/dockerfile:1

FROM rust:1.95-bookworm AS build
WORKDIR /build
# `kafka` sends what was watched to Kafka.
ARG FEATURES=
COPY . .
# The registry and the target folder outlive this layer, so that dependencies are built once and not after each
# change; the program is copied out because the mounts are no part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --locked --release --bin reelgraph --features "$FEATURES" \
    && objcopy --only-keep-debug target/release/reelgraph /usr/local/lib/reelgraph.debug \
    && objcopy --strip-all --add-gnu-debuglink=/usr/local/lib/reelgraph.debug \
        target/release/reelgraph /usr/local/bin/reelgraph

# The symbols of the same build, for `docker build --target symbols --output . .`: put beside the program, or into
# /usr/lib/debug/usr/local/bin, they give backtraces their names and lines.
FROM scratch AS symbols
COPY --from=build /usr/local/lib/reelgraph.debug /

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates ffmpeg \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 reelgraph \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/reelgraph --shell /usr/sbin/nologin reelgraph \
    && install -d -m 0750 -o reelgraph -g reelgraph /var/lib/reelgraph
COPY --from=build /usr/local/bin/reelgraph /usr/local/bin/reelgraph
USER 10001:10001
WORKDIR /var/lib/reelgraph
# A volume that is new takes over this folder's owner.
VOLUME /var/lib/reelgraph
EXPOSE 8080
ENTRYPOINT ["reelgraph"]
CMD ["serve"]
