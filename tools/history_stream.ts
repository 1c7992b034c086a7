/**
 * The JetStream stream that the demo, the tests and the benchmark read history from.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-deno";

/** The name of the stream: the value of `HISTORY_STREAM`. */
export const STREAM = "logs";

/**
 * Creates the stream {@linkcode STREAM}, which stores and republishes everything below `logs.`.
 *
 * @throws {Error} If the server refuses; the message contains its reason.
 */
export async function createHistoryStream(connection: NatsConnection): Promise<void> {
  const reply = await connection.request(
    `$JS.API.STREAM.CREATE.${STREAM}`,
    JSON.stringify({
      name: STREAM,
      subjects: ["logs.>"],
      storage: "file",
      max_bytes: 1_073_741_824,
      republish: { src: ">", dest: "natstap.>" },
      allow_direct: true,
    }),
  );
  const { error } = reply.json<{ error?: { description: string } }>();
  if (error !== undefined) throw new Error(`Cannot create the stream: ${error.description}`);
}
