/** Raw HTTP requests on a plain socket, written byte by byte as an attacker would. */
import { assert, assertEquals } from "@std/assert";
import { within } from "../patience.ts";
import { logsUrl, mint, openStream, type Service, type Stack, subjectOf } from "../service.ts";

/** A request that is answered 404 and closes the connection. */
const LAST = "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/** Opens a connection to `service`. */
export function connectTo({ url }: Service): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  return Deno.connect({ hostname, port: Number(port) });
}

/** Writes `text`, one byte per character, until the other end stops accepting it. */
export async function send(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  } catch (error) {
    if (!isCutOff(error)) throw error;
  }
}

/** Reads until `mark` matches, or else to the end of the connection, even if it is reset. */
export async function receive(connection: Deno.Conn, mark?: RegExp): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  try {
    while (mark === undefined || !mark.test(text)) {
      const count = await within(connection.read(buffer), `Nothing arrived after "${text}"`);
      if (count === null) break;
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
  } catch (error) {
    if (!isCutOff(error)) throw error;
  }
  return text;
}

/**
 * Sends `text` followed by a request that is answered 404, as a proxy would on a connection shared
 * by its clients. Resolves to all responses, including the last one if the connection survives.
 */
export async function exchange(service: Service, text: string): Promise<string[]> {
  using connection = await connectTo(service);
  const [received] = await Promise.all([receive(connection), send(connection, text + LAST)]);
  return received.split(/(?=HTTP\/1\.[01] \d{3} )/).filter((answer) => answer !== "");
}

/** Like {@linkcode exchange}, but resolves to the status codes only. */
export async function statuses(service: Service, text: string): Promise<number[]> {
  return (await exchange(service, text)).map((answer) => Number(answer.split(" ")[1]));
}

/** Fails unless the body of `answer` has the length that its `Content-Length` declares. */
export function assertWhole(answer: string): void {
  const [, head = "", body = ""] = /^([^]*?)\r\n\r\n([^]*)$/.exec(answer) ?? [];
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  assertEquals(new TextEncoder().encode(body).length, Number(length), head);
}

/** The `sub` claim of {@linkcode attackerToken}. */
const ATTACKER = "attacker";

/** A valid token for requests that must not open a stream. */
export function attackerToken(): Promise<string> {
  return mint({ app: "a", sub: ATTACKER });
}

/** A request with a `Host` header and `fields`, followed by `behind`. */
export function request(line: string, fields: string[] = [], behind = ""): string {
  return [line, "Host: x", ...fields, "", behind].join("\r\n");
}

/** A valid request for a stream of `app`. */
export async function streamRequest(
  service: Service,
  app: string,
  options: { version?: "1.0" | "1.1"; fields?: string[]; query?: Record<string, string> } = {},
): Promise<string> {
  const { version = "1.1", fields, query } = options;
  const { pathname, search } = new URL(await logsUrl(service, { app }, query));
  return request(`GET ${pathname}${search} HTTP/${version}`, fields);
}

/** Fails unless a stream opens and delivers a line. */
export async function assertServes({ service, publisher }: Stack): Promise<void> {
  await using reader = await openStream(service, { app: "other" });
  publisher.publish(subjectOf("other"), "a line");
  assertEquals(await reader.line(), "a line");
}

/** Fails unless `text` is answered with 400 or not at all, and what follows it is ignored. */
export async function assertRefused(service: Service, text: string): Promise<void> {
  // If the service does not read the rest, the kernel may discard the response.
  const answers = await statuses(service, text);
  assert(["400", ""].includes(answers.join()), `Answered ${answers} to ${JSON.stringify(text)}`);
}

/**
 * Fails if `attack()` opens a stream with an {@linkcode attackerToken}, or if other clients are no
 * longer served afterwards.
 */
export async function withNoStream(
  { service, publisher }: Stack,
  attack: () => Promise<void>,
): Promise<void> {
  await attack();
  const sub = crypto.randomUUID();
  await using reader = await openStream(service, { app: "other", sub });
  publisher.publish(subjectOf("other"), "a line");
  assertEquals(await reader.line(), "a line");
  // Log lines are in order: a stream opened by the attack would already be in the log.
  await service.logged((line) => line.msg === "stream opened" && line.sub === sub);
  assertEquals(service.logs.filter((line) => line.sub === ATTACKER), []);
}

function isCutOff(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
}
