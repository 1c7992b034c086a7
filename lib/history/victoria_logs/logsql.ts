/**
 * Builds LogsQL, the query language of VictoriaLogs.
 *
 * @module
 */
import { ALL_APPS, type Scope } from "../../nats/subject.ts";

/** The names that a query is limited to. */
export type ScopeNames = Pick<Scope, "app" | "region" | "machine">;

/** The fields that fly-telemetry's Vector writes for a line of Fly. */
export const FIELD = {
  app: "fly.app.name",
  region: "fly.region",
  machine: "fly.app.instance",
} as const;

/**
 * Returns the filter that matches the lines of a scope, and no others.
 *
 * The app and the machine are stream fields in fly-telemetry, so the server finds their lines through its index.
 * The region is not.
 *
 * @throws {RangeError} If a name is empty: such a filter would match the lines that lack the field.
 *
 * @example
 * ```ts
 * scopeFilter({ app: "web", region: "dfw" }); // {"fly.app.name"="web"} "fly.region":="dfw"
 * ```
 */
export function scopeFilter({ app, region, machine }: ScopeNames): string {
  const labels = [
    app === ALL_APPS ? `"${FIELD.app}"!=""` : `"${FIELD.app}"=${quote(app)}`,
    ...(machine === undefined ? [] : [`"${FIELD.machine}"=${quote(machine)}`]),
  ];
  const stream = `{${labels.join(",")}}`;
  return region === undefined ? stream : `${stream} "${FIELD.region}":=${quote(region)}`;
}

/**
 * Returns `name` as a string in double quotes. LogsQL reads these as Go does, which accepts all escapes of JSON
 * but those of lone surrogates. The server rejects a query with one.
 */
function quote(name: string): string {
  if (name === "") throw new RangeError("Cannot search for an empty name");
  return JSON.stringify(name);
}
