/** A cluster of three real nats-servers, one of which is killed while a stream is open. */
import { connect } from "@nats-io/transport-deno";
import { assert, assertEquals } from "@std/assert";
import { type NatsServer, startNatsServer } from "../../../tools/nats_server.ts";
import {
  CONNECTED,
  DISCONNECTED,
  read,
  type Reader,
  take,
} from "../../support/clients/sse_reader.ts";
import { logsUrl, type Service, startConnected, subjectOf } from "../../support/service.ts";
import { assertEventually } from "../../support/patience.ts";

const LINES = 100;
/** Maximum time in which the service must connect to another node. */
const MOVE_MS = 2_000;
const SUBJECT = subjectOf("panini-786", "dfw", "d896d7c6");

interface Cluster extends AsyncDisposable {
  readonly nodes: readonly NatsServer[];
}

/** Starts three nodes and resolves once each is connected to both others. */
async function startCluster(): Promise<Cluster> {
  await using started = new AsyncDisposableStack();
  const start = async (routes: string) => {
    const config = `cluster { name: "logs", listen: "127.0.0.1:-1", routes: [${routes}] }`;
    return started.use(await startNatsServer({ config }));
  };
  const first = await start("");
  const { cluster } = await monitor(first, "varz");
  const route = `"nats://127.0.0.1:${cluster.cluster_port}"`;
  const nodes = [first, await start(route), await start(route)];
  for (const node of nodes) {
    await assertEventually(async () => {
      const { routes } = await monitor(node, "routez");
      return new Set(routes.map((route: { remote_id: string }) => route.remote_id)).size;
    }, 2);
  }
  const all = started.move();
  return { nodes, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

// deno-lint-ignore no-explicit-any -- callers know the parts of the response that they read
async function monitor({ monitorUrl }: NatsServer, endpoint: string): Promise<any> {
  return await (await fetch(`${monitorUrl}/${endpoint}`)).json();
}

/** The node that the service connected to last. */
function connectedNode({ nodes }: Cluster, { logs }: Service): NatsServer {
  const { server } = logs.findLast(({ msg }) => msg === "NATS connected")!;
  return nodes.find(({ port }) => server === `127.0.0.1:${port}`)!;
}

/** Publishes lines on `node` and fails unless each arrives once, in order. */
async function assertArrives(reader: Reader, node: NatsServer, name: string): Promise<void> {
  // Subscriptions take a moment to propagate between nodes.
  await assertEventually(async () => {
    const { routes } = await monitor(node, "routez?subs=1");
    return routes.some((route: { subscriptions_list?: string[] }) =>
      route.subscriptions_list?.includes(subjectOf("panini-786", ">"))
    );
  }, true);
  const lines = Array.from({ length: LINES }, (_, index) => `${name} ${index}`);
  const publisher = await connect({ servers: node.url, ignoreClusterUpdates: true });
  for (const line of lines) publisher.publish(SUBJECT, line);
  await publisher.drain();
  const arrived = [];
  while (arrived.length < LINES) arrived.push((await take(reader))[1]);
  assertEquals(arrived, lines);
}

const FLY = { ORG: "panini-org", ACCESS_TOKEN: "any" };
const WAYS: [name: string, env: Record<string, string>, seeds: number][] = [
  ["announced by the cluster", {}, 1],
  ["listed in NATS_URL, on Fly", FLY, 3],
];
for (const [name, env, seeds] of WAYS) {
  Deno.test(`A stream survives its nats-server: within 2 s the service connects to a node ${name}`, async () => {
    await using cluster = await startCluster();
    const { nodes } = cluster;
    const servers = nodes.slice(0, seeds).map(({ url }) => url).join(",");
    await using service = await startConnected({ NATS_URL: servers, ...env });
    await using reader = await read(await logsUrl(service, { app: "panini-786" }));
    await reader.control("ready");

    const killed = connectedNode(cluster, service);
    const survivors = nodes.filter((node) => node !== killed);
    await assertArrives(reader, survivors[0]!, "before");

    const killedAt = Date.now();
    await killed.stop("SIGKILL");
    assertEquals(await take(reader), DISCONNECTED);
    assertEquals(await take(reader), CONNECTED);
    const { time } = await service.logged(({ msg, time }) =>
      msg === "NATS connected" && Date.parse(time) >= killedAt
    );
    const moved = Date.parse(time) - killedAt;
    console.log(`Connected to another node ${moved} ms after its own was killed`);
    assert(moved <= MOVE_MS, `It took ${moved} ms`);
    const now = connectedNode(cluster, service);
    assert(survivors.includes(now));
    await assertArrives(reader, survivors.find((node) => node !== now)!, "after");

    const ready = await fetch(`${service.url}/readyz`);
    assertEquals([ready.status, (await ready.json()).nats], [200, "ok"]);
    const opened = service.logs.filter(({ msg }) => msg.startsWith("stream "));
    assertEquals(opened.map(({ msg }) => msg), ["stream opened"], "It is still the same stream");
  });
}
