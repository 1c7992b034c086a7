/** A cluster of nats-servers with JetStream, whose nodes can be killed and restarted. */
import { freePort } from "../../tools/free_port.ts";
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";
import { assertEventually } from "./patience.ts";

/** A node; its stored data survives a restart. */
export class ClusterNode {
  /** The port for clients. */
  readonly port: number;
  readonly #config: string;
  #server: NatsServer | undefined;

  /** @param config Its configuration, apart from the port. */
  constructor(port: number, config: string) {
    this.port = port;
    this.#config = config;
  }

  /** The process ID; `undefined` if the node is not running. */
  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** Starts the node. */
  async start(): Promise<void> {
    this.#server ??= await startNatsServer({ port: this.port, config: this.#config });
  }

  /** Stops the node. */
  async stop(signal?: Deno.Signal): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.stop(signal);
  }

  /** Resolves to whether the node runs and its streams have caught up with the other nodes'. */
  async isHealthy(): Promise<boolean> {
    if (this.#server === undefined) return false;
    const response = await fetch(`${this.#server.monitorUrl}/healthz`).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok ?? false;
  }
}

/** A running cluster. */
export interface NatsCluster extends AsyncDisposable {
  readonly nodes: readonly ClusterNode[];
}

/**
 * Starts a cluster and resolves once JetStream is available on every node. Nodes do not announce each
 * other to clients, so that a proxy in front of a node cannot be bypassed.
 */
export async function startNatsCluster(size = 3): Promise<NatsCluster> {
  const folder = await Deno.makeTempDir({ prefix: "natstap-cluster-" });
  const ports = Array.from({ length: size }, () => ({ client: freePort(), route: freePort() }));
  const routes = ports.map(({ route }) => `"nats://127.0.0.1:${route}"`).join(", ");
  const nodes = ports.map(({ client, route }, index) =>
    new ClusterNode(
      client,
      `server_name: "node-${index}"
jetstream { store_dir: "${folder}/${index}" }
cluster { name: "soak", listen: "127.0.0.1:${route}", routes: [${routes}], no_advertise: true }`,
    )
  );
  const dispose = async () => {
    await Promise.all(nodes.map((node) => node.stop("SIGKILL")));
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
    for (const node of nodes) await assertEventually(() => node.isHealthy(), true);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { nodes, [Symbol.asyncDispose]: dispose };
}
