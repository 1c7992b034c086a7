/**
 * A child process of the benchmark that executes commands.
 *
 * @module
 */
import { readLines } from "../../tools/lines.ts";
import { sendSignal } from "../../tools/signal.ts";
import type { Commands } from "./commands.ts";

type Argument<Command> = Command extends (argument: infer Value) => unknown ? Value : never;
type Result<Command> = Command extends (argument: never) => infer Value ? Awaited<Value> : never;

/** A child process that executes `Available` commands; killed when disposed. */
export class Child<Available extends Commands> implements AsyncDisposable {
  /** The process ID. */
  readonly pid: number;
  /** Resolves to the port it listens on; rejects if it exits first. */
  readonly port: Promise<number>;
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #listening = Promise.withResolvers<number>();
  #result = Promise.withResolvers<unknown>();

  constructor(program: string[], env: Record<string, string> = {}) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", ...program],
      cwd: new URL("../..", import.meta.url),
      env,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.pid = this.#process.pid;
    globalThis.addEventListener("unload", this.#kill);
    this.#stdin = this.#process.stdin.getWriter();
    this.port = this.#listening.promise;
    this.port.catch(() => {});
    this.#readStdout(program.at(-1)!);
  }

  /** Executes a command in the process and resolves to its result. One command at a time. */
  async call<Name extends keyof Available & string>(
    name: Name,
    argument: Argument<Available[Name]>,
  ): Promise<Result<Available[Name]>> {
    const { promise } = this.#result; // The result may arrive before the write resolves.
    await this.#stdin.write(new TextEncoder().encode(JSON.stringify({ name, argument }) + "\n"));
    return await promise as Result<Available[Name]>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    globalThis.removeEventListener("unload", this.#kill);
    this.#kill();
    await this.#process.status;
  }

  readonly #kill = (): void => sendSignal(this.#process, "SIGKILL");

  /** Reads all output, so that the pipe never fills up. */
  async #readStdout(program: string): Promise<void> {
    for await (const line of readLines(this.#process.stdout)) {
      const output = line.startsWith("{") ? JSON.parse(line) : {};
      if (output.msg === "listening") this.#listening.resolve(output.port);
      if (output.result === undefined) continue;
      this.#result.resolve(output.result);
      this.#result = Promise.withResolvers();
    }
    const exited = new Error(`${program} exited`);
    this.#listening.reject(exited);
    this.#result.promise.catch(() => {});
    this.#result.reject(exited);
  }
}
