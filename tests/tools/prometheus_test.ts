import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { findPrometheus, startPrometheus } from "../../tools/prometheus.ts";
import { assertEventually } from "../support/patience.ts";

Deno.test("startPrometheus() scrapes its targets and answers queries", async () => {
  await using watched = await startPrometheus();
  const instance = new URL(watched.url).host;
  await using prometheus = await startPrometheus([instance]);
  assert(prometheus.url !== watched.url);
  const up = { instance, health: "up", lastError: "" };
  await assertEventually(() => prometheus.targets(), [up]);
  const labels = { __name__: "up", app: "natstap", instance, job: "natstap" };
  assertEquals(await prometheus.query("up"), [{ labels, value: 1 }]);
  assertEquals((await prometheus.query("-vector(1) / 0"))[0]!.value, -Infinity);
});

Deno.test("Prometheus reports a target that cannot be scraped, and rejects an invalid query", async () => {
  await using prometheus = await startPrometheus(["127.0.0.1:1"]);
  const health = async () => (await prometheus.targets()).map(({ health }) => health);
  await assertEventually(health, ["down"]);
  const [target] = await prometheus.targets();
  assertStringIncludes(target!.lastError, "connection refused");
  await assertRejects(() => prometheus.query("sum("), Error, `for "sum(": `);
});

Deno.test("startPrometheus() rejects with the reason if it cannot start, and leaves no files", async () => {
  const tempDir = await Deno.makeTempDir();
  await assertRejects(() => startPrometheus(["fortnight/"], tempDir), Error, "fortnight");
  await removeEmpty(tempDir);
});

Deno.test("Prometheus.stop() waits for the exit, leaves no files and may be called twice", async () => {
  const tempDir = await Deno.makeTempDir();
  const prometheus = await startPrometheus([], tempDir);
  assertEquals(Array.from(Deno.readDirSync(tempDir)).length, 1);
  await Promise.all([prometheus.stop(), prometheus.stop()]);
  await removeEmpty(tempDir);
  await assertRejects(() => fetch(prometheus.url), TypeError);
});

Deno.test("findPrometheus() rejects a PROMETHEUS that cannot be run", async () => {
  await assertRejects(
    () => findPrometheus({ env: { PROMETHEUS: "/nowhere" }, uid: 1000 }),
    Error,
    `Cannot use PROMETHEUS as prometheus: "/nowhere" is not an executable file`,
  );
});

Deno.test("findPrometheus() says what to run if it may not install prometheus", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/apt-get`, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  await assertRejects(
    () => findPrometheus({ env: { PATH: folder }, uid: 1000 }),
    Error,
    "sudo apt-get install -y prometheus",
  );
  await Deno.remove(folder, { recursive: true });
});

/** Removes `folder`; fails if it contains anything. */
async function removeEmpty(folder: string): Promise<void> {
  assertEquals(Array.from(Deno.readDirSync(folder)), []);
  await Deno.remove(folder);
}
