/**
 * Looking for what must not be told, in whatever form it might be.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { assert } from "@std/assert";

/** Fails where `text` holds any of `secrets`, as it is or encoded; the message names it by its key. */
export function assertTellsNone(text: string, secrets: Record<string, string>): void {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const spelling of spellings(secret)) {
      const at = text.indexOf(spelling);
      assert(at === -1, `${name} is told: ${text.slice(Math.max(0, at - 200), at + 200)}`);
    }
  }
}

function spellings(secret: string): string[] {
  // Of a JWT its claims and its signature too. Its header is no secret.
  const [, ...parts] = secret.split(".");
  return [secret, ...parts].flatMap((text) => {
    const bytes = Buffer.from(text);
    const encoded = [encodeURIComponent(text), JSON.stringify(text).slice(1, -1)];
    return [text, ...encoded, bytes.toString("base64"), bytes.toString("base64url")];
  });
}
