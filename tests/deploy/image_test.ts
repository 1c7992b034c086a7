import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "npm:smol-toml@^1";
import denoConfig from "../../deno.json" with { type: "json" };
import { readConfig } from "../../lib/config.ts";
import { MINIMUM_DENO, PRODUCTION_DENO } from "../../lib/deno_version.ts";
import { readLines } from "../../tools/lines.ts";
import { startNatsServer } from "../../tools/nats_server.ts";
import { copyCheckout, NOBODY, ROOT, run } from "../support/checkout.ts";
import { read } from "../support/clients/sse_reader.ts";
import { PAGES } from "../support/documents.ts";
import { mint, SECRET } from "../support/service.ts";

interface Instruction {
  name: string;
  text: string;
}

const DOCKERFILE: Instruction[] = readText("Dockerfile")
  .replaceAll("\\\n", "")
  .split("\n")
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => ({
    name: line.slice(0, line.indexOf(" ")),
    text: line.slice(line.indexOf(" ") + 1),
  }));

/** The version in `ARG DENO_VERSION`. */
const DENO_VERSION = /^DENO_VERSION=(.*)$/.exec(texts("ARG").join("\n"))?.[1];

/** The configuration if nothing but a key is set. */
const DEFAULTS = readConfig({
  env: (name) => name === "JWT_SECRET" ? SECRET : undefined,
  readFile: Deno.readTextFileSync,
});

function readText(path: string): string {
  return Deno.readTextFileSync(ROOT + path);
}

function texts(name: string): string[] {
  return DOCKERFILE.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

/** A folder with the contents of the image: what the Dockerfile copies, after what it runs. */
interface Image extends AsyncDisposable {
  /** The root directory of the image. */
  folder: string;
  /** The path of `/app`. */
  app: string;
}

/** Builds all stages of the Dockerfile, from a checkout made under umask 077; the last is the image. */
async function buildImage(): Promise<Image> {
  await using checkout = await copyCheckout();
  await run("chmod", "-R", "go-rwx", checkout.folder);
  const root = await Deno.makeTempDir({ prefix: "natstap-image-" });
  await Deno.chmod(root, 0o755);
  let folder = "";
  for (const { name, text } of DOCKERFILE) {
    const app = `${folder}/app`;
    if (name === "FROM") {
      folder = `${root}/${/ AS (\w+)$/.exec(text)?.[1] ?? "image"}`;
      await makeFolders(folder, `${folder}/bin`, `${folder}/app`);
      await Deno.copyFile(Deno.execPath(), `${folder}/bin/deno`);
    }
    if (name === "COPY") await copy(text, checkout.folder, root, app);
    if (name === "RUN") await runStep(text, folder, app);
  }
  return {
    folder,
    app: `${folder}/app`,
    async [Symbol.asyncDispose]() {
      await run("chmod", "-R", "u+w", root);
      await Deno.remove(root, { recursive: true });
    },
  };
}

/** Creates folders as Docker does, whatever the umask of this process is. */
async function makeFolders(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await Deno.mkdir(path, { recursive: true });
    await Deno.chmod(path, 0o755);
  }
}

async function copy(text: string, checkout: string, stages: string, app: string): Promise<void> {
  const [, stage, files] = /^(?:--from=(\w+) )?(.*)$/.exec(text)!;
  const source = stage === undefined ? checkout : `${stages}/${stage}`;
  const paths = files!.split(" ");
  const target = `${app}/${paths.pop()}`;
  await makeFolders(target);
  for (const path of paths) {
    // COPY copies a file into the target folder, but only the contents of a folder.
    const { isDirectory } = await Deno.stat(`${source}/${path}`);
    await run("cp", "-R", "-p", `${source}/${path}${isDirectory ? "/." : ""}`, target);
  }
}

async function runStep(text: string, folder: string, app: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("sh", {
    args: ["-c", `umask 077; ${text}`],
    cwd: app,
    clearEnv: true,
    env: { ...registry(), ...imageEnv(folder) },
  }).output();
  assert(success, `Expected "${text}" to succeed: ${new TextDecoder().decode(stderr)}`);
}

