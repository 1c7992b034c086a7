/**
 * Where the connection's token comes from.
 *
 * @module
 */
import { wait } from "./wait.ts";

/** How long a provider may take. Milliseconds. */
const PATIENCE = 30_000;
/** Between two tokens that are asked for, whatever becomes of them. Milliseconds. */
const PAUSE = 1000;

/** Gets a token. */
export type TokenProvider = () => Promise<string>;

/** The token, and the function of the host page that gets another. */
export class Tokens {
  readonly #provider: () => TokenProvider | undefined;
  #token: string | undefined;
  #isFresh = false;
  #askedAt = -Infinity;

  /**
   * @param token The first.
   * @param provider Who gets another, as things are when it is asked.
   */
  constructor(token: string | undefined, provider: () => TokenProvider | undefined) {
    this.#token = token?.trim() || undefined;
    this.#provider = provider;
  }

  /** Whether there may be another. */
  get canRenew(): boolean {
    return this.#provider() !== undefined;
  }

  /** Whether the token was asked for, and no stream was opened with it. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** How long until the provider may be asked again. Milliseconds. */
  get due(): number {
    return Math.max(0, this.#askedAt + PAUSE - performance.now());
  }

  /** The token has opened a stream. */
  accept(): void {
    this.#isFresh = false;
  }

  /** The token is no good any more. */
  discard(): void {
    this.#token = undefined;
  }

  /**
   * The token, asked for where there is none; `undefined` where the page has only its cookie.
   *
   * @throws {Error} Where the provider gives none; the message is for the page's reader.
   */
  async current(signal: AbortSignal): Promise<string | undefined> {
    const provider = this.#provider();
    if (this.#token !== undefined || provider === undefined) return this.#token;
    this.#askedAt = performance.now();
    this.#token = await this.#ask(provider, signal);
    this.#isFresh = true;
    return this.#token;
  }

  async #ask(provider: TokenProvider, signal: AbortSignal): Promise<string> {
    const asked = new AbortController();
    const late = wait(PATIENCE, AbortSignal.any([signal, asked.signal]));
    try {
      const token = await Promise.race([Promise.resolve().then(provider), late]);
      // Not its value, which may hold half a token.
      if (typeof token === "string" && token.trim() !== "") return token.trim();
    } catch (error) {
      throw new Error(`No token: ${error instanceof Error ? error.message : error}`);
    } finally {
      asked.abort();
    }
    throw new Error("No token came from this page.");
  }
}
