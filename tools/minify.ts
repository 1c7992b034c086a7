/**
 * Minifies the viewer's bundle.
 *
 * @module
 */
import { parse, type TaggedTemplateExpression } from "npm:acorn@8";
import { minify as minifyScript } from "npm:terser@5";

/** How names of the viewer's own properties begin: callbacks, conditions, actions and parts. */
const BEGINNINGS = "on|is|has|are|can|matches|matching|needs|too|usual|" +
  "add|draw|focus|forget|load|move|render|request|reset|set|show|to|toggle|update|visible|" +
  "host|bottom|cursor|field|first|heard|line|lines|newest|older|parameters|place|properties|property|row|values";

/**
 * Names of properties that are shortened, such as `_$AH`, which is internal to Lit, `onCopy` and `toggleField`.
 * Nothing outside the viewer uses them, except for those of the platform, which terser knows. Neither JSON nor messages
 * to other tabs, which may have another build, have them as keys.
 */
export const INTERNAL_NAMES = new RegExp(`^(?:_\\$|(?:${BEGINNINGS})[A-Z])`);

/**
 * Resolves to the same script, smaller than the bundler makes it: its expressions and names are shorter, and so are
 * its templates of markup and styles.
 *
 * @param script A module that `deno bundle --minify` has written.
 */
export async function minify(script: string): Promise<string> {
  const options = {
    module: true,
    ecma: 2020,
    // Reading a property has no effect, and no function is a constructor.
    compress: {
      lhs_constants: false,
      passes: 8,
      inline: 1,
      pure_getters: true,
      // `Number(x)` may become `+x`, and `String(x)` `""+x`: nothing that is converted is a bigint or a symbol.
      unsafe: true,
      unsafe_arrows: true,
      unsafe_undefined: true,
    },
    mangle: { properties: { regex: INTERNAL_NAMES, keep_quoted: true } },
  } as const;
  // Declared, so that it gets a short name.
  return (await minifyScript(`${compactTemplates(script)};var undefined;`, options)).code!;
}

/** A part of a template, between its expressions. */
interface Part {
  readonly start: number;
  readonly end: number;
  /** Shortens the part. */
  readonly compact: (text: string) => string;
}

/** Shortens tagged templates, which are markup or styles. Other templates are texts. */
function compactTemplates(script: string): string {
  let compact = "";
  let end = 0;
  const tree = parse(script, { ecmaVersion: "latest", sourceType: "module" });
  for (const part of partsOf(tree).toSorted((a, b) => a.start - b.start)) {
    compact += script.slice(end, part.start) + part.compact(script.slice(part.start, part.end));
    end = part.end;
  }
  return compact + script.slice(end);
}

/** The parts of the tagged templates in a syntax tree. */
function partsOf(node: unknown): Part[] {
  if (typeof node !== "object" || node === null) return [];
  const inner = Object.values(node).flatMap(partsOf);
  const { type, quasi } = node as Partial<TaggedTemplateExpression>;
  if (type !== "TaggedTemplateExpression") return inner;
  const { quasis } = quasi!;
  // Markup has tags, or only texts and expressions.
  const raw = quasis.map(({ value }) => value.raw).join("");
  const isStyles = raw.includes("{") && !/<\/?[a-z]/.test(raw);
  const own = quasis.map(({ start, end }, i): Part => {
    if (isStyles) return { start, end, compact: compactStyles };
    const [isFirst, isLast] = [i === 0, i === quasis.length - 1];
    return { start, end, compact: (text) => compactMarkup(text, isFirst, isLast) };
  });
  return [...own, ...inner];
}

function compactStyles(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, "").replace(/\s+/g, " ")
    .replace(/ ?([{};,>~]) ?/g, "$1").replace(/: /g, ":").replaceAll(";}", "}")
    .replace(/([ (,:-])0\./g, "$1.");
}

/** Removes indentation, which is never in a place where a space would be visible, and quotes that HTML does not need. */
function compactMarkup(text: string, isFirst: boolean, isLast: boolean): string {
  let compact = text.replace(/\s*\n\s*/g, "\n").replace(/>\n</g, "><");
  if (isFirst) compact = compact.replace(/^\n/, "");
  if (isLast) compact = compact.replace(/\n$/, "");
  return compact.replaceAll("\n", " ").replace(/="([\w-]+)"(?=[ >])/g, "=$1");
}
