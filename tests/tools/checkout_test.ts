/** The first minute of somebody who has just cloned the project, whatever the folder and the machine. */
import { assertEquals, assertMatch } from "@std/assert";
import { readLines } from "../../tools/lines.ts";
import { sendSignal } from "../../tools/signal.ts";
import { type Checkout, copyCheckout } from "../support/checkout.ts";

const KEY = { JWT_SECRET: "a secret of the tests that is 32 bytes or more" };

/** What a finished command has written. */
async function output(command: Deno.Command) {
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Reads a command's standard output up to a line, then stops the command; resolves to what it read. */
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

const ADVICE = /^Ctrl-C stops all of it/;
/** The last line of a start without NATS. */
const STARTED = /"msg":"NATS unavailable"/;
/** Any free port, since the machine may have something on the usual ones. */
const ANY_PORT = { HOST: "127.0.0.1", PORT: "0", METRICS_PORT: "0" };

async function assertViewerBuilt({ folder }: Checkout): Promise<void> {
  const viewer = JSON.parse(await Deno.readTextFile(`${folder}/web/dist/viewer.json`));
  assertEquals(typeof viewer["viewer.js"].br, "string");
  // Nothing else is left of a build.
  assertEquals([...Deno.readDirSync(`${folder}/web/dist`)].map(({ name }) => name), [
    "viewer.json",
  ]);
}

let checkout: Checkout;
Deno.test.beforeAll(async () => void (checkout = await copyCheckout()));
Deno.test.afterAll(async () => await checkout[Symbol.asyncDispose]());

Deno.test("Four demos that start at once in a fresh checkout, with nothing cached, all show a line", async () => {
  const demos = Array.from({ length: 4 }, () => readUpTo(checkout.deno(["task", "demo"]), ADVICE));
  await Promise.allSettled(demos); // None may outlive the checkout.
  for (const printed of await Promise.all(demos)) {
    assertMatch(printed, /this came through it:\n\n\d{4}-\d\d-\d\dT[\d:.]+Z \w+\[\w{14}\]/);
  }
  await assertViewerBuilt(checkout);
});

Deno.test("Two checkouts that share an empty DENO_DIR build at once", async () => {
  await using other = await copyCheckout("with space");
  const shared = { DENO_DIR: `${other.folder}/../shared` };
  const builds = [checkout, other, checkout, other].map((checkout) =>
    output(checkout.deno(["task", "--quiet", "build"], shared))
  );
  for (const { code, stderr } of await Promise.all(builds)) assertEquals(code, 0, stderr);
  await assertViewerBuilt(checkout);
  await assertViewerBuilt(other);
});

Deno.test("A build that fails says which source is wrong, or that this user may not write", async () => {
  const page = `${checkout.folder}/web/page.ts`;
  const content = await Deno.readTextFile(page);
  await Deno.writeTextFile(page, "const = 1;\n");
  const wrong = await output(checkout.deno(["task", "--quiet", "viewer"]));
  assertEquals([wrong.code, wrong.stdout], [1, ""]);
  assertMatch(wrong.stderr, /^Cannot bundle: [^]*page\.ts/);
  await Deno.writeTextFile(page, `${content}// Another.\n`);
  const denied = await output(checkout.denoAsReader(["task", "--quiet", "viewer"]));
  assertEquals([denied.code, denied.stdout], [1, ""]);
  assertMatch(denied.stderr, /^Cannot write to .*: run deno task build as a user who may$/m);
  await checkout.makeWritable();
  await Deno.writeTextFile(page, content);
});

Deno.test("A checkout in which all is built and cached runs without write access to it and to DENO_DIR", async () => {
  await output(checkout.deno(["task", "build"]));
  const before = await list(checkout.folder);
  const env = { ...KEY, ...ANY_PORT };
  await readUpTo(checkout.denoAsReader(["task", "start"], env), STARTED);
  const program = ["run", "--quiet", "-P", "dist/natstap.js"];
  await readUpTo(checkout.denoAsReader(program, env), STARTED);
  await readUpTo(checkout.denoAsReader(["task", "demo"]), ADVICE);
  const mint = ["task", "--quiet", "token", "--app", "a"];
  const token = await output(checkout.denoAsReader(mint, KEY));
  assertMatch(token.stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/, token.stderr);
  const test = [
    "test",
    "-A",
    "--no-check",
    "tests/service/process/start_test.ts",
    "tests/routes/viewer_files_test.ts",
  ];
  const { code, stdout, stderr } = await output(checkout.denoAsReader(test));
  assertEquals(code, 0, stdout + stderr);
  assertEquals(await list(checkout.folder), before, "Nothing was written");
});

/** All files of a folder, and when each was last written. */
async function list(folder: string): Promise<string[]> {
  const { stdout } = await output(
    new Deno.Command("find", { args: [folder, "-type", "f", "-printf", "%P %T@\n"] }),
  );
  return stdout.split("\n").toSorted();
}
