# The gateway. The last stage has Node, the compiled code and what it needs at run time; nothing else. The stage
# `simulator` is an image of its own, for trying the gateway out; docker-compose.yml builds it.
# Node has the exact version that the tests run with (devDependencies.node).

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The console is built from them; npm links the packages that are there.
COPY packages ./packages
# Without install scripts: the only package that has one brings Node itself, which is here already.
RUN npm ci --ignore-scripts
COPY tsconfig.json schema.graphql ./
COPY scripts ./scripts
COPY src ./src
COPY simulator ./simulator
RUN npm run build && mv dist/simulator simulator-dist && npm run -s sbom > dist/sbom.cdx.json && rm -r packages && npm ci --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim AS simulator
ENV SIMULATOR_HOST=0.0.0.0 SIMULATOR_PORT=4100
WORKDIR /app
COPY --from=build /app/simulator-dist ./dist/simulator
COPY package.json LICENSE ./
USER 1000:1000
EXPOSE 4100
CMD ["node", "dist/simulator/main.js"]

FROM node:24.21.0-bookworm-slim AS gateway
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data MALLOC_ARENA_MAX=2
WORKDIR /app
RUN mkdir --mode=0700 /data && chown 1000:1000 /data
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# The command line: `docker exec <container> quantgate <command>`.
COPY --chmod=755 scripts/quantgate /usr/local/bin/quantgate
RUN mkdir dist/.compile-cache && chown 1000:1000 dist/.compile-cache
# The user `node`, by number: so an orchestrator can see that it is not root.
USER 1000:1000
# Compiles everything once: Node keeps compiled code for each user.
RUN node --max-semi-space-size=32 --heap-growing-percent=100 --disable-warning=ExperimentalWarning dist/compile.js
# The one place that is written to: the rest may be mounted read-only.
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No shell in between, so SIGTERM arrives. The process is gone within SHUTDOWN_TIMEOUT (25s): give it 30 s before a kill.
# The flags bound the memory under load: docs/decisions/0048-memory-under-load.md.
CMD ["node", "--max-semi-space-size=32", "--heap-growing-percent=100", "--disable-warning=ExperimentalWarning", "dist/main.js"]
