/** Searches text for secrets, plain or encoded. */
import { Buffer } from "node:buffer";
import { assert } from "@std/assert";

/** Fails if `text` contains any of `secrets`, plain or encoded; the message names it by its key. */
export function assertNoSecrets(text: string, secrets: Record<string, string>): void {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const spelling of spellings(secret)) {
      const at = text.indexOf(spelling);
      assert(at === -1, `Found ${name}: ${text.slice(Math.max(0, at - 200), at + 200)}`);
    }
  }
}

function spellings(secret: string): string[] {
  // A JWT's claims and signature are searched for separately. Its header is not secret.
  const [, ...parts] = secret.split(".");
  return [secret, ...parts].flatMap((text) => {
    const bytes = Buffer.from(text);
    const encoded = [encodeURIComponent(text), JSON.stringify(text).slice(1, -1)];
    return [text, ...encoded, bytes.toString("base64"), bytes.toString("base64url")];
  });
}
