/**
 * Requests with a token in each place that can carry one.
 *
 * @module
 */
import { TOKEN_CARRIERS, type TokenCarrier } from "../../../routes/token_carriers.ts";

/** The query and the headers of a request for `/logs` that carries a token. */
export type TokenRequest = [query: string, headers: Record<string, string>];

/** Returns a request with `token` in each place. */
export function carryEverywhere(token: string): TokenRequest[] {
  return TOKEN_CARRIERS.map((carrier) => carry(carrier, token));
}

/** Returns a request with `token` in one place. */
export function carry({ kind, name, scheme }: TokenCarrier, token: string): TokenRequest {
  const encoded = encodeURIComponent(token);
  switch (kind) {
    case "header":
      return ["", { [name]: scheme === undefined ? token : `${scheme} ${token}` }];
    case "query":
      return [`?${name}=${encoded}`, {}];
    case "cookie":
      return ["", { Cookie: `${name}=${encoded}` }];
  }
}
