import { assertEquals } from "@std/assert";
import { Store } from "../../../web/rows/store.ts";
import { StoredFields } from "../../../web/search/seen_fields.ts";
import { flyLine } from "../../support/viewer/sample_rows.ts";

Deno.test("the names and values of lines are known, and no others", () => {
  const store = new Store(10);
  for (const message of ['{"msg":"a","user":{"id":7},"status":500}', "GET / status=500"]) {
    store.add(flyLine({ message, region: "ams" }));
  }
  const seen = new StoredFields(store);
  assertEquals([...seen.names()].slice(4), ["status", "user.id"]);
  assertEquals([...seen.values("region")], ["ams"]);
  assertEquals([...seen.values("user.id")], ["7"]);
  for (const name of ["constructor", "toString", "__proto__", "absent"]) {
    assertEquals([...seen.values(name)], [], name);
  }
});
