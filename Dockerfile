# The version of Deno that production runs. README.md, .ci/run and lib/deno_version.ts follow it.
ARG DENO_VERSION=2.9.6

FROM denoland/deno:${DENO_VERSION} AS build

WORKDIR /app
COPY deno.json deno.lock main.ts ./
COPY tools/bundle.ts tools/program.ts tools/
COPY lib/ lib/
COPY routes/ routes/
COPY web/ web/
# Frozen: no package that deno.lock does not pin.
RUN deno run -A --quiet --frozen tools/program.ts

FROM denoland/deno:${DENO_VERSION}

# The whole program: it needs no package, no cache and nowhere to write.
WORKDIR /app
COPY --from=build /app/dist/deno.json /app/dist/natstap.js ./
USER deno

# Has glibc return memory to the system once slow readers are gone, rather than keep it for the next ones.
ENV MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=131072

EXPOSE 8080 9091

# deno.json has the permissions that -P grants. The exec form lets SIGTERM reach Deno.
CMD ["deno", "run", "--quiet", "-P", "natstap.js"]
