/** A URL of a key set, whose answers the test controls. */

/** A server at a URL of a key set. */
export interface KeyUrl extends AsyncDisposable {
  readonly url: string;
  /** Creates the response to each request. By default, it is the key set. */
  answer: () => Response | Promise<Response>;
  /** Number of requests so far. */
  asked: number;
}

/** Serves a set of these keys on a free port of 127.0.0.1. */
export function serveKeys(...keys: object[]): KeyUrl {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    keyUrl.asked++;
    return keyUrl.answer();
  });
  const keyUrl: KeyUrl = {
    url: `http://127.0.0.1:${server.addr.port}/keys`,
    answer: () => Response.json({ keys }),
    asked: 0,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return keyUrl;
}
