/**
 * Connects with tokens that another key has signed, so many a second, each on a connection of its own.
 *
 * @module
 */
import { SignJWT } from "jose";
import { takeOrders } from "./orders.ts";

/** How often to be refused. */
export interface Attack {
  port: number;
  /** Connects a second. */
  rate: number;
  seconds: number;
}

/** What the forger can be asked for. */
export const orders = { attack };

const token = await new SignJWT({ app: "app-000" })
  .setProtectedHeader({ alg: "HS256" })
  .setExpirationTime("30m")
  .sign(crypto.getRandomValues(new Uint8Array(32)));
const request = new TextEncoder().encode(
  `GET /logs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
);

await takeOrders(orders);

/** Connects at that pace, and resolves once all are refused, to how many were. */
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
  const answer = await new Response(connection.readable).text();
  if (!answer.startsWith("HTTP/1.1 401")) throw new Error(`A forged token: ${answer}`);
}
