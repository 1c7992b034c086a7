/**
 * Tells machines apart: by the part of the name that differs, and by color.
 *
 * @module
 */

/** How a machine is shown. */
export interface ShownMachine {
  /** At most {@linkcode MAX_LABEL} characters. */
  readonly label: string;
  /** Index of its color; several machines share a color if there are more machines than colors. */
  readonly color: number;
}

/** Number of colors, as in the style sheet. */
export const COLORS = 8;
/** Maximum length of a label, in characters. */
export const MAX_LABEL = 12;
/** Length of labels if the beginnings of the names differ, in characters. */
const USUAL = 8;
/** Maximum number of machines that are told apart; others are shown by the beginning of their names. */
const MAX_MACHINES = 300;

/**
 * The machines seen so far.
 *
 * @example
 * ```ts
 * const machines = new MachineNames();
 * machines.of("web-7d9c5b6f4-abcde").label; // "web-7d9c"
 * machines.of("web-7d9c5b6f4-fghij").label; // "web-…fghij"
 * ```
 */
export class MachineNames {
  readonly #colors = new Map<string, number>();
  #labels: ReadonlyMap<string, string> | undefined;
  #width = USUAL;

  /** Number of machines. */
  get count(): number {
    return this.#colors.size;
  }

  /** Length of the longest label, in characters. */
  get width(): number {
    this.#update();
    return this.#width;
  }

  /** How to show a machine, which counts as seen from now on. */
  of(name: string): ShownMachine {
    let color = this.#colors.get(name);
    if (color === undefined) {
      color = this.#freeColor(name);
      if (this.count < MAX_MACHINES) {
        this.#colors.set(name, color);
        this.#labels = undefined;
      }
    }
    return { color, label: this.#update().get(name) ?? name.slice(0, USUAL) };
  }

  /** A machine has the same color in every session, unless another one has it already. */
  #freeColor(name: string): number {
    const first = hash(name) % COLORS;
    if (this.count >= COLORS) return first;
    const used = new Set(this.#colors.values());
    let color = first;
    while (used.has(color)) color = (color + 1) % COLORS;
    return color;
  }

  #update(): ReadonlyMap<string, string> {
    if (this.#labels !== undefined) return this.#labels;
    this.#labels = labels([...this.#colors.keys()]);
    this.#width = Math.max(USUAL, ...[...this.#labels.values()].map(({ length }) => length));
    return this.#labels;
  }
}

/** A label for each name; names that differ have labels that differ, if possible. */
function labels(names: string[]): Map<string, string> {
  const result = new Map<string, string>();
  const alike = Map.groupBy(names.sort(), (name) => name.slice(0, USUAL));
  for (const group of alike.values()) {
    const shared = common(group[0]!, group.at(-1)!);
    const forms = [
      (name: string) => name.length > MAX_LABEL && group.length === 1 ? name.slice(0, USUAL) : name,
      (name: string) => elided(name, shared),
      (name: string, at: number) =>
        elided(
          name,
          Math.max(common(name, group[at - 1] ?? ""), common(name, group[at + 1] ?? "")),
        ),
    ];
    const candidates = forms.map((form) => group.map(form));
    const best = candidates.find(areGood) ?? candidates.at(-1)!;
    group.forEach((name, at) => result.set(name, best[at]!));
  }
  return result;
}

function areGood(labels: readonly string[]): boolean {
  return new Set(labels).size === labels.length &&
    labels.every(({ length }) => length <= MAX_LABEL);
}

/** The name without most of its beginning, of which `shared` characters are the same in other names. */
function elided(name: string, shared: number): string {
  const word = name.slice(0, shared).search(/[^-_.:/]*$/);
  const from = shared - word < USUAL ? word : shared - 2;
  const end = name.slice(from, from + USUAL);
  const room = MAX_LABEL - 1 - end.length;
  const [start = ""] = /^[^-_.:/]*[-_.:/]/.exec(name) ?? [];
  return `${start.length > 0 && start.length <= room ? start : name.slice(0, room)}…${end}`;
}

/** Number of characters at the beginning that two names have in common. */
function common(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

function hash(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + character.codePointAt(0)!) >>> 0;
  return hash;
}
