/** What the JetStream stream has stored: the truth that every client is compared with. */
import type { NatsConnection } from "@nats-io/transport-deno";
import { numberOf } from "../../line.ts";
import { pause } from "../../run.ts";

/** Maximum number of requests at a time. */
const MAX_REQUESTS = 100;
/** Number of attempts to read a line. */
const MAX_TRIES = 20;

/** A request to JetStream. Resolves to its answer. */
// deno-lint-ignore no-explicit-any -- callers know the parts of the answer that they read
export async function jetstream(nc: NatsConnection, subject: string, body?: unknown): Promise<any> {
  const payload = body === undefined ? "" : JSON.stringify(body);
  const reply = await nc.request(`$JS.API.${subject}`, payload, { timeout: 5_000 });
  const answer = reply.json<{ error?: { description: string } }>();
  if (answer.error !== undefined) throw new Error(`${subject}: ${answer.error.description}`);
  return answer;
}

/**
 * Reads a whole stream from one node's replica. Resolves to the number of each line, by its sequence
 * number.
 *
 * @param nc A connection to that node, which itself answers direct requests.
 */
export async function readReplica(nc: NatsConnection, stream: string): Promise<number[]> {
  const { state } = await jetstream(nc, `STREAM.INFO.${stream}`);
  const numbers: number[] = [];
  let next: number = state.first_seq;
  const read = async () => {
    while (next <= state.last_seq) {
      const sequence = next++;
      numbers[sequence] = await readLine(nc, stream, sequence);
    }
  };
  await Promise.all(Array.from({ length: MAX_REQUESTS }, read));
  return numbers;
}

async function readLine(nc: NatsConnection, stream: string, sequence: number): Promise<number> {
  for (let tries = 1;; tries++) {
    try {
      const reply = await nc.request(
        `$JS.API.DIRECT.GET.${stream}`,
        JSON.stringify({ seq: sequence }),
        { timeout: 5_000 },
      );
      if (!reply.headers?.hasError) return numberOf(reply.string());
      throw new Error(`Line ${sequence} is missing: ${reply.headers.description}`);
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
      await pause(500);
    }
  }
}
