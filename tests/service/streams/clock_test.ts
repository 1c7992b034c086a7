/** The wall clock steps by an hour while the service runs, as when it is corrected. */
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
  startConnected,
  startStack,
  subjectOf,
} from "../../support/service.ts";
import { openStalled } from "../../support/stalled.ts";
import { serveKeys } from "../../support/tokens/key_url.ts";
import { createSigner, outcome } from "../../support/tokens/signer.ts";
import { createSteppingClock, type SteppingClock } from "../../support/stepping_clock.ts";

const HOUR = 3600; // Seconds.
/** libfaketime works fully on Linux only. */
const LINUX = { ignore: Deno.build.os !== "linux" };

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

/** The real time plus `seconds`, as a NumericDate. */
function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** Fails unless `reader`, whose stream is of `app`, receives a line. */
async function assertFlows({ publisher }: Stack, reader: Reader, app: string): Promise<void> {
  const line = `line ${Date.now()}`;
  publisher.publish(subjectOf(app), line);
  assertEquals(await reader.line(), line);
}

/** Fails unless the stream ends as expired; prints how long that took since `steppedAt`. */
async function assertExpires(reader: Reader, steppedAt: number): Promise<void> {
  assertEquals(await reader.control("end"), { reason: "expired" });
  console.log(`Expired ${Math.round(performance.now() - steppedAt)} ms after the step`);
  assertEquals(await reader.next(), undefined);
}

/** Fails unless a token with these claims is refused with `code`. */
async function assertRefused(service: Service, claims: Record<string, unknown>, code: string) {
  await assertProblem(await fetch(await logsUrl(service, { app: "a", ...claims })), 401, code);
}

/** Opens and closes a stream with these claims. */
async function assertAccepted(service: Service, claims: Record<string, unknown>): Promise<void> {
  await using _reader = await openStream(service, { app: "a", ...claims });
}

Deno.test("A step forward of the clock ends streams and expires tokens", LINUX, async () => {
  await using stack = await startClocked({
    JWT_MAX_TTL: String(3 * HOUR),
    STALL_SECONDS: String(HOUR / 2),
    BUFFER_BYTES: "67108864",
  });
  const { service, clock } = stack;
  using _stalled = await openStalled(stack, { exp: inSeconds(3 * HOUR) });
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
});

Deno.test("Streams and tokens follow a clock that steps back and forward", LINUX, async () => {
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
});

Deno.test("Steps of the clock affect neither keepalives nor stall times", LINUX, async () => {
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
  // The first one may come up to two ticks early.
  assert(performance.now() - started > 5_000, "Keepalives are too early");

  using _stalled = await openStalled(stack, { exp: inSeconds(3 * HOUR) });
  await stack.clock.set(-HOUR);
  await stack.service.logged(({ reason }) => reason === "stalled");
});
for (const [step, seconds] of [["forward", HOUR], ["back", -HOUR]] as const) {
  Deno.test(`A loss of NATS has a correct time after a clock step ${step}`, LINUX, async () => {
    await using clock = await createSteppingClock();
    const nats = await startNatsServer();
    await using service = await startConnected({
      NATS_URL: nats.url,
      JWT_MAX_TTL: String(9 * HOUR),
      ...clock.env,
    });
    await using reader = await openStream(service, { app: "a", exp: inSeconds(3 * HOUR) });
    await clock.set(seconds);
    const lostAt = clock.now();
    await nats.stop("SIGKILL");
    const lost = await reader.control("status");
    assertEquals(lost.nats, "disconnected");
    const before = lostAt - Date.parse(String(lost.at));
    assert(before >= 0, `${lost.at} is after the loss`);
    // It may be too early by the step, because the time of the last answer is ambiguous.
    assert(before < (HOUR + 60) * 1000, `${lost.at} is long before the loss`);
    await using _again = await startNatsServer({ port: nats.port });
    const backAt = clock.now();
    const back = await reader.control("status");
    assertEquals(back.nats, "connected");
    const at = Date.parse(String(back.at));
    assert(at >= backAt && at <= clock.now(), `${back.at} is not when it came back`);
    console.log(
      `NATS reconnected ${at - backAt} ms after it was back, with the clock ${step} an hour`,
    );
  });
}

Deno.test("A new key is still fetched after a step back of the clock", LINUX, async () => {
  const [first, second] = await Promise.all(["first", "second"].map(createSigner));
  await using keyUrl = serveKeys(first!.jwk);
  await using stack = await startClocked({
    JWT_JWKS_URL: keyUrl.url,
    JWT_MAX_TTL: String(9 * HOUR),
  });
  const { service } = stack;
  await assertEventually(async () => outcome(service, await first!.sign()), "stream");
  await stack.clock.set(-HOUR);
  keyUrl.answer = () => Response.json({ keys: [second!.jwk] });
  const started = performance.now();
  await assertEventually(async () => outcome(service, await second!.sign()), "stream");
  console.log(`New key accepted ${Math.round(performance.now() - started)} ms after the step`);
});
