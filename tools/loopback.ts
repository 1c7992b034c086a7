/**
 * Connections within this machine, on a machine with a proxy.
 *
 * @module
 */

/** The hosts that are this machine. */
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];
/** Some programs read one of these variables, some the other, and some give one precedence. */
const EXCEPTIONS = ["NO_PROXY", "no_proxy"];

/** Those that name a proxy for HTTP. */
const PROXIES = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/**
 * Makes this process, and every process that it starts, reach this machine directly, whatever proxy
 * `HTTP_PROXY`, `HTTPS_PROXY` or `ALL_PROXY` name. Has no effect after the first `fetch()`.
 */
export function bypassProxyForLoopback(): void {
  const hosts = EXCEPTIONS.flatMap((name) => Deno.env.get(name)?.split(",") ?? []);
  const value = [...new Set([...hosts, ...LOOPBACK])].join(",");
  for (const name of EXCEPTIONS) Deno.env.set(name, value);
}

/** Whether programs of this user ask a proxy, unless told otherwise. */
export function hasProxy(): boolean {
  return PROXIES.some((name) => Deno.env.get(name));
}
