/**
 * Claims and queries can only narrow the subscribed subject within the token's own app, whatever
 * text they contain.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "npm:fast-check@^4";
import { startNatsServer } from "../../tools/nats_server.ts";
import { assertEventually } from "../support/patience.ts";
import { claims, FILTERS, query, SEED } from "../support/hostile_scopes.ts";
import { connectTo, receive, send } from "../support/clients/raw_request.ts";
import { mint, type Service, startConnected, subjects } from "../support/service.ts";

const CASES = 1_000;

let nats: Awaited<ReturnType<typeof startNatsServer>>;
/** The second service accepts `app: "*"`, the first one does not. */
let [one, every]: Service[] = [];
Deno.test.beforeAll(async () => {
  nats = await startNatsServer();
  [one, every] = await Promise.all([start({}), start({ ALLOW_ALL_APPS: "true" })]);
});
Deno.test.afterAll(async () => {
  await one![Symbol.asyncDispose]();
  await every![Symbol.asyncDispose]();
  await nats.stop();
});

/** Starts a service that logs everything. */
function start(env: Record<string, string>): Promise<Service> {
  return startConnected({ NATS_URL: nats.url, LOG_LEVEL: "debug", ...env });
}

/** The service's answer, and what it subscribed to. */
interface Answer {
  readonly status: number;
  /** The code of an error, or the subject in a stream's `ready` event. */
  readonly said: string | undefined;
  readonly subjects: string[];
}

/**
 * Requests `/logs` with exactly this query, which `fetch` would normalize.
 *
 * Uses HTTP/1.0, so that the body ends with the connection.
 */
