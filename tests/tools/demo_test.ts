import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isFree } from "../../tools/free_port.ts";
import { findOrInstall } from "../../tools/install.ts";
import { readLines } from "../../tools/lines.ts";
import { outputOf } from "../support/command.ts";
import { suspend } from "../support/suspend.ts";

interface Demo extends AsyncDisposable {
  child: Deno.ChildProcess;
  /** What it has printed, up to the last line before it waits. */
  printed: string;
  /** Its child processes. */
  children: { pid: number; command: string }[];
  /** The folder for its temporary files. */
  tempDir: string;
}

function spawnDemo(env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", fileURLToPath(new URL("../../tools/demo.ts", import.meta.url))],
    // The demo must ignore configuration in its environment.
    env: { JWT_PUBLIC_KEY: "nonsense", NATS_USER: "nobody", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function startDemo(env: Record<string, string> = {}): Promise<Demo> {
  const tempDir = await Deno.makeTempDir();
  const child = spawnDemo({ TMPDIR: tempDir, ...env });
  let printed = "";
  for await (const line of readLines(child.stdout)) {
    printed += `${line}\n`;
    if (!line.startsWith("Press Ctrl-C")) continue;
    return {
      child,
      printed,
      children: childrenOf(child.pid),
      tempDir,
      async [Symbol.asyncDispose]() {
        // The demo is still running if the test failed.
        if (await isRunning(child.pid)) child.kill("SIGTERM");
        await child.status;
        await Deno.remove(tempDir, { recursive: true });
      },
    };
  }
  throw new Error(`Expected the demo to start: ${await new Response(child.stderr).text()}`);
}

function childrenOf(parent: number): { pid: number; command: string }[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      const ppid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      const command = Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " ");
      return ppid === parent ? [{ pid: Number(name), command }] : [];
    } catch {
      return []; // Not a process, or one that has just exited.
    }
  });
}

async function isRunning(pid: number): Promise<boolean> {
  return await Deno.stat(`/proc/${pid}`).then(() => true, () => false);
}

async function assertNothingLeft({ children, tempDir }: Demo) {
  assertEquals(children.length, 2, "Expected the demo to start two processes");
  for (const { pid, command } of children) {
    assertEquals(await isRunning(pid), false, `Expected ${command} to have exited`);
  }
  assertEquals([...Deno.readDirSync(tempDir)], []);
}

async function readEvent(url: string, token: string): Promise<string> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  assertEquals(response.status, 200);
  for await (const line of readLines(response.body!)) {
    if (line.startsWith("data: {") && line.includes('"message"')) {
      return line.slice("data: ".length);
    }
    if (/^\d{4}-/.test(line)) return line;
  }
  throw new Error(`Expected a log line from ${url}`);
}

/** The demo's port for metrics, if nothing else listens on it. */
const METRICS_PORT = 9091;

const LINUX = { ignore: Deno.build.os !== "linux" }; // Other systems have no /proc.

Deno.test("demo prints links and commands that work, and leaves nothing", LINUX, async () => {
  let isTaken = !isFree(METRICS_PORT);
  await using demo = await startDemo();
  assertMatch(demo.printed, /\n\d{4}-\d\d-\d\dT[\d:.]+Z \w+\[\w{14}\] \w{3} \[\w+\]/);
  const links = [...demo.printed.matchAll(/^# (\S+)\n(http:\S+\/)#token=(\S+)$/gm)];
  assertEquals(links.map(([, app]) => app), ["panini-786", "pickle-api", "mustard-worker"]);
  for (const [, app, page, token] of links) {
    const { status, headers, body } = await fetch(page!);
    assertEquals([status, headers.get("Content-Type")], [200, "text/html; charset=utf-8"]);
    await body?.cancel();
    assertEquals(JSON.parse(await readEvent(`${page}logs`, token!)).fly.app.name, app);
  }
  const commands = [...demo.printed.matchAll(/^curl .*-N -H '.*: Bearer (\S+)' '(\S+)'$/gm)];
  assertEquals(commands.length, 7);
  const lines = await Promise.all(commands.map(([, token, url]) => readEvent(url!, token!)));
  assertEquals(
    lines.slice(0, 3).map((line) => JSON.parse(line).fly.app.name),
    ["panini-786", "pickle-api", "mustard-worker"],
  );
  assertEquals(JSON.parse(lines[3]!).fly.region, "dfw");
  assertMatch(lines.at(-1)!, /^\d{4}-/);
  const metrics = /^curl .*(http:\S+\/metrics)$/m.exec(demo.printed)?.[1];
  if (metrics === undefined) {
    isTaken ||= !isFree(METRICS_PORT);
    assert(isTaken, "Expected metrics unless another program has the port");
  } else {
    assertStringIncludes(await (await fetch(metrics)).text(), "\nnatstap_nats_connected 1\n");
  }

  demo.child.kill("SIGINT");
  const { code, stderr } = await exited(demo);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await assertNothingLeft(demo);
});

Deno.test("demo and the commands it prints work behind a proxy", LINUX, async () => {
  const curl = await findOrInstall({ name: "curl" });
  for (const proxy of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
    const env = { [proxy]: "http://127.0.0.1:1" };
    await using demo = await startDemo(env);
    const command = /^curl (.* )-N -H '(.*)' '(\S+)'$/m.exec(demo.printed)!;
    const [, flags, header, url] = command;
    const args = ["--silent", ...flags!.trim().split(" "), "-H", header!];
    args.push(url!.replace("/logs", "/readyz"));
    const { code, stdout } = await outputOf(new Deno.Command(curl, { args, env }));
    assertEquals([code, JSON.parse(stdout).ready], [0, true], proxy);
    demo.child.kill("SIGTERM");
    assertEquals(await exited(demo), { code: 0, stderr: "" });
  }
});

Deno.test("demo exits immediately after a second Ctrl-C", LINUX, async () => {
  await using demo = await startDemo();
  const service = demo.children.find(({ command }) => command.includes("main.ts"));
  // A stopped process cannot shut down gracefully.
  await suspend(service!.pid);
  demo.child.kill("SIGINT");
  // Signals in quick succession may be delivered as one.
  const again = setInterval(() => demo.child.kill("SIGINT"), 100);
  const { code } = await demo.child.status;
  clearInterval(again);
  await demo.child.stderr.cancel();
  assertEquals(code, 0);
  await assertNothingLeft(demo);
});

Deno.test("demo stops and says which of its processes has exited", LINUX, async () => {
  for (const name of ["nats-server", "main.ts"]) {
    await using demo = await startDemo();
    Deno.kill(demo.children.find(({ command }) => command.includes(name))!.pid, "SIGKILL");
    const { code, stderr } = await exited(demo);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "exited with SIGKILL");
    await assertNothingLeft(demo);
  }
});

Deno.test("demo says why it cannot start", async () => {
  assertEquals(await outputOf(spawnDemo({ NATS_SERVER: "/nowhere" })), {
    code: 1,
    stdout: "",
    stderr: 'Cannot use NATS_SERVER as nats-server: "/nowhere" is not an executable file\n',
  });
});

async function exited({ child }: Demo): Promise<{ code: number; stderr: string }> {
  const stderr = await new Response(child.stderr).text();
  const { code } = await child.status;
  return { code, stderr };
}
