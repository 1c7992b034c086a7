import { assertEquals } from "@std/assert";
import { hasReservedKey } from "../../../../lib/stream/formats/reserved_key.ts";

const RESERVED = [
  ...["natstap", "Natstap", "NATSTAP", "nAtStAp", "natsTAP"],
  ...["nat\u017ftap", "NAT\u017fTAP"],
];
/** Go folds one character to one other; Unicode's full folding also maps a ligature to two. */
const RESERVED_IN_FULL = ["nat\ufb05ap", "NAT\ufb06AP"];
const FREE = [
  ...["", "nats", "natstaps", "xnatstap", " natstap", "natstap\n", "nat.stap", "natsstap"],
  ...[
    "n\u0430tstap",
    "\uff4eatstap",
    "na\u0442stap",
    "nat\u00dfap",
    "nats\u200dtap",
    "na\u0307tstap",
  ],
  ...["nat\u{1d42c}tap", "n\u00aatstap", "__proto__"],
];

Deno.test("hasReservedKey() matches only keys that equal natstap under case folding", () => {
  for (const key of [...RESERVED, ...RESERVED_IN_FULL, ...FREE]) {
    const expected = !FREE.includes(key);
    const name = JSON.stringify(key);
    assertEquals(hasReservedKey(JSON.parse(`{${name}:1}`)), expected, name);
    assertEquals(hasReservedKey(JSON.parse(`{"a":1,${name}:null,"b":{}}`)), expected, name);
    assertEquals(hasReservedKey(JSON.parse(`{"a":{${name}:1}}`)), false, name);
    assertEquals(hasReservedKey([key, { [key]: 1 }]), false, name);
  }
  for (const value of [null, true, 7, "natstap", [], {}]) {
    assertEquals(hasReservedKey(value), false);
  }
});