/** The environment of the image, without any configuration of the service. */
function imageEnv(folder: string): Record<string, string> {
  const set = texts("ENV").flatMap((text) => text.split(" ")).map((pair) => pair.split("="));
  return {
    ...Object.fromEntries(set),
    PATH: `${folder}/bin:/usr/bin:/bin`,
    HOME: folder,
    DENO_DIR: `${folder}/deno-dir`,
  };
}

/** The variables by which this machine reaches package registries. */
function registry(): Record<string, string> {
  const isRegistry = (name: string) => /registry|proxy|cert/i.test(name);
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => isRegistry(name)),
  );
}

Deno.test("the image contains only the program, which serves /logs and the viewer without writing any file", async () => {
  await using nats = await startNatsServer();
  await using image = await buildImage();
  const files = ["app/deno.json", "app/natstap.js", "bin/deno"];
  assertEquals(await listFiles(image.folder), files);
  const { permissions } = JSON.parse(await Deno.readTextFile(`${image.app}/deno.json`));
  const { env } = denoConfig.permissions.default;
  assertEquals(permissions, { default: { net: true, read: ["/etc/natstap"], env } });
  const { size } = await Deno.stat(`${image.app}/natstap.js`);
  assert(size < 2_000_000, `Expected a small program, but it has ${size} bytes`);
  for (const path of ["", "deno.json", "natstap.js"]) {
    const { mode, isDirectory } = await Deno.stat(`${image.app}/${path}`);
    const needed = isDirectory ? 0o555 : 0o444;
    assertEquals(mode! & needed, needed, `Expected every user to be able to read /app/${path}`);
  }
  await run("chmod", "-R", "a-w", image.folder);
  await using service = runImage(image, { NATS_URL: nats.url, JWT_SECRET: SECRET });
  const { port } = await service.logged("listening");
  const url = `http://127.0.0.1:${port}`;
  await service.logged("NATS connected");

  assertEquals(await status(`${url}/healthz`), 200);
  assertEquals(await status(`${url}/readyz`), 200);
  assertEquals(await status(`${url}/`), 200);
  assertEquals(await status(`${url}/viewer.js`), 200);
  assertEquals(await readLine(url, nats.url), "hello");
  assertEquals((await service.stop()).code, 0);
  assertEquals(await listFiles(image.folder), files, "Expected no new files");
});

async function listFiles(folder: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("find", { args: [".", "-type", "f"], cwd: folder })
    .output();
  return new TextDecoder().decode(stdout).trim().split("\n").map((path) => path.slice(2))
    .toSorted();
}

