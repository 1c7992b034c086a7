/**
 * Minifies the viewer's bundle.
 *
 * @module
 */
import { minify as minifyScript } from "npm:terser@5";

/** How names of the viewer's own properties begin: callbacks, conditions, actions and parts. */
const BEGINNINGS = "on|is|has|are|can|matches|matching|needs|too|usual|" +
  "add|draw|focus|forget|load|move|render|request|reset|set|show|to|toggle|update|visible|" +
  "host|bottom|cursor|field|first|heard|line|lines|newest|older|parameters|place|properties|property|row|values";

/**
 * Names of properties that are shortened, such as `onCopy`, `isEmpty` and `toggleField`. Nothing outside of the
 * viewer uses such a name, except for those of the platform, which terser knows, and no key of JSON is like that.
 */
export const INTERNAL_NAMES = new RegExp(`^(?:${BEGINNINGS})[A-Z]`);

/**
 * Resolves to the same script, smaller than the bundler makes it: its expressions and names are shorter,
 * and its templates of markup and styles have no indentation and no comments.
 *
 * @param script A module that `deno bundle --minify` has written.
 */
export async function minify(script: string): Promise<string> {
  // In minified code, only templates have line breaks: those of markup and styles, and texts.
  const compact = script.replace(/\n\s+/g, "\n")
    // Comments of styles, which take lines of their own, and characters that styles do not need.
    .replace(/\n\/\*[^*]*\*\/(?=\n)/g, "").replace(/\n([a-z-]+): /g, "\n$1:")
    .replace(/;\n\}\n*/g, "}").replace(/ \{\n/g, "{").replace(/;\n(?=[a-z-]+:)/g, ";");
  const options = {
    module: true,
    ecma: 2020,
    // Reading a property has no effect, and no function is a constructor.
    compress: {
      lhs_constants: false,
      passes: 8,
      inline: 1,
      pure_getters: true,
      unsafe_arrows: true,
      unsafe_undefined: true,
    },
    mangle: { properties: { regex: INTERNAL_NAMES, keep_quoted: true } },
  } as const;
  // Declared, so that it gets a short name.
  return (await minifyScript(`${compact};var undefined;`, options)).code!;
}
