import { assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import jsr from "../../import_map.jsr.json" with { type: "json" };

/** Packages that have no original on JSR. */
const ON_NPM_ALONE = new Set(["@opentelemetry/api", "prom-client"]);

/** `^4.13.19` of `npm:/hono@^4.13.19/`. */
function range(specifier: string): string | undefined {
  return /@(\^[\d.]+)\/?$/.exec(specifier)?.[1];
}

Deno.test("import_map.jsr.json binds the names that deno.json binds, to the same versions from JSR where it has them", () => {
  assertEquals(Object.keys(jsr.imports), Object.keys(config.imports));
  for (const [name, specifier] of Object.entries(jsr.imports)) {
    // Those are on npm alone.
    if (!ON_NPM_ALONE.has(name)) assertMatch(specifier, /^jsr:/);
    if (name === "@std/assert") continue; // From npm there is an adapter of the tests' own.
    assertEquals(
      range(specifier),
      range(config.imports[name as keyof typeof config.imports]),
      name,
    );
  }
});
