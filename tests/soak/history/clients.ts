/** The clients of a run, each of which follows one scope from beginning to end. */
import { createParser } from "npm:eventsource-parser@^3";
import { type ServerEvent, TestEventSource } from "../../support/clients/event_source.ts";
import { KernelSocket } from "../../support/clients/kernel_socket.ts";
import { Connection } from "../../../web/connection/stream_connection.ts";
import { LOUD, QUIET, type Scope } from "../line.ts";
import type { Random } from "../random.ts";
import { pause } from "../run.ts";
import { Receipts } from "./comparison/receipts.ts";
import { KEEPALIVE_SECONDS, streamPath, tokenFor, type World } from "./world.ts";

/** The kinds of clients, and how each of them follows a scope until `signal` is aborted. */
const KINDS = {
  eventSource: followAsEventSource,
  viewer: followAsViewer,
  curl: followWithCurl,
  slow: followSlowly,
};

/** A kind of client. */
export type ClientKind = keyof typeof KINDS;

/** A client. */
export interface Client {
  readonly kind: ClientKind;
  readonly scope: Scope;
  /** The number of lines that its first stream starts with; `undefined` for live lines only. */
  readonly tail: number | undefined;
  /** The network between it and the service. */
  readonly network: number;
  readonly receipts: Receipts;
}

/** The lifetime of a token, in seconds. */
const TOKEN_SECONDS = [12, 60] as const;
/** The delay after a refusal, in milliseconds. */
const RETRY_MS = [300, 2_000] as const;
/** Refusals that the faults of a run explain: an expired token, or NATS or the instance being away. */
const EXPECTED_STATUSES = [401, 503];
/** How long a client waits for anything before it reconnects. */
const SILENCE_SECONDS = 3 * KEEPALIVE_SECONDS;

/** Creates a client that has not connected yet. */
export function createClient(kind: ClientKind, networks: number, random: Random): Client {
  const loud = kind === "slow" || random.chance(0.15);
  return {
    kind,
    scope: {
      app: loud ? LOUD : random.chance(0.1) ? "*" : random.pick(QUIET),
      ...(random.chance(0.2) && { region: random.pick(["dfw", "iad"]) }),
      ...(random.chance(0.2) && { machine: random.pick(["m1", "m2"]) }),
    },
    tail: random.chance(0.6) ? Math.floor(random.between(1, 2_000)) : undefined,
    network: Math.floor(random.between(0, networks)),
    receipts: new Receipts(),
  };
}

/** Follows the client's scope until `signal` is aborted. */
export async function follow(
  client: Client,
  world: World,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const status = await KINDS[client.kind](client, world, random, signal);
    if (signal.aborted) return;
    client.receipts.note(`closed with ${status ?? "no response"}`);
    if (status !== undefined && !EXPECTED_STATUSES.includes(status)) {
      client.receipts.violations.push(`A request was refused with ${status}`);
    }
    if (status !== 401) await pause(random.between(...RETRY_MS));
  }
}

/** Resolves to the status of the response that stopped the `EventSource`. */
async function followAsEventSource(
  client: Client,
  world: World,
  random: Random,
  signal: AbortSignal,
): Promise<number> {
  const { scope, tail, receipts } = client;
  const path = streamPath({ scope, tail, lastId: receipts.lastId });
  const token = await tokenFor(scope, random.between(...TOKEN_SECONDS));
  const url = `${urlOf(client, world)}${path}&token=${token}`;
  const source = new TestEventSource(url, (event) => receipts.take(event));
  const close = () => source.close();
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  const status = await source.closed;
  signal.removeEventListener("abort", close);
  return status;
}

