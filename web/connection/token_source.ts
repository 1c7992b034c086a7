/**
 * Supplies the connection's token.
 *
 * @module
 */
import { wait } from "./wait.ts";

/** Maximum time for a provider to respond. */
const PROVIDER_TIMEOUT_MS = 30_000;
/** Minimum time between two calls of the provider, whatever their results. */
const MIN_INTERVAL_MS = 1000;

/** Resolves to a token. */
export type TokenProvider = () => Promise<string>;

/** Holds the current token, and requests another from the host page's provider. */
export class TokenSource {
  readonly #provider: () => TokenProvider | undefined;
  #token: string | undefined;
  #isFresh = false;
  #requestedAt = -Infinity;
  /** A call of the provider that has not been answered. */
  #pending: Promise<string> | undefined;

  /**
   * @param token The first token.
   * @param provider Returns the current provider, if there is one.
   */
  constructor(token: string | undefined, provider: () => TokenProvider | undefined) {
    this.#token = token?.trim() || undefined;
    this.#provider = provider;
  }

  /** Whether there may be another token. */
  get canRenew(): boolean {
    return this.#provider() !== undefined;
  }

  /** Whether the token came from the provider and has not opened a stream yet. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** Time until the provider may be called again, in milliseconds. */
  get retryTime(): number {
    return Math.max(0, this.#requestedAt + MIN_INTERVAL_MS - performance.now());
  }

  /** The token has opened a stream. */
  accept(): void {
    this.#isFresh = false;
  }

  /** The token is no longer accepted. */
  discard(): void {
    this.#token = undefined;
  }

  /**
   * The token, requested from the provider if there is none; `undefined` if there is no provider either.
   *
   * @throws {Error} If the provider fails; the message is shown to the user.
   */
  async current(signal: AbortSignal): Promise<string | undefined> {
    if (this.#token !== undefined) return this.#token;
    return await this.next(signal);
  }

  /**
   * The next token, requested from the provider unless the current one has not opened a stream yet;
   * `undefined` if there is no provider.
   *
   * @throws {Error} As {@linkcode current}; the current token stays.
   */
  async next(signal: AbortSignal): Promise<string | undefined> {
    if (this.#isFresh && this.#token !== undefined) return this.#token;
    const provider = this.#provider();
    if (provider === undefined) return undefined;
    this.#pending ??= this.#request(provider, signal);
    return await this.#pending;
  }

  async #request(provider: TokenProvider, signal: AbortSignal): Promise<string> {
    this.#requestedAt = performance.now();
    try {
      this.#token = await request(provider, signal);
      this.#isFresh = true;
      return this.#token;
    } finally {
      this.#pending = undefined;
    }
  }
}

async function request(provider: TokenProvider, signal: AbortSignal): Promise<string> {
  const answered = new AbortController();
  const timeout = wait(PROVIDER_TIMEOUT_MS, AbortSignal.any([signal, answered.signal]));
  try {
    const token = await Promise.race([Promise.resolve().then(provider), timeout]);
    if (typeof token === "string" && token.trim() !== "") return token.trim();
  } catch (error) {
    throw new Error(`No token: ${error instanceof Error ? error.message : error}`);
  } finally {
    answered.abort();
  }
  // The message must not contain the value, which may include part of a token.
  throw new Error("This page provided no token.");
}
