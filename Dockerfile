# SECURITY.md says how to name it by digest.
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE}
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts ./scripts
# The image brings its own Node; the project's copy of it is for machines that have none.
RUN npm ci --omit=dev && npm cache clean --force \
  && rm -rf node_modules/node-linux-* node_modules/node-darwin-* node_modules/node-bin-* node_modules/node-win-* node_modules/.bin/node \
  && npm sbom --package-lock-only --sbom-format=cyclonedx --omit=dev > sbom.json && node scripts/notices.mjs > THIRD_PARTY_NOTICES.txt
COPY src ./src
COPY manifest.yml LICENSE README.md ./
# What must outlive the container; a volume that is mounted here takes over the owner.
RUN mkdir data && chown node:node data
VOLUME /app/data
USER node
# Only ports that are published can be reached from outside.
ENV NODE_ENV=production PORT=3000 HOST=0.0.0.0
EXPOSE 3000
# Answers in flight are finished within STOP_SECONDS (25) and a few seconds more: `docker stop -t 40`.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "--optimize-for-size", "--max-semi-space-size=1", "--v8-pool-size=1", "--liftoff-only", "src/main.ts"]
