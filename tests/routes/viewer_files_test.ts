/** The viewer's files as browsers receive them: page, component, caching, compression, policies. */
import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { build } from "../../tools/bundle.ts";
import type { Viewer } from "../../routes/viewer_files.ts";
import { assertEventually } from "../support/patience.ts";
import { assertProblem } from "../support/expect_problem.ts";
import { readRaw } from "../support/clients/raw_reader.ts";
import { ROOT, run } from "../support/checkout.ts";
import {
  openStream,
  type Service,
  type Stack,
  startService,
  startStack,
} from "../support/service.ts";

const BUILT = `${ROOT}web/dist/viewer.json`;
/** What `main.ts` needs besides the build. */
const SOURCES = ["deno.json", "deno.lock", "main.ts", "lib", "routes"];

let viewer: Viewer;
let stack: Stack;
/** The paths of the files that never change. */
let hashed: string[];

Deno.test.beforeAll(async () => {
  viewer = await build();
  stack = await startStack();
  hashed = (["viewer.js", "page.js", "page.css"] as const)
    .map((name) => `/${name.replace(".", `.${viewer[name].hash}.`)}`);
});
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(`${stack.service.url}${path}`, init);
}

async function headersOf(path: string, init?: RequestInit): Promise<Headers> {
  const { headers, body } = await ask(path, init);
  await body?.cancel();
  return headers;
}

/** Resolves to the head and the encoding of the raw response, which `fetch` would decompress. */
async function askRaw(path: string, acceptEncoding?: string) {
  const fields: Record<string, string> = acceptEncoding === undefined
    ? {}
    : { "Accept-Encoding": acceptEncoding };
  using reader = await readRaw(`${stack.service.url}${path}`, fields);
  const [, encoding] = /^content-encoding: (.*)$/im.exec(reader.head) ?? [];
  return { head: reader.head, encoding };
}

async function textOf(name: keyof Viewer): Promise<string> {
  const path = name === "index.html" ? "/" : `/${name.replace(".", `.${viewer[name].hash}.`)}`;
  return await (await ask(path)).text();
}

Deno.test("GET / is a page that names its files by their hashes, with relative URLs", async () => {
  const response = await ask("/");
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("Content-Type"), "text/html; charset=utf-8");
  const page = await response.text();
  const named = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, name]) => name!);
  // They are relative, so that a proxy can serve them below another path.
  assertEquals(named.map((name) => `/${name}`).toSorted(), hashed.toSorted());
  assert(!/<style|\sstyle=|\son\w+=/i.test(page), "Only one script is inline");
  assertEquals(page.match(/<script>/g)?.length, 1);
});

Deno.test("GET / allows only its own scripts and styles, and enforces Trusted Types", async () => {
  const [, script] = /<script>([^]*?)<\/script>/.exec(await (await ask("/")).text())!;
  const hash = createHash("sha256").update(script!).digest("base64");
  const headers = await headersOf("/");
  const policy = headers.get("Content-Security-Policy")!;
  assertEquals(policy.split("; ").toSorted(), [
    "base-uri 'self'",
    "connect-src 'self'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "require-trusted-types-for 'script'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "trusted-types lit-html",
  ]);
  assertEquals(headers.get("Referrer-Policy"), "no-referrer");
  assertEquals(headers.get("X-Frame-Options"), "DENY");
  assertEquals(headers.get("Access-Control-Allow-Origin"), null);
});

Deno.test("The viewer's other files, and missing ones, have a policy that allows nothing", async () => {
  for (const path of ["/viewer.js", ...hashed, "/viewer.0000.js", "/viewer.html", "/index.html"]) {
    const headers = await headersOf(path);
    const policy = headers.get("Content-Security-Policy");
    assertEquals(policy, "default-src 'none'; frame-ancestors 'none'", path);
  }
});

Deno.test("GET /viewer.js may be embedded by any origin, and is cached for minutes", async () => {
  for (const path of ["/viewer.js", hashed[0]!]) {
    const headers = await headersOf(path, { headers: { Origin: "https://product.example" } });
    assertEquals(headers.get("Content-Type"), "text/javascript; charset=utf-8");
    assertEquals(headers.get("Access-Control-Allow-Origin"), "*");
    assertEquals(headers.get("Access-Control-Allow-Credentials"), null);
    assertEquals(headers.get("Cross-Origin-Resource-Policy"), "cross-origin");
    assertEquals(headers.get("X-Content-Type-Options"), "nosniff");
  }
  const headers = await headersOf("/viewer.js");
  assertEquals(headers.get("Cache-Control"), "public, max-age=300");
});

