# Ephemeral Chat in a container, for amd64 and arm64. Builds from a fresh clone.

FROM node:24-trixie-slim AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY tsconfig.json tailwind.config.js ./
COPY scripts scripts
COPY locales locales
COPY views views
COPY static static
COPY src src
RUN node scripts/build.mjs

FROM node:24-trixie-slim AS packages
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-trixie-slim
# The C library overwrites memory that is freed, where messages would stay.
ENV NODE_ENV=production GLIBC_TUNABLES=glibc.malloc.perturb=165:glibc.malloc.tcache_max=64
WORKDIR /app
# The server writes only here: accounts and encrypted pictures. Everything else may be read-only.
RUN mkdir -m 700 data uploads && chown node:node data uploads
COPY package.json ./
COPY scripts/admin.mjs scripts/operator-door.mjs scripts/process.mjs scripts/
COPY locales locales
COPY views views
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/static static
COPY --from=build /app/dist dist
USER node
EXPOSE 3000
VOLUME ["/app/data"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=2", "--v8-pool-size=1", "dist/main.js"]
