/**
 * Requests on a bare socket, byte by byte as an attacker writes them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { within } from "../patience.ts";
import { mint, openStream, type Service, type Stack } from "../service.ts";

/** A request that is answered 404, and whose answer is the last of its connection. */
const LAST = "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/** A connection to `service`. */
export function connectTo({ url }: Service): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  return Deno.connect({ hostname, port: Number(port) });
}

/** Writes `text`, a byte a character, for as long as the other end takes it. */
export async function send(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  } catch (error) {
    if (!isCutOff(error)) throw error;
  }
}

/** Reads until `mark` has come, or, without one, to the connection's end, also where that is rude. */
export async function receive(connection: Deno.Conn, mark?: RegExp): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  try {
    while (mark === undefined || !mark.test(text)) {
      const count = await within(connection.read(buffer), `Nothing follows "${text}"`);
      if (count === null) break;
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
  } catch (error) {
    if (!isCutOff(error)) throw error;
  }
  return text;
}

/**
 * Sends `text` and behind it, as a proxy would on the connection that it shares among its clients, a
 * request that is answered 404. Resolves to all answers, that one's too where the connection lives on.
 */
export async function exchange(service: Service, text: string): Promise<string[]> {
  using connection = await connectTo(service);
  const [received] = await Promise.all([receive(connection), send(connection, text + LAST)]);
  return received.split(/(?=HTTP\/1\.[01] \d{3} )/).filter((answer) => answer !== "");
}

/** As {@linkcode exchange}, the answers' status codes alone. */
export async function statuses(service: Service, text: string): Promise<number[]> {
  return (await exchange(service, text)).map((answer) => Number(answer.split(" ")[1]));
}

/** Fails unless `answer` has as many bytes behind its head as its `Content-Length` says. */
export function assertWhole(answer: string): void {
  const [, head = "", body = ""] = /^([^]*?)\r\n\r\n([^]*)$/.exec(answer) ?? [];
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  assertEquals(new TextEncoder().encode(body).length, Number(length), head);
}

/** Whose token {@linkcode attackerToken} is. */
const ATTACKER = "attacker";

/** A token that permits a stream, for requests that must open none. */
export function attackerToken(): Promise<string> {
  return mint({ app: "a", sub: ATTACKER });
}

/** A request with one `Host`, `fields`, and what comes behind its head. */
export function request(line: string, fields: string[] = [], behind = ""): string {
  return [line, "Host: x", ...fields, "", behind].join("\r\n");
}

/** Fails unless `text` gets a 400 at most, and what is behind it no answer. */
export async function assertRefused(service: Service, text: string): Promise<void> {
  // Where the rest is not read, the kernel may take the answer back with it.
  const answers = await statuses(service, text);
  assert(["400", ""].includes(answers.join()), `Answered ${answers} to ${JSON.stringify(text)}`);
}

/**
 * Fails unless `attack()` opens no stream with an {@linkcode attackerToken}, and others are served
 * after it as before.
 */
export async function withNoStream(
  { service, publisher }: Stack,
  attack: () => Promise<void>,
): Promise<void> {
  await attack();
  const sub = crypto.randomUUID();
  await using reader = await openStream(service, { app: "other", sub });
  publisher.publish("logs.other.dfw.m1", "a line");
  assertEquals(await reader.line(), "a line");
  // What was opened before it is in the log before it.
  await service.logged((line) => line.msg === "stream opened" && line.sub === sub);
  assertEquals(service.logs.filter((line) => line.sub === ATTACKER), []);
}

function isCutOff(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
}
