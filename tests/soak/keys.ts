/**
 * The keys that tokens are signed with, and the server that publishes them, which may be at fault.
 *
 * @module
 */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** How the server of the key set may be at fault. */
export const KEY_FAULTS = ["down", "slow", "garbage", "huge"] as const;

/** What it does. */
export type KeyService = "well" | (typeof KEY_FAULTS)[number];

/** How late a slow server is. Milliseconds. */
const SLOW = 10_000;
/** More than anyone would read of a key set. Bytes. */
const HUGE = 10_000_000;

/** A key pair, and the name that tokens call it by. */
interface Key {
  readonly kid: string;
  readonly sign: CryptoKey;
  readonly published: JWK;
}

/** Keys, the newest of which signs. */
export class Keys implements AsyncDisposable {
  /** What the server does when it is asked. */
  service: KeyService = "well";
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #slow = new AbortController();
  #published: Key[];
  #signing: Key;
  /** Never published. */
  readonly #stranger: Key;

  private constructor(first: Key, stranger: Key) {
    this.#published = [first];
    this.#signing = first;
    this.#stranger = stranger;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => this.#answer(),
    );
  }

  /** Makes a key and publishes it. */
  static async start(): Promise<Keys> {
    return new Keys(await createKey(), await createKey());
  }

  /** Where the key set is. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/jwks.json`;
  }

  /** A token that is good for so many seconds, signed with the current key. */
  mint(claims: Record<string, unknown>, seconds: number): Promise<string> {
    return sign(this.#signing, claims, seconds);
  }

  /** A token signed with a key that is not in the set, but called as one that is. */
  forge(claims: Record<string, unknown>): Promise<string> {
    return sign({ ...this.#stranger, kid: this.#signing.kid }, claims, 60);
  }

  /** A token signed with a key that is not in the set. */
  mintUnknown(claims: Record<string, unknown>): Promise<string> {
    return sign(this.#stranger, claims, 60);
  }

  /**
   * Puts another key into the set; once `isKnown` says that its tokens are taken, it signs all, and
   * the old one leaves the set.
   */
  async rotate(isKnown: (token: string) => Promise<boolean>): Promise<void> {
    const key = await createKey();
    this.#published.push(key);
    for (let tries = 0; !await isKnown(await sign(key, { app: "rotation" }, 60)); tries++) {
      if (tries === 40) throw new Error("A new key is not known after 20 s");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    this.#signing = key;
    this.#published = [key];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#slow.abort();
    await this.#server.shutdown();
  }

  async #answer(): Promise<Response> {
    switch (this.service) {
      case "well":
        return Response.json({ keys: this.#published.map(({ published }) => published) });
      case "down":
        return new Response("Out of order", { status: 500 });
      case "slow":
        await this.#pause();
        return Response.json({ keys: [] });
      case "garbage":
        return new Response("<html>Log in first</html>");
      case "huge":
        return new Response(`{"keys":[],"filler":"${"x".repeat(HUGE)}"}`);
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SLOW);
      this.#slow.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

async function createKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const kid = crypto.randomUUID();
  return { kid, sign: privateKey, published: { ...await exportJWK(publicKey), kid, alg: "ES256" } };
}

function sign(key: Key, claims: Record<string, unknown>, seconds: number): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: key.kid })
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(key.sign);
}
