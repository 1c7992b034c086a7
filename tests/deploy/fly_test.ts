import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { electionSubject } from "../../lib/history/jetstream/jetstream_history.ts";
import { startNatsServer } from "../../tools/nats_server.ts";
import { ROOT } from "../support/checkout.ts";

const FOLDER = `${ROOT}deploy/fly`;
const STREAM = await Deno.readTextFile(`${FOLDER}/nats/history-stream.json`);

/** nats.conf without its ports, with a folder of the test, and with "secret" for each password. */
async function natsConfig(folder: string): Promise<string> {
  return (await Deno.readTextFile(`${FOLDER}/nats/nats.conf`))
    .replaceAll(/^(listen|http): .*$/gm, "")
    .replace("store_dir: /data", `store_dir: "${folder}"`)
    // What the machine that runs the test has.
    .replace("max_file_store: 9GB", "max_file_store: 1GB")
    .replaceAll(/password: \$\w+/g, 'password: "secret"');
}

/** Collects what the server does not permit. */
async function collectErrors(user: string, client: NatsConnection, errors: string[]) {
  for await (const status of client.status()) {
    if (status.type === "error") errors.push(`${user}: ${status.error.message}`);
  }
}

Deno.test("a line that Vector stores on Fly reaches natstap with its sequence, and nobody may do more than needed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "natstap-fly-" });
  try {
    await using nats = await startNatsServer({ config: await natsConfig(folder) });
    const signIn = (user: string) => connect({ servers: nats.url, user, pass: "secret" });
    const [admin, vector, natstap] = await Promise.all(["admin", "vector", "natstap"].map(signIn));
    const errors: string[] = [];
    const clients = { admin: admin!, vector: vector!, natstap: natstap! };
    for (const [user, client] of Object.entries(clients)) collectErrors(user, client, errors);

    const stream = { ...JSON.parse(STREAM), max_bytes: 100_000_000 };
    const created = await admin!.request("$JS.API.STREAM.CREATE.logs", JSON.stringify(stream));
    assertEquals(created.json<{ error?: unknown }>().error, undefined);

    natstap!.subscribe(electionSubject("logs"), { callback: () => {} });
    const lines = natstap!.subscribe("natstap.logs.web.>");
    await natstap!.flush();
    const stored = await vector!.request("logs.web.dfw.m1", "hello");
    assertEquals(stored.json<{ seq: number }>().seq, 1);
    for await (const line of lines) {
      assertEquals([line.string(), line.headers?.get("Nats-Sequence")], ["hello", "1"]);
      break;
    }
    const info = await natstap!.request("$JS.API.STREAM.INFO.logs");
    assertEquals(info.json<{ state: { messages: number } }>().state.messages, 1);

    natstap!.publish("logs.web.dfw.m1", "");
    natstap!.publish("$JS.API.STREAM.PURGE.logs", "");
    vector!.publish("natstap.logs.web.dfw.m1", "");
    vector!.publish("$JS.API.STREAM.INFO.logs", "");
    vector!.subscribe("logs.>", { callback: () => {} });
    admin!.subscribe("logs.>", { callback: () => {} });
    await Promise.all(Object.values(clients).map((client) => client.flush()));
    await Promise.all(Object.values(clients).map((client) => client.close()));
    assertEquals(
      errors.toSorted().map((text) => text.replaceAll(/^(\w+): .*Violation for /gi, "$1: ")),
      [
        'admin: Subscription to "logs.>"',
        'natstap: Publish to "$JS.API.STREAM.PURGE.logs"',
        'natstap: Publish to "logs.web.dfw.m1"',
        'vector: Publish to "$JS.API.STREAM.INFO.logs"',
        'vector: Publish to "natstap.logs.web.dfw.m1"',
        'vector: Subscription to "logs.>"',
      ],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Vector on Fly stores each payload as it is, on the subject that it came from", async () => {
  const vector = await Deno.readTextFile(`${FOLDER}/vector/vector.toml`);
  for (
    const setting of [
      'decoding.codec = "bytes"',
      'encoding.codec = "text"',
      'subject_key_field = "subject"',
      ".path = replace(string!(.subject), r'^logs\\.', \"\", count: 1)",
      'subject = "logs.{{ path }}"',
      ".id = uuid_v4()",
      "jetstream.enabled = true",
      'jetstream.headers.message_id = "{{ id }}"',
    ]
  ) {
    assertStringIncludes(vector, `\n${setting}\n`);
  }
});
