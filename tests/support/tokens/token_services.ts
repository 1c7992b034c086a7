/** One service per kind of key, and checks of which tokens they accept. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ProblemCode } from "../../../lib/problem.ts";
import { TOKEN_CARRIERS } from "../../../routes/token_carriers.ts";
import { assertEventually } from "../patience.ts";
import { assertProblem } from "../expect_problem.ts";
import { read } from "../clients/sse_reader.ts";
import { type HistoryServer, startHistoryServer, startHistoryService } from "../history.ts";
import { SECRET, type Service, subjectOf, subjects } from "../service.ts";
import { carry, type TokenRequest } from "./carriers.ts";
import { type Forge, signed } from "./forgery.ts";
import { createKeys, type Kind, publicJwk } from "./key_kinds.ts";

/** Required claims, and a log level at which each refusal is logged. */
const RULES = { JWT_AUDIENCE: "natstap", JWT_ISSUER: "shop", LOG_LEVEL: "debug" };

/** The running processes and the attacker's server. */
interface Processes {
  readonly server: HistoryServer;
  readonly services: ReadonlyMap<Kind, Service>;
  /** Requests of the services to read the stream that history comes from. */
  readonly reads: string[];
  /** The public keys of all services, as one key set. */
  readonly keySet: string;
  /** A URL of the attacker, which answers with a key set of the attackers' keys. */
  readonly attackerUrl: string;
  /** The attacker's URLs that have been fetched. */
  readonly fetchedByServices: string[];
}

/** What the tests of a file use. */
interface TokenTests {
  /** The services, while tests run. */
  readonly services: () => TokenServices;
  /** Defines a test that no token with `attack` opens a stream. */
  readonly testRefused: (attack: string, code: ProblemCode, forge: Forge) => void;
}

/** Starts services for the tests of a file, and tests that they accept valid tokens. */
export function testTokens(): TokenTests {
  let services: TokenServices;
  Deno.test.beforeAll(async () => void (services = await startServices()));
  Deno.test.afterAll(async () => await services[Symbol.asyncDispose]());
  Deno.test("A good token streams for every kind of key, from header, query and cookie", async () => {
    await services.assertStreams((kind) => [signed(kind)]);
  });
  return {
    services: () => services,
    testRefused: (attack, code, forge) =>
      Deno.test(
        `A token with ${attack} is refused as ${code} for every kind of key`,
        () => services.assertRefused(forge, code),
      ),
  };
}

/** Generates keys and starts the services, their nats-server and the attacker's server. */
async function startServices(): Promise<TokenServices> {
  await using started = new AsyncDisposableStack();
  const fetchedByServices: string[] = [];
  const listener = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    if (url === keysUrl) return new Response(keySet);
    fetchedByServices.push(url);
    return Response.json({ keys: kinds.map(({ attacker }) => publicJwk(attacker)) });
  });
  started.defer(() => listener.shutdown());
  const origin = `http://127.0.0.1:${listener.addr.port}`;
  const [keysUrl, attackerUrl] = [`${origin}/keys`, `${origin}/attacker-keys`];
  const { kinds, keySet } = createKeys(keysUrl);

  const server = started.use(await startHistoryServer());
  await server.store("web", ["a line"]);
  const reads: string[] = [];
  server.publisher.subscribe("$JS.API.>", {
    callback: (_, { subject }) => {
      if (/\.(GET|CREATE|NEXT)\./.test(subject)) reads.push(subject);
    },
  });
  const services = await Promise.all(kinds.map(async (kind) => {
    const env = { ...RULES, ...kind.env };
    return [kind, started.use(await startHistoryService(server, env))] as const;
  }));
  return new TokenServices({
    server,
    reads,
    services: new Map(services),
    keySet,
    attackerUrl,
    fetchedByServices,
  }, started.move());
}

/** The services, and the number of requests they have refused and accepted. */
export class TokenServices implements AsyncDisposable {
  readonly processes: Processes;
  readonly #started: AsyncDisposableStack;
  #refused = 0;
  #opened = 0;

  constructor(processes: Processes, started: AsyncDisposableStack) {
    this.processes = processes;
    this.#started = started;
  }

