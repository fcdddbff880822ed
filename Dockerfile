# syntax=docker/dockerfile:1
#
# The program with the dashboard inside, in an image that has nothing else: no shell, no package manager, no root.
#
#   docker build -t tenantry .                       the product (the last stage)
#   docker build -t tenantry-clerk --target clerk .  the local Clerk, for compose.yaml
#
# compose.yaml builds `workshop` (hot reload) and `tools` (tests) too.
#
# RUST_VERSION is that of rust-toolchain.toml; .ci/deployment compares them.
ARG RUST_VERSION=1.95.0
ARG NODE_VERSION=24.19.0

# --- The dashboard's files, the same on every platform --------------------------------------------------------
FROM --platform=$BUILDPLATFORM node:${NODE_VERSION}-bookworm-slim AS dashboard
WORKDIR /source
COPY clients/typescript clients/typescript
COPY dashboard/package.json dashboard/package-lock.json dashboard/.npmrc dashboard/
COPY dashboard/absent dashboard/absent
WORKDIR /source/dashboard
RUN --mount=type=cache,target=/root/.npm npm ci
COPY dashboard .
RUN npm run build

# --- Compilers ------------------------------------------------------------------------------------------------
FROM rust:${RUST_VERSION}-bookworm AS compiler
ARG RUST_VERSION
# The compiler that is here, instead of fetching the lints and formatter that rust-toolchain.toml also names.
ENV RUSTUP_TOOLCHAIN=${RUST_VERSION} CARGO_TERM_COLOR=never
WORKDIR /source

FROM compiler AS sources
COPY . .

# --- Hot reload: compose.yaml syncs changes into it -----------------------------------------------------------
FROM sources AS workshop
COPY --from=dashboard /source/dashboard dashboard
CMD ["cargo", "run", "--", "dev"]

# --- The local Clerk: everybody who reaches it can be anyone, so it is no part of the product's image ----------
FROM sources AS clerk-program
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --locked --release --package clerk-emulator \
    && cp target/release/clerk-emulator /usr/bin/clerk-emulator \
    && ops/image/root.sh /usr/bin/clerk-emulator /root-of-image

FROM scratch AS clerk
COPY --from=clerk-program /root-of-image /
COPY --from=dashboard /source/dashboard/node_modules/@clerk/clerk-js /npm/@clerk/clerk-js
COPY --from=dashboard /source/dashboard/node_modules/@clerk/ui /npm/@clerk/ui
WORKDIR /data
USER 65532:65532
EXPOSE 8001
# It ends at Ctrl-C.
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/bin/clerk-emulator"]

# --- What the tests and .ci/run need; compose.yaml mounts the sources -------------------------------------------
FROM node:${NODE_VERSION}-bookworm-slim AS node

FROM compiler AS tools
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium git pgbouncer postgresql python3 python3-venv shellcheck \
    && rm -rf /var/lib/apt/lists/* \
    && rustup component add clippy rustfmt
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
CMD ["bash"]

# --- The program, with the list of its crates inside (`cargo audit bin`, trivy, grype and syft read it) --------
FROM compiler AS auditable
RUN --mount=type=cache,target=/usr/local/cargo/registry cargo install --locked cargo-auditable@0.7.7

FROM auditable AS program
COPY . .
COPY --from=dashboard /source/dashboard/dist dashboard/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo auditable build --locked --release --package tenantry --no-default-features --features dashboard \
    && cp target/release/tenantry /usr/bin/tenantry \
    && ops/image/root.sh /usr/bin/tenantry /root-of-image

# --- The image ------------------------------------------------------------------------------------------------
FROM scratch AS tenantry
COPY --from=program /root-of-image /
# A volume mounted here begins with this owner; SQLite and a .env are looked for here.
WORKDIR /data
USER 65532:65532
ENV HOST=0.0.0.0 PORT=8000
# 9464 answers once METRICS_ADDR=0.0.0.0:9464 is set. Publish 8000 alone.
EXPOSE 8000 9464
STOPSIGNAL SIGTERM
# No HEALTHCHECK: there is no shell or curl to run one with, and every orchestrator asks /livez and /readyz itself.
ENTRYPOINT ["/usr/bin/tenantry"]
CMD ["serve"]

ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Tenantry" \
      org.opencontainers.image.description="A multi-tenant B2B API for Clerk organizations" \
      org.opencontainers.image.source="https://github.com/tenantry/tenantry" \
      org.opencontainers.image.documentation="https://github.com/tenantry/tenantry/tree/main/docs" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
