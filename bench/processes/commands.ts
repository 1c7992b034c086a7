/**
 * Commands for the benchmark's child processes: one JSON object per line on standard input, each
 * answered by one on standard output.
 *
 * @module
 */
import { readLines } from "../../tools/lines.ts";

/** The commands of a process by name. */
export type Commands = Record<string, (argument: never) => unknown>;

/** Executes commands one after the other until standard input ends. */
export async function executeCommands(commands: Commands): Promise<void> {
  for await (const line of readLines(Deno.stdin.readable)) {
    const { name, argument } = JSON.parse(line);
    const result = await commands[name]!(argument as never) ?? null;
    console.log(JSON.stringify({ result }));
  }
}