  /** Fails unless every token is refused with `code` by every service, in every place. */
  async assertRefused(forge: Forge, code: ProblemCode): Promise<void> {
    await Promise.all([...this.processes.services.keys()].map(async (kind) => {
      for (const token of await forge(kind)) await this.#assertTokenRefused(kind, token, code);
    }));
    await this.assertNoSideEffects();
    await this.processes.server.publisher.flush();
    assertEquals(this.processes.reads, [], "A refused request has read history");
  }

  /** Fails unless every token opens a stream of `app`, and nothing else, in every place. */
  async assertStreams(forge: Forge, app = "web"): Promise<void> {
    for (const [kind, { url }] of this.processes.services) {
      for (const token of await forge(kind)) {
        for (const [query, headers] of requestsWith(token)) {
          await using reader = await read(`${url}/logs${query}`, { headers });
          assertEquals((await reader.control("ready")).subject, subjectOf(app, ">"));
          // After this, the service reads no history for this stream.
          await reader.control("live");
          this.#opened++;
        }
        await assertEventually(this.#lineSubscriptions, []);
      }
    }
    await this.processes.server.publisher.flush();
    assert(this.processes.reads.length > 0, "Expected reads of history to be noticed");
    this.processes.reads.length = 0;
  }

  /** Fails unless the request is refused with `code`. Resolves to the whole response as text. */
  async assertRequestRefused(
    kind: Kind,
    [query, headers]: TokenRequest,
    code: ProblemCode,
  ): Promise<string> {
    const { url } = this.processes.services.get(kind)!;
    const response = await fetch(`${url}/logs${query}`, { headers });
    const said = JSON.stringify([await assertProblem(response, 401, code), ...response.headers]);
    this.#refused++;
    return said;
  }

  /** Fails if a stream is open, or if a service has fetched a URL that a token contained. */
  async assertNoSideEffects(): Promise<void> {
    const { fetchedByServices } = this.processes;
    assertEquals(await this.#lineSubscriptions(), []);
    assertEquals(fetchedByServices, [], "A service has fetched a URL from a token");
  }

  /** Stops the services; fails unless they have logged the code of each refusal, and nothing else. */
  async assertLogs(): Promise<void> {
    const services = [...this.processes.services.values()];
    for (const service of services) await service.stop();
    await this.assertNoSideEffects();
    const logs = services.flatMap(({ logs }) => logs);
    const refusals = logs.filter(({ msg }) => msg === "request refused");
    assertEquals(refusals.length, this.#refused);
    for (const { time: _, level, msg: __, code, ...more } of refusals) {
      assertEquals([level, more], ["debug", {}]);
      assertMatch(String(code), /^token_[a-z]+$/);
    }
    assertEquals(logs.filter(({ msg }) => msg === "stream opened").length, this.#opened);
    const text = JSON.stringify(logs) + services.map(({ stderr }) => stderr()).join("");
    // `eyJ` starts the header and the claims of every token.
    for (const part of ["eyJ", SECRET, this.processes.attackerUrl, "DROP TABLE"]) {
      assert(!text.includes(part), part);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started.disposeAsync();
  }

  /** The services' subscriptions, apart from those for JetStream's answers and announcements. */
  readonly #lineSubscriptions = async (): Promise<string[]> =>
    (await subjects(this.processes.server.nats)).filter((subject) =>
      !/^(_INBOX|\$JS\.EVENT)\./.test(subject)
    );

  async #assertTokenRefused(kind: Kind, token: string, code: ProblemCode): Promise<void> {
    for (const request of requestsWith(token)) {
      try {
        const said = await this.assertRequestRefused(kind, request, code);
        for (const part of token.split(/[.\s]/)) assert(part.length < 12 || !said.includes(part));
      } catch (cause) {
        const place = Object.keys(request[1])[0] ?? "query";
        throw new Error(`With ${kind.name}, in the ${place}: ${token.slice(0, 1_000)}`, { cause });
      }
    }
  }
}

/** Requests for history with `token` in each place that can hold it. */
function requestsWith(token: string): TokenRequest[] {
  // A header can contain neither line breaks nor trailing white space.
  const fits = /^[!-~]([ -~]*[!-~])?$/.test(token);
  const carriers = TOKEN_CARRIERS.filter(({ kind }) => fits || kind !== "header");
  return carriers.map((carrier) => {
    const [query, headers] = carry(carrier, token);
    return [`${query === "" ? "?" : `${query}&`}tail=9`, headers];
  });
}
