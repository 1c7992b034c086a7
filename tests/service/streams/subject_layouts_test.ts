/** Streams of platforms whose subjects are not those of Fly. */
import { assertEquals, assertMatch } from "@std/assert";
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { type NatsServer, startNatsServer } from "../../../tools/nats_server.ts";
import { read } from "../../support/clients/sse_reader.ts";
import { assertProblem } from "../../support/expect_problem.ts";
import { assertEventually } from "../../support/patience.ts";
import { failToStart, logsUrl, startConnected, subjects } from "../../support/service.ts";

let nats: NatsServer;
let publisher: NatsConnection;
Deno.test.beforeAll(async () => {
  nats = await startNatsServer();
  publisher = await connect({ servers: nats.url });
});
Deno.test.afterAll(async () => {
  await publisher.close();
  await nats.stop();
});

type Names = Partial<Record<"app" | "region" | "machine", string>>;

/** A token's claims, a query, and the subject of the stream or the error. */
type Case = [claims: Names, query: Names, expected: string | [status: number, code: string]];

const INVALID: Case[2] = [400, "filter_invalid"];
const FORBIDDEN: Case[2] = [403, "filter_forbidden"];

/** Names of Kubernetes pods: as long as a label, and as long as a name of a resource. */
const [POD_63, POD_253] = [63, 253].map((length) => "web-7d9c5b6f4-abcde".padEnd(length, "-x"));

const LAYOUTS: Record<string, Case[]> = {
  "logs.{app}.{machine}": [
    [{ app: "web" }, {}, "logs.web.>"],
    [{ app: "web" }, { machine: "m1" }, "logs.web.m1"],
    [{ app: "web" }, { machine: POD_63! }, `logs.web.${POD_63}`],
    [{ app: "web" }, { machine: POD_253! }, `logs.web.${POD_253}`],
    [{ app: "web" }, { machine: `${POD_253}x` }, INVALID],
    [{ app: "web" }, { region: "dfw" }, INVALID],
    [{ app: "web", machine: POD_253! }, {}, `logs.web.${POD_253}`],
    [{ app: "web", machine: "m1" }, { machine: "m1" }, "logs.web.m1"],
    [{ app: "web", machine: "m1" }, { machine: "web" }, FORBIDDEN],
    [{ app: "web", region: "dfw" }, {}, FORBIDDEN],
    [{ app: "*" }, {}, "logs.>"],
    [{ app: "*" }, { app: "web" }, "logs.web.>"],
    [{ app: "*" }, { machine: "m1" }, "logs.*.m1"],
    [{ app: "*", machine: "m1" }, {}, "logs.*.m1"],
  ],
  "k8s.{app}": [
    [{ app: "web" }, {}, "k8s.web"],
    [{ app: "web" }, { machine: POD_63! }, INVALID],
    [{ app: "web" }, { region: "dfw" }, INVALID],
    [{ app: "web", machine: POD_63! }, {}, FORBIDDEN],
    [{ app: "web", machine: POD_63! }, { machine: POD_63! }, FORBIDDEN],
    [{ app: "web", region: "dfw" }, {}, FORBIDDEN],
    [{ app: "*" }, {}, "k8s.>"],
    [{ app: "*" }, { app: "web" }, "k8s.web"],
    [{ app: "*" }, { app: "web", machine: "m1" }, INVALID],
    [{ app: "*", machine: "m1" }, {}, FORBIDDEN],
  ],
  "{app}.logs.{machine}": [
    [{ app: "web" }, {}, "web.logs.>"],
    [{ app: "web" }, { machine: POD_253! }, `web.logs.${POD_253}`],
    [{ app: "web" }, { region: "dfw" }, INVALID],
    [{ app: "web", machine: POD_63! }, {}, `web.logs.${POD_63}`],
    [{ app: "web", region: "dfw" }, {}, FORBIDDEN],
    [{ app: "logs" }, {}, "logs.logs.>"],
    [{ app: "*" }, {}, "*.logs.>"],
    [{ app: "*" }, { app: "web" }, "web.logs.>"],
    [{ app: "*" }, { machine: "m1" }, "*.logs.m1"],
  ],
  "prod.{region}.{app}.{machine}": [
    [{ app: "web" }, {}, "prod.*.web.>"],
    [{ app: "web" }, { region: "dfw" }, "prod.dfw.web.>"],
    [{ app: "web" }, { machine: POD_253! }, `prod.*.web.${POD_253}`],
    [{ app: "web", region: "dfw" }, {}, "prod.dfw.web.>"],
    [{ app: "web", region: "dfw" }, { region: "web" }, FORBIDDEN],
    [{ app: "web", region: "dfw" }, { machine: "m1" }, "prod.dfw.web.m1"],
    [{ app: "web", region: "dfw", machine: "m1" }, {}, "prod.dfw.web.m1"],
    [{ app: "*" }, {}, "prod.>"],
    [{ app: "*" }, { region: "dfw" }, "prod.dfw.>"],
    [{ app: "*", machine: "m1" }, {}, "prod.*.*.m1"],
    [{ app: "*", machine: "m1" }, { app: "web" }, "prod.*.web.m1"],
  ],
};

