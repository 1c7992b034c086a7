/** The keys that sign tokens, and the server of the key set, which can fail in several ways. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** Ways in which the server of the key set can fail. */
export const KEY_FAULTS = ["down", "slow", "garbage", "huge"] as const;

/** The state of the server. */
export type KeyService = "well" | (typeof KEY_FAULTS)[number];

/** Delay of a slow response. */
const SLOW_MS = 10_000;
/** Size of a response that is much too large. */
const HUGE_BYTES = 10_000_000;

/** A key pair and its name in the key set. */
interface Key {
  readonly kid: string;
  readonly sign: CryptoKey;
  readonly published: JWK;
}

/** Signing keys and the server that publishes them; the newest key signs. */
export class Keys implements AsyncDisposable {
  /** How the server answers. */
  service: KeyService = "well";
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #slow = new AbortController();
  #published: Key[];
  #signing: Key;
  /** A key that is never published. */
  readonly #stranger: Key;

  private constructor(first: Key, stranger: Key) {
    this.#published = [first];
    this.#signing = first;
    this.#stranger = stranger;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async () => {
        const response = await this.#answer();
        // An idle connection would be one of the service's open files at some times and not at others.
        response.headers.set("Connection", "close");
        return response;
      },
    );
  }

  /** Generates a key and publishes it. */
  static async start(): Promise<Keys> {
    return new Keys(await createKey(), await createKey());
  }

  /** The URL of the key set. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/jwks.json`;
  }

  /** A token that is valid for `seconds`, signed with the current key. */
  mint(claims: Record<string, unknown>, seconds: number): Promise<string> {
    return sign(this.#signing, claims, seconds);
  }

  /** A token with the current `kid`, signed with an unpublished key. */
  forge(claims: Record<string, unknown>): Promise<string> {
    return sign({ ...this.#stranger, kid: this.#signing.kid }, claims, 60);
  }

  /** A token with an unpublished key and its `kid`. */
  mintUnknown(claims: Record<string, unknown>): Promise<string> {
    return sign(this.#stranger, claims, 60);
  }

  /**
   * Publishes a new key; once `isKnown` confirms that its tokens are accepted, it replaces the old
   * key.
   */
  async rotate(isKnown: (token: string) => Promise<boolean>): Promise<void> {
    const key = await createKey();
    this.#published.push(key);
    for (let tries = 0; !await isKnown(await sign(key, { app: "rotation" }, 60)); tries++) {
      if (tries === 40) throw new Error("The new key is not accepted after 20 s");
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
        return new Response(`{"keys":[],"filler":"${"x".repeat(HUGE_BYTES)}"}`);
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SLOW_MS);
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
