import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { historyStreamConfig, toNatsCommand } from "../../tools/create_history_stream.ts";
import { startJetStream } from "../support/jetstream.ts";

/** Runs the tool with these variables. */
async function runTool(args: string[], env: Record<string, string>) {
  const tool = fileURLToPath(new URL("../../tools/create_history_stream.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", tool, ...args],
    env: { HISTORY_STREAM: "", SUBJECT: "", NO_COLOR: "1", ...env },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr).trim() };
}

Deno.test("history creates the stream, and updates it", async () => {
  await using nats = await startJetStream();
  const env = { NATS_URL: nats.server.url, HISTORY_STREAM: "apps", SUBJECT: "k8s.{app}" };
  const created = await runTool([], env);
  assertEquals([created.code, created.stderr], [0, ""]);
  assertMatch(created.stdout, /^Stream apps created\./);
  await nats.store([["k8s.web", "kept"]]);
  const updated = await runTool(["--max-age", "2h", "--max-bytes", "512M"], env);
  assertEquals([updated.code, updated.stderr], [0, ""]);
  assertMatch(updated.stdout, /^Stream apps updated\./);
  const { config, state } = await nats.api.streams.info("apps");
  const { subjects, storage, max_age, max_bytes, republish, allow_direct } = config;
  assertEquals([subjects, storage, allow_direct], [["k8s.>"], "file", true]);
  assertEquals([max_age, max_bytes], [7_200e9, 536_870_912]);
  assertEquals([republish?.dest, state.messages], ["natstap.>", 1]);
});

Deno.test("history reports what the server refuses", async () => {
  await using nats = await startJetStream();
  await nats.createStream({ subjects: ["logs.web.>"] });
  const { code, stdout, stderr } = await runTool([], { NATS_URL: nats.server.url });
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "overlap");
});

Deno.test("history rejects malformed options", async () => {
  const table = [
    ["--max-age", "7", "1m, 1h, 1d"],
    ["--max-age", "0d", "1m, 1h, 1d"],
    ["--max-bytes", "4K", "1M, 1G, 1T"],
    ["--replicas", "6", "a number from 1 to 5"],
  ] as const;
  for (const [flag, value, expected] of table) {
    const { code, stderr } = await runTool([flag, value], {});
    assertEquals(code, 1);
    assertEquals(stderr.split(": expected")[0], `Cannot read "${value}" as ${flag}`);
    assertStringIncludes(stderr, expected);
  }
});

Deno.test("history prints the equivalent nats command", async () => {
  const { stdout } = await runTool(["--print", "--replicas", "3", "--max-age", "1d"], {});
  const options = { name: "logs", subject: "logs.>", replicas: 3, maxAgeSeconds: 86_400 };
  assertEquals(stdout.trim(), toNatsCommand(historyStreamConfig(options)));
});

Deno.test("history-stream.json is what history creates", async () => {
  const url = new URL("../../deploy/nats/history-stream.json", import.meta.url);
  const file = JSON.parse(await Deno.readTextFile(url));
  const expected = historyStreamConfig({ name: "logs", subject: "logs.>" });
  for (const [key, value] of Object.entries(expected)) assertEquals(file[key], value, key);
  await using nats = await startJetStream();
  const { config } = await nats.api.streams.add(file);
  assert(config.republish?.dest === "natstap.>");
});
