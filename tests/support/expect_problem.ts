/** Checks that hold for every error response, whatever its code. */
import { STATUS_CODES } from "node:http";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { SECRET, type Service } from "./service.ts";

/** The body of an error response. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  /** Members listed in the `more` argument of {@linkcode assertProblem}. */
  [member: string]: unknown;
}

/**
 * Fails unless `response` is problem details (RFC 9457) with this status and code, has the headers
 * that belong to them, and contains no token, secret or stack trace. Consumes the body.
 *
 * @param more Names of additional members.
 */
export async function assertProblem(
  response: Response,
  status: number,
  code: string,
  more: readonly string[] = [],
): Promise<ProblemBody> {
  // Checked before the body is read, which might be an endless stream.
  const isProblem = response.headers.get("Content-Type") === "application/problem+json";
  if (!isProblem) await response.body?.cancel();
  assert(isProblem, `Expected ${status} ${code}, not a ${response.status}`);
  const text = await response.text();
  assertEquals(response.status, status, text);
  const body: ProblemBody = JSON.parse(text);
  const { type, title, detail } = body;
  const members = ["type", "title", "status", "detail", "code", ...more];
  assertEquals(Object.keys(body), members, `Members of ${text}`);
  assertEquals([body.status, body.code], [status, code]);
  assertEquals([type, title], ["about:blank", STATUS_CODES[status]]);
  assertMatch(detail, /^[A-Z][^\n]{10,}\.$/, `Expected a sentence with advice in ${text}`);
  assertHeaders(response);
  assertNoSecretIn(response, text);
  return body;
}

/** Fails unless `GET /readyz` answers 503 with `code`; resolves to its detail and checks. */
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

function assertNoSecretIn({ url, headers }: Response, text: string): void {
  const all = [text, ...headers].join("\n");
  const token = new URL(url).searchParams.get("token");
  for (const secret of [SECRET, ...token ? [token, ...token.split(".")] : []]) {
    assert(secret === "" || !all.includes(secret), `Found a secret in ${all}`);
  }
  assert(!/\bat .*:\d+|file:\/\/|node_modules/.test(all), `Found a stack trace in ${all}`);
}
