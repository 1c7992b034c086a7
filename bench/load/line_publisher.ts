/**
 * Publishes log lines to NATS. It writes preassembled protocol messages to a TCP socket, to take as
 * little CPU time as possible from the server under test.
 *
 * @module
 */
import { linesDue, type Publication } from "./due_lines.ts";
import { appName, digits, Line, micros, PAYLOAD_BYTES } from "./sample_line.ts";
import { executeCommands } from "../processes/commands.ts";

const LINES_PER_WRITE = 500;

/** The commands of this process. */
export const commands = { publish };

const connection = await Deno.connect({ port: Number(Deno.env.get("NATS_PORT")) });
connection.setNoDelay(); // Otherwise a line may wait 40 ms for the ACK of the previous one.
const nats = connection.writable.getWriter();
await nats.write(new TextEncoder().encode('CONNECT {"verbose":false,"pedantic":false}\r\n'));
answerPings();

const lines = Array.from({ length: 100 }, (_, index) => {
  const app = appName(index);
  return new Line(app, `PUB logs.${app}.dfw.d896d7c609dd68 ${PAYLOAD_BYTES}\r\n`, "\r\n");
});

await executeCommands(commands);

/** Publishes lines and resolves once the last has been written to the socket. */
async function publish(publication: Publication): Promise<void> {
  let turn = 0;
  for await (const count of linesDue(publication, LINES_PER_WRITE)) {
    const time = digits(micros());
    const batch = new Uint8Array(count * lines[0]!.bytes.length);
    for (let end = 0; end < batch.length; turn = (turn + 1) % publication.apps) {
      const line = lines[turn]!;
      line.next(time);
      batch.set(line.bytes, end);
      end += line.bytes.length;
    }
    await nats.write(batch);
  }
}

/** Answers PINGs, because NATS disconnects clients that do not. */
async function answerPings(): Promise<void> {
  for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
    if (text.includes("-ERR")) throw new Error(`NATS reported ${text.trim()}`);
    if (text.includes("PING")) await nats.write(new TextEncoder().encode("PONG\r\n"));
  }
}
