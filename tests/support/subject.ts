/**
 * The layout of subjects, for tests.
 *
 * @module
 */

/**
 * The subject of an app's lines, or, with `>` as the region or the machine, the subject of a stream.
 *
 * @example
 * ```ts
 * publisher.publish(subjectOf("web"), "a line");
 * assertEquals(await subjects(nats), [subjectOf("web", ">")]);
 * ```
 */
export function subjectOf(app: string, region = "dfw", machine = "m1"): string {
  return region === ">" ? `logs.${app}.>` : `logs.${app}.${region}.${machine}`;
}
