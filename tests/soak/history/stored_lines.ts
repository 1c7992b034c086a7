/** What the JetStream stream has stored: the truth that every client is compared with. */
import { createInbox, type NatsConnection } from "@nats-io/transport-deno";
import { numberOf } from "../line.ts";
import { pause } from "../run.ts";

const BATCH_LINES = 1_000;
const BATCH_TIMEOUT_MS = 10_000;
/** Number of attempts to read the whole stream: the node that answers may lag behind. */
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

/** Reads a whole stream. Resolves to the number of each line, by its sequence number. */
export async function readStoredLines(nc: NatsConnection, stream: string): Promise<number[]> {
  for (let tries = 1;; tries++) {
    try {
      return await readAll(nc, stream);
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
      await pause(500);
    }
  }
}

async function readAll(nc: NatsConnection, stream: string): Promise<number[]> {
  const { state } = await jetstream(nc, `STREAM.INFO.${stream}`);
  const { name } = await jetstream(nc, `CONSUMER.CREATE.${stream}`, {
    stream_name: stream,
    config: { ack_policy: "none", mem_storage: true, num_replicas: 1, inactive_threshold: 60e9 },
  });
  const numbers: number[] = [];
  let last = 0;
  while (last < state.last_seq) {
    const batch = await readBatch(nc, stream, name);
    if (batch.length === 0) throw new Error(`The stream ends at ${last}, not ${state.last_seq}`);
    for (const { sequence, payload } of batch) {
      numbers[sequence] = numberOf(payload);
      if (sequence !== last + 1) throw new Error(`Line ${sequence} comes after ${last}`);
      last = sequence;
    }
  }
  await jetstream(nc, `CONSUMER.DELETE.${stream}.${name}`);
  return numbers;
}

interface StoredLine {
  readonly sequence: number;
  readonly payload: string;
}

function readBatch(nc: NatsConnection, stream: string, consumer: string): Promise<StoredLine[]> {
  const lines: StoredLine[] = [];
  const inbox = createInbox();
  return new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      clearTimeout(timer);
      subscription.unsubscribe();
      act();
    };
    const late = () => reject(new Error("The stream was not read in time"));
    const timer = setTimeout(() => finish(late), BATCH_TIMEOUT_MS);
    const subscription = nc.subscribe(inbox, {
      callback: (_, message) => {
        // No more lines, or not now.
        if (message.headers !== undefined && message.headers.code >= 400) {
          return finish(() => resolve(lines));
        }
        // "$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>…"
        const sequence = Number(message.reply!.split(".")[5]);
        lines.push({ sequence, payload: message.string() });
        if (lines.length === BATCH_LINES) finish(() => resolve(lines));
      },
    });
    nc.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
      JSON.stringify({ batch: BATCH_LINES, no_wait: true }),
      { reply: inbox },
    );
  });
}
