/**
 * Connections to this machine on systems with an HTTP proxy.
 *
 * @module
 */

/** Host names of this machine. */
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];
/** Programs differ in which of these variables they read. */
const EXCEPTIONS = ["NO_PROXY", "no_proxy"];
/** Variables that configure a proxy for `http:` URLs. */
const PROXIES = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/**
 * Lets this process and its children connect to this machine directly, regardless of `HTTP_PROXY`,
 * `HTTPS_PROXY` and `ALL_PROXY`. Has no effect on this process after its first `fetch()`.
 */
export function bypassProxyForLoopback(): void {
  const hosts = EXCEPTIONS.flatMap((name) => Deno.env.get(name)?.split(",") ?? []);
  const value = [...new Set([...hosts, ...LOOPBACK])].join(",");
  for (const name of EXCEPTIONS) Deno.env.set(name, value);
}

/** Whether the environment configures an HTTP proxy. */
export function hasProxy(): boolean {
  return PROXIES.some((name) => Deno.env.get(name));
}
