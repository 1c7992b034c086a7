/**
 * Makes the viewer's custom-elements manifest, which tells editors and documentation tools about the element.
 *
 * @module
 */
import { ViewerElement } from "../web/viewer_element.ts";

/** A member of an interface, and its comment. */
interface Member {
  readonly name: string;
  /** Everything after the name. */
  readonly type: string;
  readonly description: string;
}

/**
 * Makes a manifest of version 1 (https://github.com/webcomponents/custom-elements-manifest).
 *
 * @param element The text of `web/package/element.ts`.
 * @param viewer The text of `web/package/files/viewer.d.ts`.
 */
export function elementManifest(element: string, viewer: string): Record<string, unknown> {
  const properties = membersOf(element, "ViewerProperties");
  const fields = properties.map(({ name, type, description }) => ({
    ...{ kind: "field", name, description, type: { text: type.slice(2) } },
  }));
  const methods = membersOf(element, "ViewerMethods").map(({ name, type, description }) => {
    const [, parameters = "", result = "void"] = /^\((.*)\): (.+)$/.exec(type) ?? [];
    return {
      ...{ kind: "method", name, description, return: { type: { text: result } } },
      parameters: parameters.split(", ").filter((parameter) => parameter !== "")
        .map((parameter) => parameter.split(/\??: /))
        .map(([name, text]) => ({ name, type: { text } })),
    };
  });
  const events = membersOf(element, "ViewerEvents").map(({ name, type, description }) => ({
    ...{ name, description, type: { text: type.slice(2) } },
  }));
  const declaration = {
    ...{ kind: "class", name: "NatstapViewer", tagName: "natstap-viewer", customElement: true },
    superclass: { name: "HTMLElement" },
    description: /\/\*\*\n \* ([A-Z].*)\n/.exec(viewer)?.[1],
    members: [...fields, ...methods],
    attributes: properties.flatMap(attributeOf),
    events,
    slots: tagsOf(viewer, "slot"),
    cssParts: tagsOf(viewer, "csspart"),
    cssProperties: tagsOf(viewer, "cssprop"),
  };
  const { tagName, name } = declaration;
  const exported = { name, module: "viewer.js" };
  const exports = [
    { kind: "js", name, declaration: exported },
    { kind: "custom-element-definition", name: tagName, declaration: exported },
  ];
  const module = { kind: "javascript-module", path: "viewer.js", exports };
  return { schemaVersion: "1.0.0", modules: [{ ...module, declarations: [declaration] }] };
}

/** The members of an interface that have a comment of one line, or none. */
export function membersOf(source: string, name: string): Member[] {
  const [, body = ""] = new RegExp(`interface ${name} \\{\\n(.*?)\\n\\}`, "s").exec(source) ?? [];
  const member = /^ {2}(?:\/\*\* (.*) \*\/\n {2})?"?([\w-]+)"?((?::|\().*);$/gm;
  return [...body.matchAll(member)].map(([, description = "", name, type]) => ({
    ...{ name: name!, type: type!, description },
  }));
}

function attributeOf({ name, type, description }: Member): Record<string, string>[] {
  const { attribute } = ViewerElement.properties[name] ?? {};
  if (attribute === false) return [];
  const text = type.slice(2);
  return [{
    ...{ name: typeof attribute === "string" ? attribute : name.toLowerCase(), fieldName: name },
    ...{ description },
    ...{ type: { text } },
  } as unknown as Record<string, string>];
}

function tagsOf(source: string, tag: string): Record<string, string>[] {
  const tags = new RegExp(`^ \\* @${tag} (\\S+) - (.*)$`, "gm");
  return [...source.matchAll(tags)].map(([, name, description]) => ({
    ...{ name: name!, description: description! },
  }));
}