Deno.test("Only the page's own origin may read its page, script and style", async () => {
  for (const path of ["/", hashed[1]!, hashed[2]!]) {
    const headers = await headersOf(path, { headers: { Origin: "https://evil.example" } });
    assertEquals(headers.get("Access-Control-Allow-Origin"), null, path);
    assertEquals(headers.get("Cross-Origin-Resource-Policy"), "same-origin", path);
  }
});

Deno.test("A file whose name contains its hash is cached forever, and another hash is not found", async () => {
  for (const path of hashed) {
    const headers = await headersOf(path);
    assertEquals(headers.get("Cache-Control"), "public, max-age=31536000, immutable", path);
    const another = path.replace(/\.[0-9a-f]{16}\./, ".0123456789abcdef.");
    await assertProblem(await ask(another), 404, "not_found");
  }
  const headers = await headersOf("/");
  assertEquals(
    headers.get("Cache-Control"),
    "no-cache",
    "The page that names them is always current",
  );
});

Deno.test("A client that has the file gets a 304 with all headers that a cache needs", async () => {
  for (const path of ["/", "/viewer.js", ...hashed]) {
    const first = await ask(path);
    await first.body?.cancel();
    const etag = first.headers.get("ETag")!;
    assertMatch(etag, /^"[0-9a-f]{16}\.(br|gzip)"$/);
    // A proxy that compresses a file may mark its tag as weak (RFC 9110, section 8.8.3).
    const many = `"old",`.repeat(9_000);
    for (const tags of [etag, `W/${etag}`, `"old", ${etag}`, many + etag, "*"]) {
      const again = await ask(path, { headers: { "If-None-Match": tags } });
      assertEquals([again.status, await again.text()], [304, ""], `${path} ${tags}`);
      for (const name of ["ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"]) {
        assertEquals(again.headers.get(name), first.headers.get(name), `${name} of ${path}`);
      }
    }
    for (const tags of ['"another"', etag.slice(1, -1), many, '"*"']) {
      const other = await ask(path, { headers: { "If-None-Match": tags } });
      assertEquals(other.status, 200, `${path} ${tags}`);
      await other.body?.cancel();
    }
  }
});

