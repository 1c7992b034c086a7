import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { SOURCES } from "../../tools/bundle.ts";
import { sendSignal } from "../../tools/signal.ts";
import { type Checkout, copyCheckout, ROOT } from "../support/checkout.ts";
import { outputOf } from "../support/command.ts";
import { assertEventually } from "../support/patience.ts";

const linux = { ignore: Deno.build.os !== "linux" }; // Other systems have no /proc/locks.

function spawnBuild(checkout: Checkout): Deno.ChildProcess {
  return checkout.deno(["run", "-A", "--quiet", "tools/bundle.ts"]).spawn();
}

/** Fails unless the build succeeds without any output. */
async function assertBuilds(build: Deno.ChildProcess): Promise<void> {
  assertEquals(await outputOf(build), { code: 0, stdout: "", stderr: "" });
}

/** Whether the process `"holds"` a lock, `"waits"` for one, or neither. */
async function lockOf({ pid }: Deno.ChildProcess): Promise<"holds" | "waits" | undefined> {
  const locks = (await Deno.readTextFile("/proc/locks")).split("\n");
  const lock = locks.find((line) => new RegExp(`FLOCK +ADVISORY +WRITE +${pid} `).test(line));
  if (lock === undefined) return undefined;
  return lock.includes("->") ? "waits" : "holds";
}

function contentOf(checkout: Checkout): string[] {
  return [...Deno.readDirSync(`${checkout.folder}/web/dist`)].map(({ name }) => name);
}

Deno.test("build() waits for a running build and uses its result", linux, async () => {
  await using checkout = await copyCheckout(undefined, true);
  const path = `${checkout.folder}/web/dist/viewer.json`;
  await assertBuilds(spawnBuild(checkout));
  const viewer = JSON.parse(await Deno.readTextFile(path));
  await Deno.remove(path);

  const builds: Deno.ChildProcess[] = [];
  const marked = JSON.stringify({ ...viewer, marked: true });
  {
    using lock = await Deno.open(`${checkout.folder}/tools/bundle.ts`);
    await lock.lock(true);
    builds.push(...Array.from({ length: 3 }, () => spawnBuild(checkout)));
    const waiting = () => Promise.all(builds.map(lockOf));
    await assertEventually(waiting, ["waits", "waits", "waits"]);
    await Deno.writeTextFile(path, marked);
  }
  await Promise.all(builds.map(assertBuilds));
  assertEquals(await Deno.readTextFile(path), marked, "Expected no process to build again");
});

Deno.test("build() succeeds after another build was killed", linux, async () => {
  await using checkout = await copyCheckout(undefined, true);
  for (let killed = false; !killed;) {
    await Deno.remove(`${checkout.folder}/web/dist`, { recursive: true }).catch(() => {});
    const build = spawnBuild(checkout);
    const ended = build.output();
    let running = true;
    ended.then(() => running = false);
    while (running && await lockOf(build) !== "holds");
    sendSignal(build, "SIGKILL");
    killed = (await ended).signal === "SIGKILL"; // Otherwise it finished first.
  }
  await assertBuilds(spawnBuild(checkout));
  assertEquals(contentOf(checkout), ["viewer.json"]);
});

Deno.test("build() writes files only if a source has changed", async () => {
  await using checkout = await copyCheckout(undefined, true);
  const path = `${checkout.folder}/web/dist/viewer.json`;
  const build = async () => {
    await assertBuilds(spawnBuild(checkout));
    return (await Deno.stat(path)).ino;
  };
  let file = await build();
  assertEquals(await build(), file);
  const sources = ["web/page.css", "web/connection/wait.ts", "lib/nats/subject.ts", "deno.lock"];
  for (const source of sources) {
    await Deno.writeTextFile(`${checkout.folder}/${source}`, "\n", { append: true });
    const next = await build();
    assert(next !== file, `Expected a new build after a change of ${source}`);
    assertEquals(await build(), file = next);
  }
});

Deno.test("SOURCES cover every module of the viewer", async () => {
  for (const entry of ["web/viewer.ts", "web/page.ts"]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: ROOT,
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout));
    const paths = modules
      .filter(({ specifier }: { specifier: string }) => specifier.startsWith("file:"))
      .map(({ specifier }: { specifier: string }) => fileURLToPath(specifier).slice(ROOT.length));
    assert(paths.length > 1);
    const isSource = (path: string) =>
      SOURCES.some((source) => `${path}/`.startsWith(`${source}/`));
    assertEquals(paths.filter((path: string) => !isSource(path)), []);
  }
});
