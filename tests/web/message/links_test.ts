import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { findLinks } from "../../../web/message/links.ts";

const linked = (text: string) => findLinks(text).map(({ start, end }) => text.slice(start, end));

Deno.test("a link ends before the punctuation of its sentence or the brackets around it", () => {
  const links = "https://a.example/b http://c.example/d".split(" ");
  assertEquals(linked(`see ${links[0]}, or (${links[1]}).`), links);
  assertEquals(linked("[https://a.example/x[1]]"), ["https://a.example/x[1]"]);
  assertEquals(linked('{"url":"https://a.example/?q=1&r=2"}'), ["https://a.example/?q=1&r=2"]);
  for (const link of ["https://a.example/Tap_(valve)", "HTTPS://A.EXAMPLE", "http://[::1]:8080/"]) {
    assertEquals(linked(link), [link]);
  }
});

Deno.test("a link ends before the punctuation of Chinese and Japanese", () => {
  for (
    const text of [
      "（https://a.example/x）",
      "「https://a.example/x」",
      "https://a.example/x，再",
      "【https://a.example/x】",
      "見て：https://a.example/x。次",
      "“https://a.example/x”",
      "https://a.example/x、https",
      "https://a.example/x！？",
    ]
  ) {
    assertEquals(linked(text), ["https://a.example/x"], text);
  }
  assertEquals(linked("（https://ja.example/wiki/日本）"), ["https://ja.example/wiki/日本"]);
});

const NO_LINKS = "javascript:alert(1) data:text/html,<script>alert(1)</script> vbscript:x " +
  "file:///etc/passwd ftp://a.example blob:https //a.example www.a.example http:// https://. " +
  "https://[ xhttp://a.example";

for (const text of NO_LINKS.split(" ")) {
  Deno.test(`only http and https are links: ${text}`, () => assertEquals(findLinks(text), []));
}

Deno.test("an address with a user name is not a link, since it looks like another host", () => {
  assertEquals(findLinks("https://bank.example@evil.example/ https://a:b@evil.example"), []);
});

Deno.test("a link ends before a character that changes the direction of text", () => {
  assertEquals(linked("https://a.example/\u202eelpmaxe.knab"), ["https://a.example/"]);
  assertEquals(linked("https://a.example/\u2066x\u200by"), ["https://a.example/"]);
});

Deno.test("for any input, links are http or https, have the right positions, and do not overlap", () => {
  const parts = 'http s :// HTTPS://a javascript: . / @ ) ( x " \0 [ ] : % é'.split(" ");
  const part = fc.constantFrom(" ", ...parts);
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: part }));
  fc.assert(
    fc.property(text, (text) => {
      let last = 0;
      for (const { start, end, href } of findLinks(text)) {
        assert(/^https?:\/\//.test(href), href);
        assert(/^https?:\/\//i.test(text.slice(start, end)));
        assert(start >= last && end > start && end <= text.length);
        last = end;
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("links are found in bounded time, and limited in number", () => {
  for (const unit of ["http", "http://", "https://a", ")", "http://a)", "https://a.example/ "]) {
    const text = `https://a.example/${unit.repeat(1_000_000 / unit.length)}`;
    assert(findLinks(text).length <= 100);
  }
});
