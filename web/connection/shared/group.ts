/**
 * Which viewers of a browser may share one stream.
 *
 * **Security.** The viewers of one user must never get the lines of another one who uses the same site in the same
 * browser, after signing out or in another tab. Three rules make sure of that:
 *
 * 1. A viewer shares lines only after the service itself has accepted the viewer's own token, on a stream of its own,
 *    and has named the NATS subject that it grants. Nothing that a page claims about its token counts.
 * 2. A group has the same service, app and subject, which together determine the lines, and in addition equal claims:
 *    two users do not share even if both may read the same lines. Only claims about the token itself are ignored. The
 *    page cannot read a cookie's claims, and all viewers that send the cookie count as one user.
 * 3. A viewer leaves when its own token expires, and may only return with a new one.
 *
 * Tokens are not sent to other viewers, nor stored; each viewer has its own. The names are hashes, so they tell nothing
 * about the claims. Scripts of the same origin can list the names of locks, so the channel has a name of its own that
 * does not follow from the lock's. Other origins, and the same origin embedded in another site, have other locks and
 * channels: browsers separate them.
 *
 * @module
 */
import type { Ready } from "../stream/stream_request.ts";

/** The names that viewers of one group have in common. */
export interface Group {
  /** The lock that the viewer with the stream holds. */
  readonly lock: string;
  /** The channel on which it passes on its events. */
  readonly channel: string;
}

/** Claims that differ between two tokens for the same access. */
const TOKEN_CLAIMS = ["exp", "iat", "nbf", "jti"];

/**
 * The group of a viewer whose stream is open; `undefined` if the token cannot be read.
 *
 * @throws {TypeError} If the page has no hashes, as over plain HTTP.
 */
export async function groupOf(
  service: URL,
  { app, subject, history }: Ready,
  token: string | undefined,
): Promise<Group | undefined> {
  const claims = token === undefined ? "cookie" : accessClaims(token);
  if (claims === undefined) return undefined;
  // The subject has what these select. Other parameters may select a service behind a proxy.
  const address = new URL(service);
  for (const name of ["app", "region", "machine"]) address.searchParams.delete(name);
  const access = JSON.stringify([address.href, app, subject, history, claims]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(access));
  const name = (from: number) => `natstap-${new Uint8Array(hash, from, 16).join("-")}`;
  return { lock: name(0), channel: name(16) };
}

/** The claims that grant access, in a fixed order; `undefined` if the token is not a JWT. */
function accessClaims(token: string): [string, unknown][] | undefined {
  try {
    const payload = token.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== "object" || claims === null) return undefined;
    return Object.entries(claims).filter(([name]) => !TOKEN_CLAIMS.includes(name)).toSorted();
  } catch {
    return undefined;
  }
}
