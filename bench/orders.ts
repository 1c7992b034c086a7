/**
 * How a process of the benchmark is told what to do: one JSON object a line on its standard input,
 * each answered by one on its standard output.
 *
 * @module
 */
import { readLines } from "../tools/lines.ts";

/** What a process can be asked for: by name, the function that does it. */
export type Orders = Record<string, (order: never) => object | Promise<object>>;

/** Carries out the orders that arrive, one after the other, until standard input ends. */
export async function takeOrders(orders: Orders): Promise<void> {
  for await (const line of readLines(Deno.stdin.readable)) {
    const { name, order } = JSON.parse(line);
    console.log(JSON.stringify({ answer: await orders[name]!(order as never) }));
  }
}
