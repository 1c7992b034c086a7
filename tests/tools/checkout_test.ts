/** The first steps in a fresh clone, in any folder and on any machine. */
import { assertEquals, assertMatch } from "@std/assert";
import { readLines } from "../../tools/lines.ts";
import { sendSignal } from "../../tools/signal.ts";
import { type Checkout, copyCheckout } from "../support/checkout.ts";
import { outputOf } from "../support/command.ts";

const KEY = { JWT_SECRET: "a shared secret for tests: 32 bytes or more" };

/** Stops a command once it has printed a line that matches `mark`; resolves to its standard output. */
async function readUpTo(command: Deno.Command, mark: RegExp): Promise<string> {
  const child = command.spawn();
  const errors = new Response(child.stderr).text();
  let read = "";
  let found = false;
  for await (const line of readLines(child.stdout)) {
    read += `${line}\n`;
    if (found || !mark.test(line)) continue;
    found = true;
    sendSignal(child, "SIGTERM");
  }
  const { code } = await child.status;
  const message = `Expected ${mark} in "${read}": ${await errors}`;
  assertEquals([found, code], [true, 0], message);
  return read;
}

const ADVICE = /^Press Ctrl-C to stop/;
/** The last line that the service logs when it starts without NATS. */
const STARTED = /"msg":"NATS unavailable"/;
/** Free ports, because the default ones may be in use. */
const ANY_PORT = { HOST: "127.0.0.1", PORT: "0", METRICS_PORT: "0" };

async function assertViewerBuilt({ folder }: Checkout): Promise<void> {
  const viewer = JSON.parse(await Deno.readTextFile(`${folder}/web/dist/viewer.json`));
  assertEquals(typeof viewer["viewer.js"].br, "string");
  // A build leaves nothing else behind.
  assertEquals([...Deno.readDirSync(`${folder}/web/dist`)].map(({ name }) => name), [
    "viewer.json",
  ]);
}

let checkout: Checkout;
Deno.test.beforeAll(async () => void (checkout = await copyCheckout()));
Deno.test.afterAll(async () => await checkout[Symbol.asyncDispose]());

Deno.test("Four demos started at once in a fresh checkout with an empty cache all show a line", async () => {
  const demos = Array.from({ length: 4 }, () => readUpTo(checkout.deno(["task", "demo"]), ADVICE));
  await Promise.allSettled(demos); // Wait for all of them before the checkout is removed.
  for (const printed of await Promise.all(demos)) {
    assertMatch(
      printed,
      /The first log line it delivered:\n\n\d{4}-\d\d-\d\dT[\d:.]+Z \w+\[\w{14}\]/,
    );
  }
  await assertViewerBuilt(checkout);
});

Deno.test("Two checkouts that share an empty DENO_DIR can be built at the same time", async () => {
  await using other = await copyCheckout("with space");
  const shared = { DENO_DIR: `${other.folder}/../shared` };
  const builds = [checkout, other, checkout, other].map((checkout) =>
    outputOf(checkout.deno(["task", "--quiet", "build"], shared))
  );
  for (const { code, stderr } of await Promise.all(builds)) assertEquals(code, 0, stderr);
  await assertViewerBuilt(checkout);
  await assertViewerBuilt(other);
});

Deno.test("A failed build names the invalid source, or says that the user has no write access", async () => {
  const page = `${checkout.folder}/web/page.ts`;
  const content = await Deno.readTextFile(page);
  await Deno.writeTextFile(page, "const = 1;\n");
  const wrong = await outputOf(checkout.deno(["task", "--quiet", "viewer"]));
  assertEquals([wrong.code, wrong.stdout], [1, ""]);
  assertMatch(wrong.stderr, /^Cannot bundle: [^]*page\.ts/);
  await Deno.writeTextFile(page, `${content}// A change.\n`);
  const denied = await outputOf(checkout.denoAsReader(["task", "--quiet", "viewer"]));
  assertEquals([denied.code, denied.stdout], [1, ""]);
  assertMatch(
    denied.stderr,
    /^Cannot write to .*: run deno task build as a user with write access$/m,
  );
  await checkout.makeWritable();
  await Deno.writeTextFile(page, content);
});

Deno.test("A checkout that is built and cached runs without write access to it or to DENO_DIR", async () => {
  await outputOf(checkout.deno(["task", "build"]));
  const before = await list(checkout.folder);
  const env = { ...KEY, ...ANY_PORT };
  await readUpTo(checkout.denoAsReader(["task", "start"], env), STARTED);
  const program = ["run", "--quiet", "-P", "dist/natstap.js"];
  await readUpTo(checkout.denoAsReader(program, env), STARTED);
  await readUpTo(checkout.denoAsReader(["task", "demo"]), ADVICE);
  const mint = ["task", "--quiet", "token", "--app", "a"];
  const token = await outputOf(checkout.denoAsReader(mint, KEY));
  assertMatch(token.stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/, token.stderr);
  const tests = ["tests/service/process/start_test.ts", "tests/routes/viewer_files_test.ts"];
  const test = checkout.denoAsReader(["test", "-A", "--no-check", ...tests]);
  const { code, stdout, stderr } = await outputOf(test);
  assertEquals(code, 0, stdout + stderr);
  assertEquals(await list(checkout.folder), before, "Expected no file to be written");
});

/** All files in a folder, with their modification times. */
async function list(folder: string): Promise<string[]> {
  const { stdout } = await outputOf(
    new Deno.Command("find", { args: [folder, "-type", "f", "-printf", "%P %T@\n"] }),
  );
  return stdout.split("\n").toSorted();
}
