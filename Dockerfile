# Vang as a container: one static file, certificates of authorities, an empty /data. No shell, no root, nothing to write but /data.
#
#   docker build -t vang .
#   docker run -p 8080:8080 -v vang:/data --read-only vang
#
# The same sources and arguments give the same binary. There is no "# syntax=" line on purpose: the engine's own BuildKit knows
# all that is used here, and a build needs no other image. Base images are pinned by version; whoever wants them pinned to the
# byte adds the digests that their registry shows.

FROM --platform=$BUILDPLATFORM node:24.21-alpine AS assets
WORKDIR /src
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund --loglevel=error
COPY static ./static
RUN npm run --silent build

FROM --platform=$BUILDPLATFORM golang:1.26.8-alpine AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOTOOLCHAIN=local
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
COPY --from=assets /src/static/dist ./static/dist
ARG VERSION=dev
ARG TARGETOS
ARG TARGETARCH
# -buildid= and -buildvcs=false: what lies beside the sources must not change the binary.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
    -ldflags "-s -w -buildid= -X main.version=$VERSION" -o /out/vang . && mkdir /out/data

FROM scratch
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Vang" \
      org.opencontainers.image.description="A blog whose comments are live" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
# For databases and Redis over TLS whose certificates a public authority signed.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# A new named volume takes its owner from here, so that SQLite may write into it.
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/vang /vang
USER 65532:65532
WORKDIR /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/vang", "health"]
ENTRYPOINT ["/vang"]
CMD ["serve"]