Deno.test("A file has an encoding that the client accepts, and each encoding has the same content", async () => {
  const cases: [acceptEncoding: string | undefined, encoding: string | undefined][] = [
    ["gzip, deflate, br, zstd", "br"],
    ["gzip, deflate", "gzip"],
    ["GZIP", "gzip"],
    ["*", "br"],
    ["br;q=0, *", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["identity", undefined],
    ["br;q=0, gzip;q=0, *;q=0", undefined],
    ["", undefined],
    [undefined, undefined],
  ];
  for (const path of ["/", "/viewer.js", ...hashed]) {
    for (const [acceptEncoding, encoding] of cases) {
      const answer = await askRaw(path, acceptEncoding);
      assertEquals(answer.encoding, encoding, `${path} with "${acceptEncoding}"`);
      assertMatch(answer.head, /^vary: accept-encoding\r?$/im);
    }
  }
  for (const { br, gzip, identity } of Object.values(viewer)) {
    const plain = Uint8Array.fromBase64(identity);
    assertEquals(new Uint8Array(brotliDecompressSync(Uint8Array.fromBase64(br))), plain);
    assertEquals(new Uint8Array(gunzipSync(Uint8Array.fromBase64(gzip))), plain);
  }
});

Deno.test("Only the start of a long Accept-Encoding is parsed, up to the end of a member", async () => {
  const long = "a,".repeat(30_000);
  const cases: [acceptEncoding: string, encoding: string | undefined][] = [
    [`gzip,${long}`, "gzip"],
    [`gzip;q=0,*,${long}`, "br"],
    [`${long}gzip`, undefined],
    ["a".repeat(60_000), undefined],
    [`a;${"b=c;".repeat(15_000)},gzip`, undefined],
    [`br;x="${"a,".repeat(30_000)}`, undefined],
    // The limit is before, in, or after the weight, which must be parsed neither as 0 nor as 1.
    ...Array.from({ length: 16 }, (_, i): [string, undefined] => [
      `${"a".repeat(1010 + i)},br;q=0.000,${long}`,
      undefined,
    ]),
  ];
  for (const [acceptEncoding, encoding] of cases) {
    const answer = await askRaw("/viewer.js", acceptEncoding);
    assertEquals(answer.encoding, encoding, `${acceptEncoding.slice(0, 20)}…`);
  }
});

Deno.test("The compressed component is smaller than 60 KB", () => {
  const bytes = Uint8Array.fromBase64(viewer["viewer.js"].gzip).length;
  assert(bytes < 60_000, `It has ${bytes} bytes`);
});

Deno.test("The viewer's files contain no eval and no innerHTML of their own, and load nothing from elsewhere", async () => {
  for (const name of ["viewer.js", "page.js"] as const) {
    const script = await textOf(name);
    const found = script.match(
      /\beval\(|new Function|insertAdjacentHTML|outerHTML\s*=|document\.write|localStorage|sessionStorage|document\.cookie/g,
    );
    assertEquals(found, null, name);
    // Lit uses it for the literal parts of a template, under its Trusted Types policy.
    const own = (script.match(/\.innerHTML\s*=/g) ?? []).length;
    assert(own <= (name === "viewer.js" ? 2 : 0), `${own} of innerHTML in ${name}`);
  }
  assertEquals((await textOf("page.css")).match(/url\(|@import/g), null);
});

Deno.test("Each file answers HEAD and OPTIONS like every other path, and rejects POST", async () => {
  for (const path of ["/", "/viewer.js", ...hashed]) {
    const head = await ask(path, { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""], path);
    const headers = await headersOf(path);
    for (const name of ["Content-Type", "Content-Encoding", "ETag", "Cache-Control", "Vary"]) {
      assertEquals(head.headers.get(name), headers.get(name), `${name} of ${path}`);
    }
    const options = await ask(path, { method: "OPTIONS" });
    assertEquals([options.status, await options.text()], [204, ""], path);
    assertEquals(options.headers.get("Allow"), "GET, HEAD, OPTIONS");
    await assertProblem(await ask(path, { method: "POST" }), 405, "method_not_allowed");
  }
});

/** A folder with what `main.ts` needs. */
interface Copy extends AsyncDisposable {
  readonly folder: string;
  /** Starts the service from this folder. */
  start(): Promise<Service>;
}

async function copySources(): Promise<Copy> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/web`);
  await run("cp", "-R", ...SOURCES.map((name) => `${ROOT}${name}`), folder);
  await run("cp", `${ROOT}web/deno.json`, `${folder}/web`);
  // The copy must be writable and removable, even if this checkout is not.
  await run("chmod", "-R", "u+w", folder);
  // Deno runs main.ts of the copy; the other main.ts becomes its argument.
  const flags = ["--config", `${folder}/deno.json`, `${folder}/main.ts`];
  return {
    folder,
    start: () => startService({ NATS_URL: stack.nats.url }, flags),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("If the viewer is not built, the service streams and says how to build it, and serves it once it is", async () => {
  await using copy = await copySources();
  await using service = await copy.start();
  const message = "viewer not built: run deno task build";
  assertEquals((await service.logged(({ msg }) => msg === message)).level, "warn");
  for (const path of ["/", "/viewer.js"]) {
    const problem = await assertProblem(await fetch(service.url + path), 503, "viewer_missing");
    assertMatch(problem.detail, /deno task build/);
  }
  await assertProblem(await fetch(`${service.url}${hashed[0]}`), 404, "not_found");
  await service.logged(({ msg }) => msg === "NATS connected");
  await using _reader = await openStream(service, { app: "a" });

  await Deno.mkdir(`${copy.folder}/web/dist`);
  await Deno.copyFile(BUILT, `${copy.folder}/web/viewer.json`);
  await Deno.rename(`${copy.folder}/web/viewer.json`, `${copy.folder}/web/dist/viewer.json`);
  for (const path of ["/", "/viewer.js", hashed[0]!]) {
    const status = async () => {
      const response = await fetch(service.url + path);
      await response.body?.cancel();
      return response.status;
    };
    await assertEventually(status, 200, path);
  }
  assertEquals(service.stderr(), "", "Nothing was denied");
});

Deno.test("A service that starts while the viewer is repeatedly replaced serves it", async () => {
  await using copy = await copySources();
  await Deno.mkdir(`${copy.folder}/web/dist`);
  const path = `${copy.folder}/web/dist/viewer.json`;
  const content = await Deno.readTextFile(BUILT);
  const replace = () => {
    Deno.writeTextFileSync(`${path}.new`, content);
    Deno.renameSync(`${path}.new`, path);
  };
  replace();
  const replacing = setInterval(replace);
  try {
    for (let starts = 0; starts < 3; starts++) {
      await using service = await copy.start();
      assertEquals(service.logs.filter(({ level }) => level === "warn"), []);
      const response = await fetch(service.url);
      assertEquals([response.status, service.stderr()], [200, ""]);
      await response.body?.cancel();
    }
  } finally {
    clearInterval(replacing);
  }
});
