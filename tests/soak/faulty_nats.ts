/** The nats-server of a run, and the faults that can be injected into it. */
import { type NatsConnection, type NatsServer, startNatsServer } from "../../tools/nats_server.ts";
import { suspend } from "../support/suspend.ts";

/** The service's NATS user. */
export const SERVICE_USER = { user: "natstap", password: "the service's password" };
/** The publisher's NATS user, which no fault affects. */
export const PUBLISHER_USER = { user: "publisher", password: "the publisher's password" };

/** Deviations from the correct configuration. */
interface Setup {
  password?: string;
  /** A subject that the service may not subscribe to. */
  deny?: string;
}

/** A nats-server that can be killed and restarted on the same port. */
export class FaultyNats implements AsyncDisposable {
  #nats: NatsServer;
  readonly #writeDeadline: string;

  private constructor(nats: NatsServer, writeDeadline: string) {
    this.#nats = nats;
    this.#writeDeadline = writeDeadline;
  }

  /**
   * Starts nats-server.
   *
   * @param writeDeadline How long a client may be unable to receive before it is dropped.
   */
  static async start(writeDeadline: string): Promise<FaultyNats> {
    // Not an ephemeral port: a client could take it while the server is down.
    for (;;) {
      const port = Math.floor(15_000 + 15_000 * Math.random());
      try {
        return new FaultyNats(
          await startNatsServer({ port, config: configText(writeDeadline) }),
          writeDeadline,
        );
      } catch (error) {
        if (!String(error).includes("in use")) throw error;
      }
    }
  }

  /** The port for clients. */
  get port(): number {
    return this.#nats.port;
  }

  /** Kills the server and restarts it after `away` milliseconds. */
  async crash(away: number): Promise<void> {
    const { port } = this.#nats;
    await this.#nats.stop("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, away));
    this.#nats = await startNatsServer({ port, config: configText(this.#writeDeadline) });
  }

  /** Suspends the server for `time` milliseconds. */
  async hang(time: number): Promise<void> {
    await hang(this.#nats.pid, time);
  }

  /** Changes the configuration for `time` milliseconds. */
  async misconfigure(setup: Setup, time: number): Promise<void> {
    await this.#nats.reload(configText(this.#writeDeadline, setup));
    await new Promise((resolve) => setTimeout(resolve, time));
    await this.#nats.reload(configText(this.#writeDeadline));
  }

  /** The service's connections. */
  async connections(): Promise<NatsConnection[]> {
    return (await this.#nats.connections()).filter(({ name }) => name === "natstap");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#nats.stop();
  }
}

/** Suspends a process for `time` milliseconds. */
export async function hang(pid: number, time: number): Promise<void> {
  await suspend(pid);
  await new Promise((resolve) => setTimeout(resolve, time));
  Deno.kill(pid, "SIGCONT");
}

function configText(writeDeadline: string, setup: Setup = {}): string {
  const { password = SERVICE_USER.password, deny = "none" } = setup;
  const { user } = SERVICE_USER;
  const permissions = `{ publish: { deny: ">" }, subscribe: { allow: "logs.>", deny: "${deny}" } }`;
  return `write_deadline: "${writeDeadline}"
authorization { users = [
  { user: "${user}", password: "${password}", permissions: ${permissions} }
  { user: "${PUBLISHER_USER.user}", password: "${PUBLISHER_USER.password}" }
] }`;
}