/** Runs the command of the image, as a user other than the owner of its files if possible. */
function runImage({ folder, app }: Image, config: Record<string, string>) {
  const [program, ...args] = JSON.parse(texts("CMD")[0]!) as string[];
  const child = new Deno.Command(`${folder}/bin/${program}`, {
    args,
    cwd: app,
    clearEnv: true,
    ...NOBODY,
    env: { ...imageEnv(folder), ...config, PORT: "0", METRICS_PORT: "0" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = readLines(child.stdout);
  const stop = async () => {
    child.kill("SIGTERM");
    for await (const _ of lines); // Otherwise, the pipe would stay open.
    return await child.status;
  };
  return {
    stop,
    /** Resolves to the next line of the log with this message. */
    async logged(msg: string) {
      while (true) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`Expected the service to log "${msg}", but it ended`);
        const line = JSON.parse(value);
        if (line.msg === msg) return line;
      }
    },
    async [Symbol.asyncDispose]() {
      await stop().catch(() => {}); // Already stopped, unless the test has failed.
    },
  };
}

async function status(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

async function readLine(url: string, natsUrl: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${await mint({ app: "panini-786" })}` };
  await using reader = await read(`${url}/logs`, { headers });
  await reader.control("ready");
  const publisher = await connect({ servers: natsUrl });
  publisher.publish("logs.panini-786.dfw.d896d7c609dd68", "hello");
  await publisher.drain();
  return await reader.line();
}

Deno.test("the Dockerfile pins its base image, and runs natstap in exec form as a user other than root", () => {
  assertMatch(DENO_VERSION!, /^\d+\.\d+\.\d+$/);
  const base = "denoland/deno:${DENO_VERSION}";
  assertEquals(texts("FROM"), [`${base} AS build`, base]);
  assertEquals(texts("USER"), ["deno"]);
  assertEquals(JSON.parse(texts("CMD")[0]!), ["deno", "run", "--quiet", "-P", "natstap.js"]);
  assertEquals(texts("EXPOSE"), [`${DEFAULTS.port} ${DEFAULTS.metricsPort}`]);
});

Deno.test("the documentation and the checks run the version of Deno that the Dockerfile pins", () => {
  assertEquals(PRODUCTION_DENO, DENO_VERSION);
  const pages = PAGES.map(({ text }) => text).join("\n");
  const named = [...pages.matchAll(/\bdeno@([\w.]+)/g)].map(([, version]) => version!);
  assertEquals([...new Set(named)], [DENO_VERSION!]);
  assertMatch(
    readText("README.md"),
    new RegExp(`Deno ${MINIMUM_DENO.replaceAll(".", "\\.")} or later`),
  );
  // They read it from the Dockerfile.
  assertEquals(readText(".ci/run").match(/deno@\d/g), null);
});

Deno.test(".dockerignore admits only what the Dockerfile copies", () => {
  const [first, ...rest] = readText(".dockerignore").split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const copied = texts("COPY").filter((text) => !text.startsWith("--from="))
    .flatMap((text) => text.split(" ").slice(0, -1).map((path) => path.replace(/\/$/, "")));
  const isWithin = (path: string) => copied.some((folder) => path.startsWith(`${folder}/`));
  const named = new Set(copied.filter((path) => !isWithin(path)).map((path) => `!${path}`));
  assertEquals(first, "*");
  assertEquals(rest.toSorted(), [...named, "web/dist"].toSorted());
});

// deno-lint-ignore no-explicit-any -- the assertions check its shape
const fly = parse(readText("fly.toml")) as any;

Deno.test("fly.toml allows a shutdown more time than the service takes", () => {
  assertEquals(fly.kill_signal, "SIGTERM");
  const [, seconds] = /^(\d+)s$/.exec(fly.kill_timeout)!;
  assert(Number(seconds) * 1000 > DEFAULTS.shutdownMs, `Expected more than ${seconds} s`);
});

Deno.test("fly.toml routes HTTPS to the service's port, checks /readyz and never stops a machine", () => {
  assertEquals(fly.http_service.internal_port, DEFAULTS.port);
  assertEquals(fly.http_service.force_https, true);
  assertEquals(fly.http_service.auto_stop_machines, "off");
  assert(fly.http_service.min_machines_running >= 1);
  assertEquals(fly.http_service.checks.map(({ path }: { path: string }) => path), ["/readyz"]);
});

Deno.test("fly.toml configures the scraping of metrics, and publishes no port except that of /logs", () => {
  assertEquals({ ...fly.metrics }, { port: DEFAULTS.metricsPort, path: "/metrics" });
  assertEquals(fly.services, undefined);
});

Deno.test("fly.toml limits connections so that the service itself refuses surplus streams", () => {
  const { type, soft_limit, hard_limit } = fly.http_service.concurrency;
  assertEquals(type, "connections");
  const streams = Number(fly.env.MAX_STREAMS);
  assert(soft_limit < streams && streams < hard_limit, `Expected MAX_STREAMS between the limits`);
});

Deno.test("fly.toml has enough memory for MAX_STREAMS and full buffers", () => {
  const [, gigabytes] = /^(\d+)gb$/.exec(fly.vm[0].memory)!;
  const needed = Number(fly.env.MAX_STREAMS) * 70_000 + DEFAULTS.streams.bufferTotalBytes;
  assert(needed < Number(gigabytes) * 2 ** 30 * 0.75, `Expected more memory than ${gigabytes} GB`);
});

Deno.test("fly.toml sets only variables that the service may read", () => {
  for (const name of Object.keys(fly.env)) {
    assert(
      denoConfig.permissions.default.env.includes(name),
      `Expected the service to know ${name}`,
    );
  }
});