async function ask(service: Service, token: string, query: string): Promise<Answer> {
  using connection = await connectTo(service);
  const head = `GET /logs?${query} HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const [text] = await Promise.all([
    receive(connection, /\r\n\r\nevent: ready[^]*\n\n/),
    send(connection, Buffer.from(head).toString("latin1")),
  ]);
  const found = await subjects(nats);
  connection.close();
  await assertEventually(() => subjects(nats), []);
  const said = /"(?:code|subject)":"([^"]*)"/.exec(text)?.[1];
  return { status: Number(text.split(" ")[1]), said, subjects: found };
}

/** Fails unless the query is answered as expected, with no subscription but the expected one. */
async function assertAnswers(query: string, expected: string): Promise<void> {
  const token = await mint({ app: "web" });
  const answer = await ask(one!, token, query);
  const opened = expected.startsWith("logs.");
  const want = { status: opened ? 200 : 400, said: expected, subjects: opened ? [expected] : [] };
  assertEquals(answer, want, `To ?${query.slice(0, 200)}: ${JSON.stringify(answer)}`);
}

/** Fails unless this text, verbatim in the URL, is refused as each of these filters for every token. */
async function assertNoFilter(value: string, parameters = FILTERED): Promise<void> {
  const tokens: [Service, string][] = [
    [one!, await mint({ app: "web" })],
    [every!, await mint({ app: "*" })],
  ];
  for (const [service, token] of tokens) {
    for (const parameter of parameters) {
      const answer = await ask(service, token, `${parameter}=${value}`);
      const want = { status: 400, said: "filter_invalid", subjects: [] };
      assertEquals(answer, want, `To ?${parameter}=${value.slice(0, 200)}`);
    }
  }
}

const FILTERED = ["app", "region", "machine"];
for (const [attack, values] of FILTERS) {
  Deno.test(`GET /logs refuses ${attack} in app, region and machine`, async () => {
    for (const value of values) await assertNoFilter(value);
  });
}

Deno.test("GET /logs refuses a value of 64 letters in app and region", async () => {
  await assertNoFilter("w".repeat(64), ["app", "region"]);
});

Deno.test("GET /logs refuses a doubled parameter, however its name is encoded", async () => {
  const names = [["app", "%61pp"], ["region", "r%65gion"], ["machine", "machin%65"]];
  for (const [name, encoded] of names) {
    const pairs = [[name, name], [name, encoded], [encoded, name], [encoded, encoded]];
    const values = [["web", "web"], ["web", "other"], ["other", "web"], ["web", ""], ["", "web"]];
    for (const [first, second] of pairs) {
      for (const [a, b] of values) {
        await assertAnswers(`${first}=${a}&x=1&${second}=${b}`, "filter_invalid");
        await assertAnswers(`${first}&${second}=${b}`, "filter_invalid");
      }
    }
  }
});

Deno.test("GET /logs ignores a parameter whose name only resembles app, region or machine", async () => {
  for (const [name, value] of [["app", "other"], ["region", ">"], ["machine", "*"]]) {
    const upper = name!.toUpperCase();
    const names = [
      ...[
        `${name}[]`,
        `${name}%5b%5d`,
        `${name}[0]`,
        `${name}.x`,
        `${name}%00`,
        `%00${name}`,
        upper,
      ],
      ...[`;${name}`, `+${name}`, `${name}+`, `%20${name}`, `${name}%20`, `${name}%0a`, `_${name}`],
      ...[
        `${name}%252e`,
        `${name}%c0%ae`,
        `?${name}`,
        `x;${name}`,
        `${name}%3d`,
        `${name}%e2%80%8b`,
      ],
      ..."%2561pp %61%70 %d0%b0pp %ef%bd%81pp __proto__ constructor __proto__[app]".split(" "),
    ];
    for (const each of names) await assertAnswers(`${each}=${value}`, "logs.web.>");
  }
});

Deno.test("GET /logs ignores text that only resembles separators, and fragments", async () => {
  const queries = ["&&&", "=other", "&=>&", "x=1;app=other", "x=1%26app=other", "x=1%26region=>"];
  const fragments = ["#&app=other", "#app=other", "x#?app=other", "x=%23&y#&region=>"];
  for (const query of [...queries, ...fragments]) await assertAnswers(query, "logs.web.>");
  await assertAnswers("app=web#&app=other", "logs.web.>");
  await assertAnswers("region=dfw#.>", "logs.web.dfw.>");
  await assertAnswers("app=web;app=other", "filter_invalid");
  await assertAnswers("app=web%26app=other", "filter_invalid");
  await assertAnswers("app=web%23", "filter_invalid");
});

Deno.test("A query with a raw control character, space or non-ASCII letter, or of 1 MB, never reaches GET /logs", async () => {
  const token = await mint({ app: "web" });
  const raw = [
    ...["\0", "\t", "\x01", "\x7f", " x", "\rSUB > 1", "\nSUB > 1", "\r\nSUB > 1\r\n"],
    ...["é", "\u200b", "\uff0e", "\u3002other", "&\u0430pp=other"],
  ];
  const long = [`app=${"w".repeat(1_000_000)}`, "app=w&".repeat(170_000), "%2e".repeat(340_000)];
  const refused = async (query: string, status: number) => {
    const want = { status, said: undefined, subjects: [] };
    assertEquals(await ask(one!, token, query), want, JSON.stringify(query.slice(0, 100)));
  };
  for (const text of raw) await refused(`app=web${text}`, 400);
  for (const query of long) await refused(query, 431);
});

const NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}";
const MACHINE = "[A-Za-z0-9][A-Za-z0-9_-]{0,252}";
/** Templates, and all subjects that a stream can have with each. */
const TEMPLATES: [template: string, subjects: RegExp][] = [
  [
    "logs.{app}.{region}.{machine}",
    new RegExp(`^logs\\.(>|(\\*|${NAME})\\.(>|${NAME}\\.>|(\\*|${NAME})\\.${MACHINE}))$`),
  ],
  ["{app}.logs.{machine}", new RegExp(`^(\\*|${NAME})\\.logs\\.(>|${MACHINE})$`)],
];
for (const [template, possible] of TEMPLATES) {
  for (const allowAllApps of [false, true]) {
    const where = `with SUBJECT=${template} and ALLOW_ALL_APPS=${allowAllApps}`;
    Deno.test(`GET /logs subscribes to nothing, or to one subject of a permitted app, whatever claims and query contain, ${where}`, async () => {
      await using service = await start({ SUBJECT: template, ALLOW_ALL_APPS: `${allowAllApps}` });
      let opened = 0;
      const property = fc.asyncProperty(claims, query, async (claims, query) => {
        const { status, said, subjects } = await ask(service, await mint(claims), query);
        if (status !== 200) {
          assert([400, 401, 403].includes(status), `${status} ${said}`);
          return assertEquals(subjects, [], `The service subscribes, though it answered ${said}`);
        }
        opened++;
        assertEquals(subjects, [said]);
        assertMatch(said!, possible);
        const tokens = said!.split(".");
        const [app, region, machine] = ["{app}", "{region}", "{machine}"].map((placeholder) =>
          tokens[template.split(".").indexOf(placeholder)]
        );
        const everyApp = allowAllApps && claims.app === "*";
        assert(everyApp || [claims.app].flat().includes(app!), `${said} is not permitted`);
        if (claims.region !== undefined) assertEquals(region, claims.region);
        if (claims.machine !== undefined) assertEquals(machine, claims.machine);
      });
      await fc.assert(property, { numRuns: CASES, seed: SEED });
      assert(opened > 30, `Expected many streams to open, but only ${opened} of ${CASES} did`);
    });
  }
}
