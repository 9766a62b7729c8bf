# The scim-target server. State lives in the volume /data; everything else in the image is read-only to the server.
#
#   docker build -t scim-target .
#   docker run -p 8080:8080 -v scim-data:/data scim-target
#   docker exec <container> node dist/cli/main.js tenant create acme
#   docker exec <container> node dist/cli/main.js token create --tenant acme --name "Entra production"

# Any release that package.json allows; this one is the long-term release now.
ARG NODE_VERSION=24

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts
RUN mkdir /data

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production \
    SCIM_TARGET_HOST=0.0.0.0 \
    SCIM_TARGET_PORT=8080 \
    SCIM_TARGET_STORE=sqlite:/data/scim.db
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/schemas ./schemas
COPY --from=build /app/dist ./dist
COPY --from=build --chown=node:node /data /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SCIM_TARGET_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli/main.js", "serve"]
