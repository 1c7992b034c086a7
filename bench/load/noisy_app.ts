/**
 * An app that logs very long lines, and its readers, which only count bytes.
 *
 * @module
 */
import { SignJWT } from "jose";
import { executeCommands } from "../processes/commands.ts";

/** Size of a line: slightly less than the default `max_payload` of nats-server. */
const LINE_BYTES = 1_000_000;
const BUFFER_BYTES = 1_048_576;

/** Streams to open. */
export interface Opening {
  /** Port of the server. */
  port: number;
  readers: number;
  format: string;
}

/** The commands of this process. */
export const commands = { open, log };

const secret = new TextEncoder().encode(Deno.env.get("JWT_SECRET"));
const nats = await Deno.connect({ port: Number(Deno.env.get("NATS_PORT")) });
await nats.write(new TextEncoder().encode('CONNECT {"verbose":false,"pedantic":false}\r\n'));
let bytes = 0;
discard(nats);

await executeCommands(commands);

/** Opens streams and keeps reading them. */
async function open({ port, readers, format }: Opening): Promise<void> {
  const token = await new SignJWT({ app: "noise" })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("30m")
    .sign(secret);
  const request = `GET /logs?format=${format} HTTP/1.1\r\nHost: localhost\r\n` +
    `Authorization: Bearer ${token}\r\n\r\n`;
  for (let i = 0; i < readers; i++) {
    const connection = await Deno.connect({ port });
    await connection.write(new TextEncoder().encode(request));
    discard(connection);
  }
}

/** Logs a line per second; resolves to the number of bytes that the readers received. */
async function log(seconds: number): Promise<{ bytes: number }> {
  bytes = 0;
  for (let i = 0; i < seconds; i++) {
    const payload = `${i} `.padEnd(LINE_BYTES, "noise ");
    await write(new TextEncoder().encode(`PUB logs.noise.dfw.m1 ${LINE_BYTES}\r\n${payload}\r\n`));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return { bytes };
}

async function write(message: Uint8Array): Promise<void> {
  for (let at = 0; at < message.length;) at += await nats.write(message.subarray(at));
}

async function discard(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (let count: number | null = 0; count !== null; count = await connection.read(buffer)) {
    bytes += count;
  }
}
