/**
 * Builds the viewer, `deno task build`: bundles what browsers run, compresses it, names each file by
 * its content, and writes all of them into one module, which the service imports. So it needs no
 * permission to read files, and compresses nothing while it serves.
 *
 * @module
 */
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Asset, AssetName, Viewer } from "../routes/viewer.ts";

const ROOT = new URL("..", import.meta.url);
const WEB = new URL("web/", ROOT);
const FOLDER = new URL("dist/", WEB);
/** What `main.ts` imports. */
const MODULE = new URL("viewer.json", FOLDER);

const TYPES: Readonly<Record<AssetName, string>> = {
  "viewer.js": "text/javascript; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "index.html": "text/html; charset=utf-8",
};

/**
 * Builds the viewer, unless what is there is of the same sources.
 *
 * @throws {Error} If a source cannot be bundled; the message says what is wrong with it.
 */
export async function build(): Promise<Viewer> {
  const texts = await readTexts();
  const hashes = await hashAll(texts);
  const built = await readBuilt();
  if (built?.["index.html"].hash === hashes["index.html"]) return built;
  const viewer = mapAssets((name) => compress(name, texts[name], hashes[name]));
  await Deno.mkdir(FOLDER, { recursive: true });
  // Under its name at once and in full: others may start while this is written.
  const draft = await Deno.makeTempFile({ dir: FOLDER.pathname });
  await Deno.writeTextFile(draft, JSON.stringify(viewer));
  await Deno.chmod(draft, 0o644);
  await Deno.rename(draft, MODULE);
  return viewer;
}

async function readTexts(): Promise<Record<AssetName, string>> {
  const [viewer, page, css, html] = await Promise.all([
    bundle("viewer.ts"),
    bundle("page.ts"),
    Deno.readTextFile(new URL("page.css", WEB)),
    Deno.readTextFile(new URL("index.html", WEB)),
  ]);
  return { "viewer.js": viewer, "page.js": page, "page.css": css, "index.html": html };
}

async function bundle(entry: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", `web/${entry}`],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot bundle web/${entry}: ${new TextDecoder().decode(stderr).trim()}`);
}

/**
 * Gives each file its hash. The page names the others by theirs, so that its own, which is made last,
 * stands for all.
 */
async function hashAll(texts: Record<AssetName, string>): Promise<Record<AssetName, string>> {
  const hashes = { "viewer.js": "", "page.js": "", "page.css": "", "index.html": "" };
  for (const name of ["viewer.js", "page.js", "page.css"] as const) {
    hashes[name] = await hash(texts[name]);
    const [stem, extension] = name.split(".");
    texts["index.html"] = texts["index.html"].replace(
      `"${name}"`,
      `"${stem}.${hashes[name]}.${extension}"`,
    );
  }
  hashes["index.html"] = await hash(texts["index.html"]);
  return hashes;
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 16);
}

async function readBuilt(): Promise<Viewer | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(MODULE));
  } catch {
    return undefined; // There is none yet.
  }
}

function compress(name: AssetName, text: string, hash: string): Asset {
  const bytes = new TextEncoder().encode(text);
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return {
    type: TYPES[name],
    hash,
    identity: bytes.toBase64(),
    gzip: gzipSync(bytes, { level: 9 }).toBase64(),
    br: brotliCompressSync(bytes, { params }).toBase64(),
  };
}

function mapAssets<T>(make: (name: AssetName) => T): Record<AssetName, T> {
  const names = Object.keys(TYPES) as AssetName[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<AssetName, T>;
}

if (import.meta.main) {
  try {
    await build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
