/** Interim. */
export interface Republish {
  readonly src: string;
  readonly dest: string;
}
export function mapSubject(republish: Republish, subject: string): string | undefined {
  if (republish.src !== ">" || !republish.dest.endsWith(".>")) return undefined;
  return republish.dest.slice(0, -1) + subject;
}
