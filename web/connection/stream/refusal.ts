/**
 * Responses that are not a stream, and why.
 *
 * @module
 */

/** A response that is not a stream. Times in milliseconds. */
export interface Refusal {
  readonly kind: "refused";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfter: number | undefined;
  /** The apps that the token permits, if the request has to name one. */
  readonly apps?: readonly string[];
}

/** The refusal of a token that does not fit in a header: fetch() would fail as if there were no network. */
export const MALFORMED: Refusal = {
  kind: "refused",
  status: 401,
  code: "token_malformed",
  detail: "The token contains characters that are not allowed in a JWT.",
  retryAfter: undefined,
};

/** Reads why a response is not a stream. */
export async function readRefusal(response: Response): Promise<Refusal> {
  const { status, headers } = response;
  const problem = await readProblem(response);
  return {
    kind: "refused",
    status,
    code: String(problem.code ?? ""),
    detail: String(problem.detail ?? `The response was ${status}, not a log stream.`),
    retryAfter: retryAfter(headers.get("Retry-After")),
    ...(Array.isArray(problem.apps) && { apps: problem.apps.map(String) }),
  };
}

/** The problem details, or `{}` if the response is not the service's own, such as a proxy's. */
async function readProblem(response: Response): Promise<Record<string, unknown>> {
  if (/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) {
    return Object(await response.json().catch(() => undefined));
  }
  await response.body?.cancel();
  return {};
}

/** Parses seconds or a date (RFC 9110, section 10.2.3) into milliseconds. */
function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const time = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(time) ? undefined : Math.max(0, time);
}