/** Follows the scope as `<natstap-viewer>` does, which resumes and renews its token by itself. */
function followAsViewer(
  { scope, tail, network, receipts }: Client,
  world: World,
  random: Random,
  signal: AbortSignal,
): Promise<undefined> {
  const { region, machine } = scope;
  const ended = Promise.withResolvers<undefined>();
  const connection = new Connection({
    src: `${urlOf({ network }, world)}/logs`,
    ...{ region, machine, tail },
    tokenProvider: () => tokenFor(scope, random.between(...TOKEN_SECONDS)),
    random: () => random.between(0, 1),
    silence: SILENCE_SECONDS * 1_000,
  }, {
    onState: (state) => {
      if (state.state === "live") receipts.takeOpened(state.history);
      if (state.state !== "ended") return;
      receipts.violations.push(`A viewer has ended: ${state.detail}`);
      ended.resolve(undefined);
    },
    onLine: (payload, _past, id) => receipts.takeLine(payload, id),
    onDropped: (count) => receipts.takeDropped(count),
    onGap: (reason) => receipts.takeGap(reason),
    onNats: (nats) => receipts.note(nats),
    onLive: () => receipts.note("live"),
    onOpen: () => receipts.note("open"),
    onLost: () => receipts.violations.push("A viewer cannot continue where its stream ended"),
  });
  signal.addEventListener("abort", () => {
    connection.stop();
    ended.resolve(undefined);
  });
  connection.start();
  return ended.promise;
}

/** Runs `curl` once; resolves to the status of a refusal. */
async function followWithCurl(
  client: Client,
  world: World,
  random: Random,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { scope, tail, receipts } = client;
  const { lastId } = receipts;
  const token = await tokenFor(scope, random.between(...TOKEN_SECONDS));
  const child = new Deno.Command("curl", {
    args: [
      ...["--silent", "--no-buffer", "--fail", "--write-out", "%{stderr}%{http_code}"],
      ...["--speed-limit", "1", "--speed-time", String(SILENCE_SECONDS)],
      ...["--header", `Authorization: Bearer ${token}`],
      ...(lastId === "" ? [] : ["--header", `Last-Event-ID: ${lastId}`]),
      `${urlOf(client, world)}${streamPath({ scope, tail })}`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill);
  if (signal.aborted) kill();
  const stderr = new Response(child.stderr).text();
  const feed = parser((event) => receipts.take(event));
  for await (const bytes of child.stdout) feed(bytes);
  signal.removeEventListener("abort", kill);
  await child.status;
  const status = Number((await stderr).slice(-3));
  return status === 0 || status === 200 ? undefined : status;
}

/**
 * Reads one stream slowly, over a connection with tiny buffers, directly from an instance; resolves to
 * the status of a refusal.
 */
async function followSlowly(
  { scope, tail, receipts }: Client,
  world: World,
  random: Random,
  signal: AbortSignal,
): Promise<number | undefined> {
  const ports = world.instances.flatMap(({ port }) => port ?? []);
  if (ports.length === 0) return undefined;
  const token = await tokenFor(scope, random.between(...TOKEN_SECONDS));
  const { lastId } = receipts;
  const head = [
    `GET ${streamPath({ scope, tail, lastId })} HTTP/1.0`,
    "Host: soak",
    `Authorization: Bearer ${token}`,
  ];
  let socket: KernelSocket;
  try {
    socket = new KernelSocket(random.pick(ports));
  } catch {
    return undefined; // The instance has just been stopped.
  }
  const history = { bytes: random.between(1_000, 8_000), pause: random.between(20, 300) };
  const live = { bytes: random.between(4_000, 16_000), pause: random.between(20, 600) };
  let isLive = tail === undefined && lastId === "";
  const feed = parser((event) => {
    if (event.event === "live") isLive = true;
    receipts.take(event);
  });
  try {
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    let isOpen = false;
    let heardAt = performance.now();
    while (!signal.aborted) {
      const rate = world.settling ? { bytes: 65_536, pause: 10 } : isLive ? live : history;
      const bytes = socket.take(Math.floor(rate.bytes));
      const now = performance.now();
      // A connection that was reset looks like one on which nothing arrives.
      if (bytes === null || now > heardAt + SILENCE_SECONDS * 1_000) return undefined;
      if (bytes.length > 0) {
        heardAt = now;
        if (!isOpen) {
          const status = Number(new TextDecoder().decode(bytes).split(" ")[1]);
          if (status !== 200) return status;
          isOpen = true;
        }
        // The head contains no line that a parser takes for an event.
        feed(bytes);
      }
      await pause(rate.pause);
    }
    return undefined;
  } finally {
    socket.reset();
  }
}

function parser(onEvent: (event: ServerEvent) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  const { feed } = createParser({ onEvent });
  return (bytes) => feed(decoder.decode(bytes, { stream: true }));
}

function urlOf({ network }: Pick<Client, "network">, { networks }: World): string {
  return `http://127.0.0.1:${networks[network]!.port}`;
}
