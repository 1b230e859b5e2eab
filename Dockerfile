# The lab's command line as a container image, for the pods that send load (`load: { from: cluster }`, see
# docs/load.md). The build context is this folder:
#
#   docker build --tag hpa-lab/hpa-lab:0.1.0 .
#
# The base is pinned by version. To pin the very bytes, add the digest that your registry gives for it
# (`docker buildx imagetools inspect node:24.21.0-bookworm-slim`):
#
#   --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:...
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# The compiler and all development dependencies stay in this stage.
FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY sample-service/package.json sample-service/
RUN npm ci --ignore-scripts --no-fund --no-audit
COPY tsconfig.base.json tsconfig.build.json ./
COPY src src
RUN npx tsc -p tsconfig.build.json --incremental false --sourceMap false

# What the lab needs at run time, and nothing of the sample service.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY sample-service/package.json sample-service/
RUN npm ci --ignore-scripts --no-fund --no-audit --omit=dev --workspaces=false

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
# Owned by root: the lab can read its files, not change them.
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY --from=build /build/dist dist
# By number: Kubernetes cannot tell whether a name is root, and `runAsNonRoot` refuses what it cannot tell.
USER 1000:1000
# Node itself, no shell and no npm between: it gets SIGTERM. A worker writes no files, so the root file
# system can be read-only.
ENTRYPOINT ["node", "dist/cli.js"]
