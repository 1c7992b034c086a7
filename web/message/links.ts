/**
 * Links in what strangers wrote: http and https only, and never longer than what is seen of them.
 *
 * @module
 */

/** Where a link stands in a text, and where it leads. */
export interface Link {
  readonly start: number;
  readonly end: number;
  readonly href: string;
}

/** A page of links is no log line. */
const MOST_LINKS = 100;

/**
 * What a link is made of: no space, quote, bracket of markup, control character, or character that
 * turns the direction of text, by which a link could look as if it led elsewhere.
 */
const URL_TEXT =
  // deno-lint-ignore no-control-regex -- control characters are what it leaves out
  /\bhttps?:\/\/[^\s<>"'`{}|\\^\x00-\x20\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f]{1,2048}/gi;

/** The links in a text, in their order. */
export function findLinks(text: string): Link[] {
  const links: Link[] = [];
  for (const { 0: found, index } of text.matchAll(URL_TEXT)) {
    const address = withoutTail(found);
    const href = hrefOf(address);
    if (href === undefined) continue;
    links.push({ start: index, end: index + address.length, href });
    if (links.length === MOST_LINKS) break;
  }
  return links;
}

/** `https://bank.example@evil.example` looks as if it led to the one, and leads to the other. */
function hrefOf(address: string): string | undefined {
  const url = URL.parse(address);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return undefined;
  return url.username === "" && url.password === "" ? url.href : undefined;
}

/** Without the punctuation that ends the sentence or the bracket around it. */
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
