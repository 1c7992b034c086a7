/**
 * Connects with tokens signed by another key, each on a new connection.
 *
 * @module
 */
import { SignJWT } from "jose";
import { executeCommands } from "../processes/commands.ts";

/** A series of connects. */
export interface Attack {
  port: number;
  /** Connects per second. */
  rate: number;
  seconds: number;
}

/** The commands of this process. */
export const commands = { attack };

const token = await new SignJWT({ app: "app-000" })
  .setProtectedHeader({ alg: "HS256" })
  .setExpirationTime("30m")
  .sign(crypto.getRandomValues(new Uint8Array(32)));
const request = new TextEncoder().encode(
  `GET /logs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
);

await executeCommands(commands);

/** Connects at the given rate; resolves to the number of connects once all have been refused. */
async function attack({ port, rate, seconds }: Attack): Promise<{ refused: number }> {
  const attempts: Promise<void>[] = [];
  const start = performance.now();
  for (let passed = 0; passed < seconds; passed = (performance.now() - start) / 1000) {
    while (attempts.length < passed * rate) attempts.push(attempt(port));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(attempts);
  return { refused: attempts.length };
}

async function attempt(port: number): Promise<void> {
  using connection = await Deno.connect({ port });
  await connection.write(request);
  const response = await new Response(connection.readable).text();
  if (!response.startsWith("HTTP/1.1 401")) {
    throw new Error(`Expected a forged token to be refused: ${response}`);
  }
}