/** The lines that are published. Some names share a prefix; some name an app and a machine or a region. */
const LINES = ["web", "we", "web-2", "logs", "prod"].flatMap((app) =>
  ["dfw", "web"].flatMap((region) =>
    ["m1", "web", POD_63!, POD_253!].map((machine) => ({ app, region, machine }))
  )
);

/** Publishes every line and then the line `end`, which every stream of `asked` receives. */
async function publishAll(layout: string, asked: Names): Promise<void> {
  const subject = (names: Names) =>
    layout.replace(/\{(\w+)\}/g, (_, placeholder) => names[placeholder as keyof Names]!);
  for (const line of LINES) publisher.publish(subject(line), JSON.stringify(line));
  publisher.publish(subject({ ...LINES[0], ...asked }), "end");
  await publisher.flush();
}

for (const [layout, cases] of Object.entries(LAYOUTS)) {
  Deno.test(`SUBJECT=${layout} streams the selected lines, and refuses filters that it cannot express`, async () => {
    const env = { NATS_URL: nats.url, SUBJECT: layout, ALLOW_ALL_APPS: "true" };
    await using service = await startConnected(env);
    for (const [claims, query, expected] of cases) {
      const url = await logsUrl(service, { ...claims }, { ...query });
      if (typeof expected !== "string") {
        await assertProblem(await fetch(url), ...expected);
        assertEquals(await subjects(nats), []);
        continue;
      }
      await using reader = await read(url);
      assertEquals((await reader.control("ready")).subject, expected);
      assertEquals(await subjects(nats), [expected]);
      const asked: Names = { ...claims, ...query };
      if (asked.app === "*") delete asked.app;
      await publishAll(layout, asked);
      const wanted = LINES.filter((line) =>
        Object.entries(asked).every(([kind, name]) => line[kind as keyof Names] === name)
      );
      const received: unknown[] = [];
      for (let line = await reader.line(); line !== "end"; line = await reader.line()) {
        received.push(JSON.parse(line!));
      }
      assertEquals(received, wanted, expected);
      await reader.close();
      await assertEventually(() => subjects(nats), []);
    }
  });
}

Deno.test("JWT_APP_CLAIM names the claim that permits apps, and the claim app then permits nothing", async () => {
  const claim = "https://example.com/app";
  const env = { NATS_URL: nats.url, SUBJECT: "k8s.{app}", JWT_APP_CLAIM: claim };
  await using service = await startConnected(env);
  await using reader = await read(await logsUrl(service, { [claim]: "web", app: "we" }));
  assertEquals(await reader.control("ready").then(({ app, subject }) => [app, subject]), [
    "web",
    "k8s.web",
  ]);
  await using selected = await read(
    await logsUrl(service, { [claim]: ["web", "api"] }, { app: "api" }),
  );
  assertEquals((await selected.control("ready")).subject, "k8s.api");
  for (const app of ["we", "api", "web"]) publisher.publish(`k8s.${app}`, app);
  await publisher.flush();
  assertEquals([await reader.line(), await selected.line()], ["web", "api"]);
  for (const claims of [{ app: "web" }, { [claim]: "" }, { "https://example.com": "web" }]) {
    await assertProblem(await fetch(await logsUrl(service, claims)), 401, "token_claims");
  }
});

const UNUSABLE: [template: string, reason: RegExp][] = [
  ["logs.{region}.{machine}", /Cannot read SUBJECT .*contains no \{app\}/],
  ["{app}.{app}", /Cannot read SUBJECT .*contains \{app\} 2 times/],
  ["logs.{app}.>", /Cannot read SUBJECT .*">" is not a token/],
  ["logs.pod-{app}", /Cannot read SUBJECT .*a placeholder is a token of its own/],
  ["logs.{namespace}.{app}", /Cannot read SUBJECT .*\{namespace\}/],
];
for (const [template, reason] of UNUSABLE) {
  Deno.test(`SUBJECT=${template} prevents the start, and the reason is listed with other problems`, async () => {
    const errors = await failToStart({ SUBJECT: template, PORT: "eighty", SUBJECT_PREFIX: "logs" });
    const variables = errors.match(/(?<=Cannot read )\w+/g)?.toSorted();
    assertEquals(variables, ["PORT", "SUBJECT", "SUBJECT_PREFIX"], errors);
    assertMatch(errors, reason);
  });
}

Deno.test("SUBJECT_PREFIX prevents the start, even if SUBJECT is valid", async () => {
  const env = { SUBJECT_PREFIX: "logs", SUBJECT: "logs.{app}.{machine}" };
  assertMatch(
    await failToStart(env),
    /: Cannot read SUBJECT_PREFIX .*set SUBJECT instead[^\n]*\n?$/,
  );
});
