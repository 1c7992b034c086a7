# The version of Deno in production. README.md and lib/deno_version.ts must name the same one.
ARG DENO_VERSION=2.9.6

FROM denoland/deno:${DENO_VERSION} AS build

WORKDIR /app
COPY deno.json deno.lock main.ts ./
COPY tools/bundle.ts tools/minify.ts tools/program.ts tools/
COPY lib/ lib/
COPY routes/ routes/
COPY web/ web/
# Frozen: fails if a package is not pinned in deno.lock.
RUN deno run -A --quiet --frozen tools/program.ts

FROM denoland/deno:${DENO_VERSION}

# The complete program: it needs no packages, no cache and no write access.
WORKDIR /app
COPY --from=build /app/dist/deno.json /app/dist/natstap.js ./
USER deno

# Makes glibc return memory to the system once slow readers have disconnected.
ENV MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=131072

EXPOSE 8080 9091

# -P grants the permissions in deno.json. With the exec form, SIGTERM reaches Deno.
CMD ["deno", "run", "--quiet", "-P", "natstap.js"]
