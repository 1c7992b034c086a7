FROM denoland/deno:2.9.6 AS viewer

WORKDIR /app
COPY deno.json deno.lock ./
COPY tools/bundle.ts tools/
COPY web/ web/
RUN deno task build

FROM denoland/deno:2.9.6

WORKDIR /app
USER deno

# The packages first: this layer is built anew only when one of them changes.
COPY deno.json deno.lock ./
COPY web/deno.json web/
RUN deno install --frozen

COPY main.ts ./
COPY lib/ lib/
COPY routes/ routes/
COPY --from=viewer /app/web/dist/viewer.json web/dist/
# Turns the sources into JavaScript now rather than at each start.
RUN deno cache --frozen main.ts

EXPOSE 8080 9091

# Everything is in the image: nothing is fetched at the start. The exec form lets SIGTERM reach Deno.
CMD ["deno", "run", "--quiet", "-P", "--cached-only", "--frozen", "main.ts"]
