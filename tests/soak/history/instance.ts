/** An instance of the service, and its connections to the nodes of NATS. */
import type { ClusterNode } from "../../support/nats_cluster.ts";
import { type Service, startService } from "../../support/service.ts";
import { TcpBalancer } from "../../support/tcp_balancer.ts";

/** An instance that can be killed and replaced. */
export class Instance implements AsyncDisposable {
  /** One proxy per node of NATS. */
  readonly links: readonly TcpBalancer[];
  /** Descriptions of exits that nothing in the run explains. */
  readonly violations: string[] = [];
  /** Why there was no history at times, according to the service's log. */
  readonly reasons: string[] = [];
  readonly #env: Record<string, string>;
  #service: Service | undefined;

  /** @param env The service's environment, apart from `NATS_URL`. */
  constructor(nodes: readonly ClusterNode[], env: Record<string, string>) {
    this.links = nodes.map(({ port }) => new TcpBalancer(() => [port]));
    const urls = this.links.map(({ port }) => `nats://127.0.0.1:${port}`);
    this.#env = { NATS_URL: urls.join(","), ...env };
  }

  /** The port for clients; `undefined` while the instance is not running. */
  get port(): number | undefined {
    return this.#service && Number(new URL(this.#service.url).port);
  }

  /** The process ID; `undefined` while the instance is not running. */
  get pid(): number | undefined {
    return this.#service?.pid;
  }

  /** The log of the running instance. */
  get logs(): Service["logs"] {
    return this.#service?.logs ?? [];
  }

  /** Starts the instance; resolves once it is listening. */
  async start(): Promise<void> {
    if (this.#service !== undefined) return;
    const service = this.#service = await startService(this.#env);
    service.status.then(({ code, signal }) => {
      for (const { msg, reason } of service.logs) {
        if (msg === "history unavailable") this.reasons.push(String(reason));
      }
      if (this.#service !== service) return;
      this.#service = undefined;
      const how = signal ?? `code ${code}`;
      this.violations.push(`An instance exited with ${how}: ${service.stderr().slice(-2_000)}`);
    });
  }

  /** Stops the instance, if it is running. */
  async stop(signal?: Deno.Signal): Promise<void> {
    const service = this.#service;
    this.#service = undefined;
    await service?.stop(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    for (const link of this.links) link[Symbol.dispose]();
  }
}
