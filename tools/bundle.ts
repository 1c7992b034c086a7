/**
 * Builds the viewer: bundles, compresses and hashes its files, and writes them into one JSON module
 * that the service imports, so that it neither reads nor compresses files while it serves.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { requireDeno } from "../lib/deno_version.ts";
import type { Asset, AssetName, Viewer } from "../routes/viewer_files.ts";

/** The project's root folder, with a trailing slash. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = `${ROOT}web/dist/`;
/** The module that `main.ts` imports. */
const MODULE = `${FOLDER}viewer.json`;

/** Files and folders that the viewer is built from. */
export const SOURCES = [
  "deno.json",
  "deno.lock",
  "lib",
  "tools/bundle.ts",
  "tools/minify.ts",
  "web",
];

const TYPES: Readonly<Record<AssetName, string>> = {
  "viewer.js": "text/javascript; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "index.html": "text/html; charset=utf-8",
};

/** How often to run the bundler if another process interferes with it. */
const MAX_ATTEMPTS = 3;

/**
 * Builds the viewer. If it was already built from the same sources, writes nothing and needs no
 * bundler.
 *
 * @throws {Error} If a source cannot be bundled, or the viewer cannot be written.
 */
export async function build(): Promise<Viewer> {
  const sources = await hashSources();
  return await readBuilt(sources) ??
    await locked(async () => await readBuilt(sources) ?? await buildFrom(sources));
}

/**
 * Runs `act` while no other process builds in this checkout. The operating system releases the lock if
 * the process dies.
 */
export async function locked<T>(act: () => Promise<T>): Promise<T> {
  // This file always exists, and locking it requires no write permission.
  using file = await Deno.open(fileURLToPath(import.meta.url));
  await file.lock(true);
  return await act();
}

/**
 * Bundles each entry and resolves to the bundles. The caller must hold the lock.
 *
 * @param entries Paths relative to the project's root.
 * @param folder A folder for temporary files; created if it does not exist.
 * @param flags Additional flags for `deno bundle`.
 * @throws {Error} If a source cannot be bundled, or the folder cannot be written to.
 */
export async function bundle(
  entries: readonly string[],
  folder: string,
  flags: readonly string[],
): Promise<string[]> {
  const output = `${folder}bundles`;
  await Deno.mkdir(output, { recursive: true }).catch((error) => {
    throw new Error(`Cannot write to ${folder}: run deno task build as a user with write access`, {
      cause: error,
    });
  });
  try {
    await runBundler(["--outdir", output, ...flags, ...entries]);
    const names = entries.map((entry) => basename(entry, ".ts"));
    return await Promise.all(names.map((name) => Deno.readTextFile(`${output}/${name}.js`)));
  } finally {
    await Deno.remove(output, { recursive: true });
  }
}

async function runBundler(args: readonly string[]): Promise<void> {
  for (let attempt = 1;; attempt++) {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    if (success) return;
    const reason = new TextDecoder().decode(stderr).trim();
    // Deno installs esbuild on first use, and fails if another process is installing it too.
    if (attempt < MAX_ATTEMPTS && reason.includes("esbuild binary")) continue;
    throw new Error(`Cannot bundle: ${reason}`);
  }
}

/** Replaces a file atomically, so that no reader sees part of it. */
export async function replaceFile(path: string, content: string): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, content);
  // Readable by the user that the service runs as, regardless of the umask.
  await Deno.chmod(`${path}.new`, 0o644);
  await Deno.rename(`${path}.new`, path);
}

async function buildFrom(sources: string): Promise<Viewer> {
  const texts = await readTexts();
  const hashes = hashAll(texts);
  const names = Object.keys(TYPES) as AssetName[];
  const assets = names.map(async (name) => [name, await compress(name, texts[name], hashes[name])]);
  const viewer: Viewer = Object.fromEntries(await Promise.all(assets));
  await replaceFile(MODULE, JSON.stringify({ sources, ...viewer }));
  return viewer;
}

/** The built viewer if it was built from these sources, otherwise `undefined`. */
async function readBuilt(expected: string): Promise<Viewer | undefined> {
  try {
    const { sources, ...viewer } = JSON.parse(await Deno.readTextFile(MODULE));
    return sources === expected ? viewer : undefined;
  } catch {
    return undefined; // Not built yet.
  }
}

async function hashSources(): Promise<string> {
  const files = (await Promise.all(SOURCES.map(listFiles))).flat().toSorted();
  const contents = await Promise.all(files.map((file) => Deno.readFile(ROOT + file)));
  const hash = createHash("sha256");
  for (const [i, content] of contents.entries()) {
    hash.update(`${files[i]} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** The files at or below `path`, without build output. */
async function listFiles(path: string): Promise<string[]> {
  if (ROOT + path + "/" === FOLDER) return [];
  if (!(await Deno.stat(ROOT + path)).isDirectory) return [path];
  const entries = await Array.fromAsync(Deno.readDir(ROOT + path));
  return (await Promise.all(entries.map(({ name }) => listFiles(`${path}/${name}`)))).flat();
}

async function readTexts(): Promise<Record<AssetName, string>> {
  const [viewer, page] = await bundle(["web/viewer.ts", "web/page.ts"], FOLDER, [
    "--platform=browser",
    "--minify",
  ]);
  const [css, html] = await Promise.all([
    Deno.readTextFile(`${ROOT}web/page.css`),
    Deno.readTextFile(`${ROOT}web/index.html`),
  ]);
  // Loaded only for a build, because most runs find the viewer already built.
  const { minify } = await import("./minify.ts");
  return {
    "viewer.js": await minify(viewer!),
    "page.js": page!,
    "page.css": css,
    "index.html": html,
  };
}

/**
 * Hashes each file. The page refers to the other files by their hashes, so it comes last and its own
 * hash covers all of them.
 */
function hashAll(texts: Record<AssetName, string>): Record<AssetName, string> {
  const hashes = { "viewer.js": "", "page.js": "", "page.css": "", "index.html": "" };
  for (const name of ["viewer.js", "page.js", "page.css"] as const) {
    hashes[name] = hash(texts[name]);
    const path = name.replace(".", `.${hashes[name]}.`);
    texts["index.html"] = texts["index.html"].replace(`"${name}"`, `"${path}"`);
  }
  hashes["index.html"] = hash(texts["index.html"]);
  return hashes;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

async function compress(name: AssetName, text: string, hash: string): Promise<Asset> {
  // Takes longer than zlib and saves 3%. Loaded only for a build, as most runs find the viewer built.
  const { gzipAsync } = await import("npm:@gfx/zopfli@1");
  const bytes = new TextEncoder().encode(text);
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return {
    type: TYPES[name],
    hash,
    identity: bytes.toBase64(),
    gzip: (await gzipAsync(bytes, { numiterations: 50 })).toBase64(),
    br: brotliCompressSync(bytes, { params }).toBase64(),
  };
}

/** Runs a build as a program: prints an error as one message and exits with code 1. */
export async function runBuild(act: () => Promise<unknown>): Promise<void> {
  requireDeno();
  try {
    await act();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

if (import.meta.main) await runBuild(build);
