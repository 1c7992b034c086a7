/**
 * What a query consists of once it has been parsed.
 *
 * @module
 */

import type { Text } from "../texts/texts.ts";
import { t } from "../texts/translate.ts";

/** How a field is compared with a value: `:` looks inside of text, `=` compares all of it. */
export type Operator = ":" | "=" | ">" | ">=" | "<" | "<=";

/** A value to compare a field with. */
export type Value =
  | { readonly kind: "value"; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: "regex"; readonly source: string; readonly flags: string };

/** A part of a query, and its position in the text. */
export type Node =
  & { readonly start: number; readonly end: number }
  & (
    | { readonly kind: "and" | "or"; readonly children: readonly Node[] }
    | { readonly kind: "not"; readonly child: Node }
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "regex"; readonly source: string; readonly flags: string }
    | FieldNode
  );

/** A condition on a field, such as `status>=500`; any of the values may match. */
export interface FieldNode {
  readonly kind: "field";
  readonly name: string;
  readonly operator: Operator;
  readonly values: readonly Value[];
  /** The condition as typed: it may be meant as text, such as `main.go:42`. `undefined` if the values are in parentheses. */
  readonly written: string | undefined;
}

/** A node of one kind. */
export type NodeOf<Kind extends Node["kind"]> = Extract<Node, { kind: Kind }>;

/** The words, phrases and expressions of a query, except for those that it excludes. */
export function textsOf(node: Node): NodeOf<"text" | "regex">[] {
  if (node.kind === "and" || node.kind === "or") return node.children.flatMap(textsOf);
  return node.kind === "text" || node.kind === "regex" ? [node as NodeOf<"text" | "regex">] : [];
}

/** A parsed query. */
export interface ParsedQuery {
  /** `undefined` if the query is empty: every line matches. */
  readonly node: Node | undefined;
}

/** Why a query is incomplete or invalid; shown to the user, who may still be typing. */
export interface QueryError {
  readonly error: string;
  readonly node?: undefined;
}

/** Thrown if a query cannot be parsed or compiled; the message is that of a {@linkcode QueryError}. */
export class InvalidQuery extends Error {
  /** @param values The values that the message contains, by name. */
  constructor(text: Text, values?: Readonly<Record<string, string>>) {
    super(t(text, values));
  }
}

/** Returns what `read` returns, or the error if it throws {@linkcode InvalidQuery}. */
export function resultOf<T>(read: () => T): T | QueryError {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidQuery) return { error: error.message };
    throw error;
  }
}
