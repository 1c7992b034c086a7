import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { includesOrigin, parseOrigins } from "../../lib/origins.ts";

const words = (text: string) => text.trim().split(/\s+/);

Deno.test("parseOrigins() accepts origins, one * for the first label, and * for any origin", () => {
  const origins = words(`
    https://app.example.com http://localhost:3000 http://127.0.0.1:8080 http://[::1]:3000
    https://my_app.example.com https://xn--bcher-kva.example https://*.example.com
    https://*.example.com:8443 https://*.preview.example.co.uk http://*.localhost
    http://*.localhost:3000`);
  for (const origin of origins) {
    assertEquals(parseOrigins(origin), [origin]);
    assertEquals(parseOrigins(` ${origin} ,, https://b.example,`), [origin, "https://b.example"]);
  }
  assertEquals([parseOrigins(" * "), parseOrigins("")], ["*", []]);
});

Deno.test("parseOrigins() rejects * anywhere else, and says where it is allowed", () => {
  const origins = words(`
    *.example.com *://app.example.com https://* https://*:3000 https://*.com https://*.com:443
    https://*. https://*.:80 https://**.example.com https://*.*.example.com https://*.example.*
    https://app.*.example.com https://app-*.example.com https://*-app.example.com
    https://*app.example.com https://*example.com https://app.example.com:*
    https://*.example.com:* https://*.example.com/* https://*.localhost.*`);
  for (const origin of origins) {
    for (const value of [origin, `https://a.example, ${origin}`, `*,${origin}`]) {
      assertThrows(() => parseOrigins(value), TypeError, '"*" can only replace the first label');
    }
  }
});

Deno.test("parseOrigins() rejects what a browser never sends", () => {
  const origins = [
    ...words(`
    a.example null https:// https://a.example/ https://a.example:443 http://a.example:80
    https://*.example.com:443 https://*.example.com/ https://*.Example.com https://A.example
    https://a.example/b https://a.example?b https://u:p@a.example https://bücher.example
    https://$DOMAIN https://\${domain} https://{a.example} https://{{domain}}.example
    ^https://a.example$ https://[a-z]+.example.com https://(app|web).example.com
    https://.example.com https://a..example https://*.0.0.1 ftp://a.example file://a.example`),
    "https://a b.example",
    '"https://a.example"',
  ];
  for (const origin of origins) {
    assertThrows(() => parseOrigins(origin), RangeError);
  }
});

const PATTERN = ["https://*.example.com"];

Deno.test("includesOrigin() matches exactly one label with *", () => {
  for (const label of ["app", "a", "pr-123", "x_y", "xn--bcher-kva", "0", "a".repeat(63)]) {
    assert(includesOrigin(PATTERN, `https://${label}.example.com`), label);
    assert(includesOrigin(["http://*.localhost:3000"], `http://${label}.localhost:3000`), label);
  }
  const origins = [
    ...words(`
    https://example.com https://.example.com https://..example.com https://*.example.com
    https://a.b.example.com http://app.example.com https://app.example.com:8443
    https://app.example.com:443 https://app.example.com/ https://app.example.com.
    https://app.example.com.evil.example https://app.example.com@evil.example
    https://evilexample.com https://app.evilexample.com https://evil.example#.example.com
    https://evil.example/.example.com https://evil?.example.com https://evil:1.example.com
    https://evil@x.example.com https://evil%2e.example.com https://a,b.example.com
    https://app.exampleXcom HTTPS://app.example.com https://APP.example.com null`),
    "https://evil\\.example.com",
    "https://a b.example.com",
    "https://\u00fc.example.com",
    "https://\u3002.example.com",
    "https://app\u3002x.example.com",
    "https://app.example.com\n",
    "\nhttps://app.example.com",
    "https://app\n.example.com",
    "",
  ];
  for (const origin of origins) {
    assert(!includesOrigin(PATTERN, origin), origin);
  }
  assert(!includesOrigin(["https://*.example.com:8443"], "https://app.example.com"), "port");
  assert(includesOrigin(["https://*.example.com:8443"], "https://app.example.com:8443"), "port");
});

Deno.test("includesOrigin() matches only origins whose host is one label followed by the rest of the pattern", () => {
  const part = fc.oneof(
    fc.constantFrom("example.com", ".", "https://", "*", ":", "/", "@", "#", "app", "\\", "?", " "),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  const texts = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  const origins = fc.oneof(
    texts,
    texts.map((text) => `https://${text}example.com`),
    texts.map((text) => `https://${text}.example.com`),
  );
  fc.assert(
    fc.property(origins, (origin) => {
      if (!includesOrigin(PATTERN, origin)) return;
      const { protocol, hostname, port, origin: serialized } = new URL(origin);
      assertEquals([protocol, port, serialized], ["https:", "", origin]);
      assertEquals(hostname.split(".").slice(1), ["example", "com"]);
    }),
    { numRuns: 5_000 },
  );
});
