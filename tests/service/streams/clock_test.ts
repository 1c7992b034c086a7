/** The wall clock steps by an hour while the service runs, as a machine's does that is set right. */
import { assert, assertEquals } from "@std/assert";
import { startNatsServer } from "../../../tools/nats_server.ts";
import { assertEventually } from "../../support/patience.ts";
import { assertProblem } from "../../support/expect_problem.ts";
import { readRaw } from "../../support/clients/raw_reader.ts";
import type { Reader } from "../../support/clients/sse_reader.ts";
import {
  logsUrl,
  openStream,
  type Service,
  type Stack,
  startService,
  startStack,
} from "../../support/service.ts";
import { createSigner, outcome } from "../../support/tokens/signer.ts";
import { createSteppingClock, type SteppingClock } from "../../support/stepping_clock.ts";

/** Seconds. */
const HOUR = 3600;
/** libfaketime is for Linux, and what a mac would let it do is little. */
const ignore = Deno.build.os !== "linux";

interface ClockedStack extends Stack {
  readonly clock: SteppingClock;
}

async function startClocked(env: Record<string, string> = {}): Promise<ClockedStack> {
  await using started = new AsyncDisposableStack();
  const clock = started.use(await createSteppingClock());
  const stack = started.use(await startStack({ ...clock.env, ...env }));
  const all = started.move();
  return { ...stack, clock, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** The real time, in seconds, `seconds` from now. */
function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** Fails unless a line arrives at `reader`, whose stream is of `app`. */
async function assertFlows({ publisher }: Stack, reader: Reader, app: string): Promise<void> {
  const line = `line ${Date.now()}`;
  publisher.publish(`logs.${app}.dfw.m1`, line);
  assertEquals(await reader.line(), line);
}

/** Fails unless the stream ends now, and prints how long after `steppedAt`. */
async function assertExpires(reader: Reader, steppedAt: number): Promise<void> {
  assertEquals(await reader.control("end"), { reason: "expired" });
  console.log(`expired ${Math.round(performance.now() - steppedAt)} ms after the clock's step`);
  assertEquals(await reader.next(), undefined);
}

/** Fails unless a token of these claims is refused. */
async function assertRefused(service: Service, claims: Record<string, unknown>, code: string) {
  await assertProblem(await fetch(await logsUrl(service, { app: "a", ...claims })), 401, code);
}

/** Opens a stream for these claims and leaves it. */
async function assertAccepted(service: Service, claims: Record<string, unknown>): Promise<void> {
  await using _reader = await openStream(service, { app: "a", ...claims });
}

/** Opens a stream whose reader takes nothing, and has more wait for it than any socket holds. */
async function openStalled(stack: Stack) {
  const stalled = await readRaw(
    await logsUrl(stack.service, { app: "stalled", exp: inSeconds(3 * HOUR) }),
  );
  await stalled.until("ready");
  await using reader = await openStream(stack.service, { app: "stalled" });
  const lines = 16_000;
  for (let i = 0; i < lines; i++) stack.publisher.publish("logs.stalled.dfw.m1", "x".repeat(1_024));
  for (let i = 0; i < lines; i++) await reader.line();
  return stalled;
}

Deno.test({
  name:
    "A clock that steps forward an hour ends the streams that expire by it, and no others, and judges tokens by it",
  ignore,
  async fn() {
    await using stack = await startClocked({
      JWT_MAX_TTL: String(3 * HOUR),
      STALL_SECONDS: String(HOUR / 2),
      BUFFER_BYTES: "67108864",
    });
    const { service, clock } = stack;
    using _stalled = await openStalled(stack);
    await using expires = await openStream(service, { app: "a", exp: inSeconds(HOUR / 2) });
    await using stays = await openStream(service, { app: "a", exp: inSeconds(2 * HOUR) });
    const claims = { exp: inSeconds(2 * HOUR), nbf: inSeconds(HOUR / 2), iat: inSeconds(HOUR / 2) };
    await assertRefused(service, claims, "token_not_yet_valid");
    await clock.set(HOUR);
    await assertExpires(expires, performance.now());
    await assertFlows(stack, stays, "a");
    await assertAccepted(service, claims);
    await assertRefused(service, { exp: inSeconds(HOUR / 2) }, "token_expired");
    const closed = service.logs.filter(({ msg }) => msg === "stream closed");
    assertEquals(closed.filter(({ reason }) => reason === "stalled"), []);
  },
});

Deno.test({
  name:
    "A clock that steps back an hour, and forth again, ends a stream when its token expires by it",
  ignore,
  async fn() {
    await using stack = await startClocked({ KEEPALIVE_SECONDS: "1" });
    const { service, clock } = stack;
    const exp = inSeconds(3);
    await using reader = await openStream(service, { app: "a", exp });
    await clock.set(-HOUR);
    await assertEventually(() => Date.now() > exp * 1000 + 1_000, true);
    await assertFlows(stack, reader, "a");
    await assertAccepted(service, { exp });
    await assertAccepted(service, { exp: inSeconds(-HOUR / 2) });
    await assertRefused(service, { exp, nbf: inSeconds(-60) }, "token_not_yet_valid");
    await assertRefused(service, { exp: inSeconds(600) }, "token_ttl");
    await clock.set(0);
    await assertExpires(reader, performance.now());
    await assertRefused(service, { exp }, "token_expired");
  },
});

Deno.test({
  name:
    "A clock that steps an hour forward or back moves no keepalive, and none keeps a stalled reader",
  ignore,
  async fn() {
    await using stack = await startClocked({
      STALL_SECONDS: "5",
      BUFFER_BYTES: "67108864",
      KEEPALIVE_SECONDS: "2",
      JWT_MAX_TTL: String(9 * HOUR),
    });
    const url = await logsUrl(stack.service, { app: "a", exp: inSeconds(8 * HOUR) });
    using reader = await readRaw(url);
    await reader.until("\n\n");
    const started = performance.now();
    for (const seconds of [HOUR, -HOUR, 0]) {
      await stack.clock.set(seconds);
      assertEquals(await reader.until(": keepalive\n\n"), ": keepalive\n\n");
    }
    // The first may be due up to two ticks early, by the time at which the stream looked last.
    assert(performance.now() - started > 5_000, "Keepalives come too soon");

    using _stalled = await openStalled(stack);
    await stack.clock.set(-HOUR);
    await stack.service.logged(({ reason }) => reason === "stalled");
  },
});
for (const [step, seconds] of [["forward", HOUR], ["back", -HOUR]] as const) {
  Deno.test({
    name:
      `A clock that steps ${step} an hour keeps no service from a NATS that was lost, nor misdates the loss`,
    ignore,
    async fn() {
      await using clock = await createSteppingClock();
      const nats = await startNatsServer();
      await using service = await startService({
        NATS_URL: nats.url,
        JWT_MAX_TTL: String(9 * HOUR),
        ...clock.env,
      });
      await service.logged(({ msg }) => msg === "NATS connected");
      await using reader = await openStream(service, { app: "a", exp: inSeconds(3 * HOUR) });
      await clock.set(seconds);
      const lostAt = clock.now();
      await nats.stop("SIGKILL");
      const lost = await reader.control("status");
      assertEquals(lost.nats, "disconnected");
      const before = lostAt - Date.parse(String(lost.at));
      assert(before >= 0, `${lost.at} is after the loss`);
      // It may be too early by the step: what has come since the last answer cannot be told apart.
      assert(before < (HOUR + 60) * 1000, `${lost.at} is long before the loss`);
      await using _again = await startNatsServer({ port: nats.port });
      const backAt = clock.now();
      const back = await reader.control("status");
      assertEquals(back.nats, "connected");
      const at = Date.parse(String(back.at));
      assert(at >= backAt && at <= clock.now(), `${back.at} is not when it came back`);
      console.log(
        `NATS reconnected ${at - backAt} ms after it came back, the clock ${step} an hour`,
      );
    },
  });
}

Deno.test({
  name: "A clock that steps back an hour keeps no new key from being fetched",
  ignore,
  async fn() {
    const [first, second] = await Promise.all(["first", "second"].map(createSigner));
    let keys = [first!.jwk];
    const answer = () => Response.json({ keys });
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
    await using stack = await startClocked({
      JWT_JWKS_URL: `http://127.0.0.1:${server.addr.port}/keys`,
      JWT_MAX_TTL: String(9 * HOUR),
    });
    const { service } = stack;
    await assertEventually(async () => outcome(service, await first!.sign()), "stream");
    await stack.clock.set(-HOUR);
    keys = [second!.jwk];
    const started = performance.now();
    await assertEventually(async () => outcome(service, await second!.sign()), "stream");
    console.log(`a new key taken ${Math.round(performance.now() - started)} ms after the step`);
  },
});
