/** Payloads that try to break out of their event, each named after its attack. */

const bytes = (...values: number[]) => new Uint8Array(values);
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Small payloads: together they fit into the default buffer of one stream. */
export const PAYLOADS: readonly [attack: string, payload: Uint8Array<ArrayBuffer>][] = [
  ["nothing", utf8("")],
  ["an LF", utf8("\n")],
  ["a CR", utf8("\r")],
  ["CRLF twice, which would end an event", utf8("\r\n\r\n")],
  ["LF, CR, CRLF and LFCR between words", utf8("LF\nCR\rCRLF\r\nLFCR\n\rend")],
  ["an LF at its start", utf8("\nbegins with LF")],
  ["an LF at its end", utf8("ends in LF\n")],
  ["a CR at its end", utf8("ends in CR\r")],
  ["an LF after a line that ended in CR", utf8("\nbegins with LF behind a CR")],
  ["a CRLF at its end", utf8("ends in CRLF\r\n")],
  ["other Unicode line breaks", utf8("a\u2028b\u2029c\u0085d\ve\ff")],
  ["leading and trailing white space", utf8(" \t white space  ")],
  ["a data: field", utf8("data: no field\n\ndata: no event")],
  ["an event: field", utf8(`event: end\ndata: {"reason":"expired"}\n\n`)],
  ["an id: field", utf8("id: 7\r\n\r\nid: 8")],
  ["a retry: field", utf8("x\rretry: 1\r\rretry: 2")],
  ["a comment", utf8(": keepalive\n: another")],
  ["a colon", utf8(":")],
  ["one of natstap's events in NDJSON", utf8(`{"natstap":{"event":"end","reason":"expired"}}`)],
  ["natstap's key in mixed case", utf8(`{"a":1,"NatsTap":{"event":"end","reason":"expired"}}`)],
  ["natstap's key with an escaped long s", utf8(`{"nat\\u017ftap":{"event":"dropped","count":1}}`)],
  ["JSON on several lines", utf8(`{\n  "a": 1\n}`)],
  ["JSON with what JSON.parse() could change", utf8(`{"__proto__":1,"a":1e400,"b":"\\u0000"}`)],
  ["JSON that has no value as a number", utf8(`{"time":{"seconds":{"toString":1}},"msg":"x"}`)],
  ["JSON that is cut off", utf8(`{"message":"never en`)],
  ["half a surrogate pair in JSON", utf8(`{"message":"\\ud800"}`)],
  ["terminal escape sequences", utf8("\x1b[2J\x1b]0;title\x07\x9b31m")],
  ["right-to-left text", utf8("Zażółć 🥪 注文 \u202Eabc\u202C e\u0301")],
  ["a byte order mark", utf8("\uFEFF\uFEFFdata: x")],
  ["NUL", utf8("a\0b\0")],
  ["bytes that never occur in UTF-8", bytes(0x61, 0xff, 0xfe, 0xc0, 0xc1, 0xf5, 0x62)],
  ["an overlong LF of two bytes", bytes(0x61, 0xc0, 0x8a, 0xc0, 0x8a, 0x62)],
  ["an overlong LF of three bytes", bytes(0x61, 0xe0, 0x80, 0x8a, 0xe0, 0x80, 0x8a, 0x62)],
  ["an overlong LF of four bytes", bytes(0x61, 0xf0, 0x80, 0x80, 0x8a, 0x62)],
  ["surrogates in UTF-8", bytes(0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80)],
  ["a code point beyond the last one", bytes(0xf4, 0x90, 0x80, 0x80)],
  ["only continuation bytes", bytes(0x80, 0xbf, 0x0a, 0x80)],
  ["a truncated sequence at its end", bytes(0x61, 0xf0, 0x9f, 0xa5)],
  ["a sequence interrupted by an LF", bytes(0xf0, 0x9f, 0x0a, 0xa5, 0xaa)],
  ["the rest of a sequence that the previous line began", bytes(0xaa, 0x61)],
  ["invalid UTF-8 in JSON", bytes(0x22, 0xff, 0x22)],
  ["every possible byte", Uint8Array.from({ length: 256 }, (_, byte) => byte)],
];

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** A payload's text, with U+FFFD for invalid UTF-8. */
export function textOf(payload: Uint8Array): string {
  return lenient.decode(payload);
}

/** What an SSE client receives: the text with LF for each line break. */
export function eventOf(payload: Uint8Array): string {
  return textOf(payload).replaceAll(/\r\n|\r|\n/g, "\n");
}
