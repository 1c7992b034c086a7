/**
 * A service for every kind of key, and whether it lets in what stands before it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ProblemCode } from "../../../lib/problem.ts";
import { TOKEN_CARRIERS } from "../../../routes/token_carriers.ts";
import { type NatsServer, startNatsServer } from "../../../tools/nats_server.ts";
import { assertEventually } from "../patience.ts";
import { assertProblem } from "../expect_problem.ts";
import { read } from "../clients/sse_reader.ts";
import { SECRET, type Service, startService } from "../service.ts";
import { carry, type TokenRequest } from "./carriers.ts";
import { type Forge, signed } from "./forgery.ts";
import { createKeys, type Kind, publicJwk } from "./key_kinds.ts";

/** What tokens must say, and so that each refusal is in the log. */
const RULES = { JWT_AUDIENCE: "natstap", JWT_ISSUER: "shop", LOG_LEVEL: "debug" };

/** What there is at the gate. */
interface Stage {
  readonly nats: NatsServer;
  readonly services: ReadonlyMap<Kind, Service>;
  /** The public keys of all services, as one key set. */
  readonly keySet: string;
  /** An attacker's URL, which answers with a key set of the strangers' keys. */
  readonly lure: string;
  /** Which URLs of the attacker's have been fetched. */
  readonly lured: string[];
}

/** What a file of attacks tests with. */
interface GateTests {
  /** The gate, while tests run. */
  readonly gate: () => Gate;
  /** A test that none of the tokens with `attack` opens a stream. */
  readonly testRefused: (attack: string, code: ProblemCode, forge: Forge) => void;
}

/** Gives a file of attacks a gate of its own, which good tokens pass. */
export function testAtGate(): GateTests {
  let gate: Gate;
  Deno.test.beforeAll(async () => void (gate = await openGate()));
  Deno.test.afterAll(async () => await gate[Symbol.asyncDispose]());
  Deno.test("A good token streams for every kind of key, from header, query and cookie", async () => {
    await gate.assertStreams((kind) => [signed(kind)]);
  });
  return {
    gate: () => gate,
    testRefused: (attack, code, forge) =>
      Deno.test(
        `A token with ${attack} is refused as ${code} for every kind of key`,
        () => gate.assertRefused(forge, code),
      ),
  };
}

/** Makes the keys and starts the services, the nats-server they read from, and the lure. */
async function openGate(): Promise<Gate> {
  await using started = new AsyncDisposableStack();
  const lured: string[] = [];
  const listener = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    if (url === keysUrl) return new Response(keySet);
    lured.push(url);
    return Response.json({ keys: kinds.map(({ stranger }) => publicJwk(stranger)) });
  });
  started.defer(() => listener.shutdown());
  const origin = `http://127.0.0.1:${listener.addr.port}`;
  const [keysUrl, lure] = [`${origin}/keys`, `${origin}/lure`];
  const { kinds, keySet } = createKeys(keysUrl);

  const nats = started.use(await startNatsServer());
  const services = await Promise.all(kinds.map(async (kind) => {
    const service = started.use(await startService({ NATS_URL: nats.url, ...RULES, ...kind.env }));
    await service.logged(({ msg }) => msg === "NATS connected");
    return [kind, service] as const;
  }));
  return new Gate({ nats, services: new Map(services), keySet, lure, lured }, started.move());
}

/** The services, and an account of what they have been asked. */
export class Gate implements AsyncDisposable {
  readonly stage: Stage;
  readonly #started: AsyncDisposableStack;
  #refused = 0;
  #opened = 0;

  constructor(stage: Stage, started: AsyncDisposableStack) {
    this.stage = stage;
    this.#started = started;
  }

  /** Fails unless every token is refused with `code`, for every kind of key, from each place. */
  async assertRefused(forge: Forge, code: ProblemCode): Promise<void> {
    for (const kind of this.stage.services.keys()) {
      for (const token of await forge(kind)) await this.#assertTokenRefused(kind, token, code);
    }
    await this.assertShut();
  }

  /** Fails unless every token streams `app`, and nothing else, from each place. */
  async assertStreams(forge: Forge, app = "web"): Promise<void> {
    for (const [kind, { url }] of this.stage.services) {
      for (const token of await forge(kind)) {
        for (const [query, headers] of requestsWith(token)) {
          await using reader = await read(`${url}/logs${query}`, { headers });
          assertEquals((await reader.control("ready")).subject, `logs.${app}.>`);
          this.#opened++;
        }
        await assertEventually(this.stage.nats.subscriptions, 0);
      }
    }
  }

  /** Fails unless the request is refused with `code`. Resolves to all that the answer says. */
  async assertRequestRefused(
    kind: Kind,
    [query, headers]: TokenRequest,
    code: ProblemCode,
  ): Promise<string> {
    const { url } = this.stage.services.get(kind)!;
    const response = await fetch(`${url}/logs${query}`, { headers });
    const said = JSON.stringify([await assertProblem(response, 401, code), ...response.headers]);
    this.#refused++;
    return said;
  }

  /** Fails where a stream is open, or where a service has fetched what a token named. */
  async assertShut(): Promise<void> {
    const { nats, lured } = this.stage;
    assertEquals(await nats.subscriptions(), 0);
    assertEquals(lured, [], "The service has fetched a URL that a token named");
  }

  /** Stops the services; fails unless they have logged each refusal by its code, and no more. */
  async assertLogs(): Promise<void> {
    const services = [...this.stage.services.values()];
    for (const service of services) await service.stop();
    await this.assertShut();
    const logs = services.flatMap(({ logs }) => logs);
    const refusals = logs.filter(({ msg }) => msg === "request refused");
    assertEquals(refusals.length, this.#refused);
    for (const { time: _, level, msg: __, code, ...more } of refusals) {
      assertEquals([level, more], ["debug", {}]);
      assertMatch(String(code), /^token_[a-z]+$/);
    }
    assertEquals(logs.filter(({ msg }) => msg === "stream opened").length, this.#opened);
    const text = JSON.stringify(logs) + services.map(({ stderr }) => stderr()).join("");
    // What every header and every claims set of a token begin with.
    for (const part of ["eyJ", SECRET, this.stage.lure, "DROP TABLE"]) {
      assert(!text.includes(part), part);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started.disposeAsync();
  }

  async #assertTokenRefused(kind: Kind, token: string, code: ProblemCode): Promise<void> {
    for (const request of requestsWith(token)) {
      try {
        const said = await this.assertRequestRefused(kind, request, code);
        for (const part of token.split(/[.\s]/)) assert(part.length < 12 || !said.includes(part));
      } catch (cause) {
        const place = Object.keys(request[1])[0] ?? "query";
        throw new Error(`For ${kind.name}, in the ${place}: ${token.slice(0, 1_000)}`, { cause });
      }
    }
  }
}

/** A request with `token` in each place that can hold it. */
function requestsWith(token: string): TokenRequest[] {
  // A header holds no line break, and no white space at its end.
  const fits = /^[!-~]([ -~]*[!-~])?$/.test(token);
  const carriers = TOKEN_CARRIERS.filter(({ kind }) => fits || kind !== "header");
  return carriers.map((carrier) => carry(carrier, token));
}
