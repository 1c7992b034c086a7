/**
 * The nats-server of a run, and what may happen to it.
 *
 * @module
 */
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";

/** How the service signs in. */
export const SERVICE_USER = { user: "natstap", password: "the service's password" };
/** How the publisher does, whom no fault concerns. */
export const PUBLISHER_USER = { user: "publisher", password: "the publisher's password" };

/** What is set up otherwise than it should be. */
interface Setup {
  password?: string;
  /** Subjects that the service may not subscribe to. */
  deny?: string;
}

/** A nats-server that can be killed, and started again where it was. */
export class Bus implements AsyncDisposable {
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
  static async start(writeDeadline: string): Promise<Bus> {
    // Not of the ports that the system gives to clients: one of them may have it before it is back.
    for (;;) {
      const port = Math.floor(15_000 + 15_000 * Math.random());
      try {
        return new Bus(
          await startNatsServer({ port, config: configText(writeDeadline) }),
          writeDeadline,
        );
      } catch (error) {
        if (!String(error).includes("in use")) throw error;
      }
    }
  }

  /** Where clients connect. */
  get port(): number {
    return this.#nats.port;
  }

  /** Ends it without a word, and starts it again after so long. Milliseconds. */
  async crash(away: number): Promise<void> {
    const { port } = this.#nats;
    await this.#nats.stop("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, away));
    this.#nats = await startNatsServer({ port, config: configText(this.#writeDeadline) });
  }

  /** Has it do nothing for so long. Milliseconds. */
  async hang(time: number): Promise<void> {
    await hang(this.#nats.pid, time);
  }

  /** Sets it up otherwise for so long. Milliseconds. */
  async misconfigure(setup: Setup, time: number): Promise<void> {
    await this.#nats.reload(configText(this.#writeDeadline, setup));
    await new Promise((resolve) => setTimeout(resolve, time));
    await this.#nats.reload(configText(this.#writeDeadline));
  }

  /** How many subscriptions the service has. */
  async subscriptions(): Promise<number> {
    const connections = await this.#nats.connections();
    const natstap = connections.filter(({ name }) => name === "natstap");
    return natstap.reduce((sum, { subscriptions }) => sum + subscriptions, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#nats.stop();
  }
}

/** Stops a process, and lets it go on after so long. Milliseconds. */
export async function hang(pid: number, time: number): Promise<void> {
  Deno.kill(pid, "SIGSTOP");
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
