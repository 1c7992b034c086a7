import { assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import jsr from "../../import_map.jsr.json" with { type: "json" };

/** Packages that are only on npm. */
const ONLY_ON_NPM = new Set(["@opentelemetry/api", "prom-client"]);

/** The version range in a specifier, such as `^4.13.19` in `npm:/hono@^4.13.19/`. */
function range(specifier: string): string | undefined {
  return /@(\^[\d.]+)\/?$/.exec(specifier)?.[1];
}

Deno.test("import_map.jsr.json has the imports of deno.json, in the same versions and from JSR if it has them", () => {
  assertEquals(Object.keys(jsr.imports), Object.keys(config.imports));
  for (const [name, specifier] of Object.entries(jsr.imports)) {
    if (!ONLY_ON_NPM.has(name)) assertMatch(specifier, /^jsr:/);
    if (name === "@std/assert") continue; // deno.json maps it to an adapter.
    assertEquals(
      range(specifier),
      range(config.imports[name as keyof typeof config.imports]),
      name,
    );
  }
});
