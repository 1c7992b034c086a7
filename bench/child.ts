/**
 * A process that the benchmark starts, gives orders to, and ends.
 *
 * @module
 */
import { readLines } from "../tools/lines.ts";
import type { Orders } from "./orders.ts";

type Given<Order> = Order extends (order: infer Given) => unknown ? Given : never;
type Answered<Order> = Order extends (order: never) => infer Answer ? Awaited<Answer> : never;

/** A process of its own, which takes `Ordered`. */
export class Child<Ordered extends Orders> implements AsyncDisposable {
  /** The port it listens on, once it says so; rejects if it ends before. */
  readonly port: Promise<number>;
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #listening = Promise.withResolvers<number>();
  #answer = Promise.withResolvers<object>();

  constructor(program: string[], env: Record<string, string> = {}) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", ...program],
      cwd: new URL("..", import.meta.url),
      env,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    globalThis.addEventListener("unload", this.#kill);
    this.#orders = this.#process.stdin.getWriter();
    this.port = this.#listening.promise;
    this.port.catch(() => {});
    this.#listen(program.at(-1)!);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Has the process do one thing, and resolves with its answer. One order at a time. */
  async ask<Name extends keyof Ordered & string>(
    name: Name,
    order: Given<Ordered[Name]>,
  ): Promise<Answered<Ordered[Name]>> {
    const { promise } = this.#answer; // It may be there before the write is known to be done.
    await this.#orders.write(new TextEncoder().encode(JSON.stringify({ name, order }) + "\n"));
    return await promise as Answered<Ordered[Name]>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    globalThis.removeEventListener("unload", this.#kill);
    this.#kill();
    await this.#process.status;
  }

  readonly #kill = (): void => {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // Thrown where the process has ended already.
    }
  };

  /** Reads everything that the process says, so that its log never fills the pipe. */
  async #listen(program: string): Promise<void> {
    for await (const line of readLines(this.#process.stdout)) {
      const said = line.startsWith("{") ? JSON.parse(line) : {};
      if (said.msg === "listening") this.#listening.resolve(said.port);
      if (said.answer !== undefined) this.#resolve(said.answer);
    }
    const ended = new Error(`${program} ended`);
    this.#listening.reject(ended);
    this.#answer.promise.catch(() => {});
    this.#answer.reject(ended);
  }

  #resolve(answer: object): void {
    this.#answer.resolve(answer);
    this.#answer = Promise.withResolvers();
  }
}
