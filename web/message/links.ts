// deno-lint-ignore-file no-control-regex -- matches control characters on purpose
/**
 * Finds links in untrusted text: only http and https, and none that disguise where they lead.
 *
 * @module
 */

/** A link, and its position in the text. */
export interface Link {
  readonly start: number;
  readonly end: number;
  readonly href: string;
}

/** Maximum number of links per message. */
const MAX_LINKS = 100;

/**
 * A link ends at a space, quote, markup bracket, control character, or a character that changes the direction
 * of text, which could disguise where the link leads. It also ends at the punctuation of Chinese and Japanese,
 * which no space follows; browsers encode it in the addresses that people copy.
 */
const URL_TEXT =
  /\bhttps?:\/\/[^\s<>"'`{}|\\^\x00-\x20\x7f-\x9f\xab\xbb\u061c\u200b-\u200f\u2018-\u201f\u2026\u202a-\u202e\u2039\u203a\u2060-\u206f\u3001-\u3003\u3008-\u3011\u3014-\u301b\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3b\uff3d\uff5b\uff5d\uff5f-\uff64]{1,2048}/gi;

/**
 * Finds the links in a text, in order.
 *
 * @example
 * ```ts
 * findLinks("see https://a.example/b."); // [{ start: 4, end: 23, href: "https://a.example/b" }]
 * ```
 */
export function findLinks(text: string): Link[] {
  const links: Link[] = [];
  for (const { 0: found, index } of text.matchAll(URL_TEXT)) {
    const address = withoutTail(found);
    const href = hrefOf(address);
    if (href === undefined) continue;
    links.push({ start: index, end: index + address.length, href });
    if (links.length === MAX_LINKS) break;
  }
  return links;
}

/** Rejects `https://bank.example@evil.example`, which looks like a link to the former. */
function hrefOf(address: string): string | undefined {
  const url = URL.parse(address);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return undefined;
  return url.username === "" && url.password === "" ? url.href : undefined;
}

/** Removes punctuation at the end of the address, and brackets that close around it. */
function withoutTail(address: string): string {
  const count = (character: string) => address.split(character).length - 1;
  const unopened: Record<string, number> = {
    ")": count(")") - count("("),
    "]": count("]") - count("["),
  };
  let end = address.length;
  while (/[.,;:!?*_~)\]]/.test(address[end - 1]!)) {
    const last = address[end - 1]!;
    if (last in unopened && unopened[last]!-- <= 0) break;
    end--;
  }
  return address.slice(0, end);
}
