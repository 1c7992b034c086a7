/**
 * What every error of the service looks like, whatever its code.
 *
 * @module
 */
import { STATUS_CODES } from "node:http";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { SECRET, type Service } from "./service.ts";

/** An error as a client reads it. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  /** Members that {@linkcode assertProblem} was told of (section 3.2). */
  [member: string]: unknown;
}

/**
 * Fails unless `response` is problem details (RFC 9457) with this status and code, with the headers
 * that go with them, and with no token, secret or stack. Takes the body.
 *
 * @param more The names of further members.
 */
export async function assertProblem(
  response: Response,
  status: number,
  code: string,
  more: readonly string[] = [],
): Promise<ProblemBody> {
  // Looked at before the body, which might be an endless stream.
  const isProblem = response.headers.get("Content-Type") === "application/problem+json";
  if (!isProblem) await response.body?.cancel();
  assert(isProblem, `Expected ${status} ${code}, not a ${response.status}`);
  const text = await response.text();
  assertEquals(response.status, status, text);
  const body: ProblemBody = JSON.parse(text);
  const { type, title, detail } = body;
  const members = ["type", "title", "status", "detail", "code", ...more];
  assertEquals(Object.keys(body), members, `The members of ${text}`);
  assertEquals([body.status, body.code], [status, code]);
  assertEquals([type, title], ["about:blank", STATUS_CODES[status]]);
  assertMatch(detail, /^[A-Z][^\n]{10,}\.$/, `A sentence that says what to do, in ${text}`);
  assertHeaders(response);
  assertTellsNoSecret(response, text);
  return body;
}

/** Fails unless `GET /readyz` answers 503 with `code`; resolves to its sentence, and its parts. */
export async function assertNotReady(
  { url }: Service,
  code: string,
): Promise<{ detail: string; parts: Record<string, unknown> }> {
  const members = ["ready", "nats", "keys", "capacity"];
  const response = await fetch(`${url}/readyz`);
  const { detail, ...body } = await assertProblem(response, 503, code, members);
  return { detail, parts: Object.fromEntries(members.map((member) => [member, body[member]])) };
}

function assertHeaders({ status, headers }: Response): void {
  assertEquals(headers.get("Cache-Control"), "no-store");
  const challenge = headers.get("WWW-Authenticate");
  if (status === 401) assertMatch(challenge!, /^Bearer realm="natstap"/);
  else assertEquals(challenge, null);
  const retryAfter = headers.get("Retry-After");
  if (status === 429 || status === 503) assertMatch(retryAfter!, /^[1-9]\d*$/);
  else assertEquals(retryAfter, null);
}

function assertTellsNoSecret({ url, headers }: Response, text: string): void {
  const all = [text, ...headers].join("\n");
  const token = new URL(url).searchParams.get("token");
  for (const secret of [SECRET, ...token ? [token, ...token.split(".")] : []]) {
    assert(secret === "" || !all.includes(secret), `A secret is in ${all}`);
  }
  assert(!/\bat .*:\d+|file:\/\/|node_modules/.test(all), `A stack is in ${all}`);
}
