/**
 * How the lines of a stack trace follow each other, in Java, .NET, Node, Python, Go and Ruby.
 *
 * Each state says which lines may come next. A line that matches none of them ends the entry, so that no unrelated
 * line is joined to it.
 *
 * @module
 */

/** What the lines of an entry have been so far. */
export type TraceState = keyof typeof NEXT;

/** How a line begins an entry. */
export interface Opener {
  readonly line: RegExp;
  readonly state: TraceState;
  /**
   * Which line before it belongs to the entry: one that reports a problem, or also one that can be the
   * first line of an error, such as `Boom: no such order`. If absent, the line always begins an entry.
   */
  readonly joins?: "problem" | "error";
}

const PYTHON_HEAD = /^(?:[\s|+]*Exception Group |[\s|]*)Traceback \(most recent call last\):$/;
/** What a runtime prints if nothing has caught an exception. No logger writes a line before it. */
const UNCAUGHT = /^(?:Exception in thread ".{0,200}" |Unhandled exception\. |Uncaught )\S/;
/** A qualified name, such as `java.lang.IllegalStateException`, and a message. */
const EXCEPTION = new RegExp(
  "^(?:[A-Za-z_$][\\w$]{0,100}\\.){1,20}[A-Z][\\w$.`+]{0,100}(?:Exception|Error|Throwable|Failure)" +
    "(?:\\+\\w+)?(?:: .*)?$",
);
/** `\tat com.example.Shop.pay(Shop.java:10)`, `    at pay (/app/shop.js:1:2)`, `   at Shop.Pay() in …` */
const FRAME =
  /^\s+at (?:async |new )?(?:[^\s()]{1,500}(?: \[as .{1,100}\])? ?\(|\S{1,500}:\d+:\d+(?: \{)?$)/;
const RUBY_FRAME = /^\s*(?:\[.{1,100}\] )?[^\s:]{1,500}:\d+:in [`'].{1,200}'/;
const RUBY_ERROR = /^(?:\[.{1,100}\] )?[A-Z]\w{0,100}(?:::\w{1,100}){0,9} \(.*\):?$/;
/** Where an error was thrown, as the first line says if nothing has caught it. */
const NODE_PLACE =
  /^(?:(?:file:\/\/|\/|[A-Za-z]:\\)[^:]{1,500}\.[cm]?[jt]sx?|node:[\w/]{1,200}):\d+$/;
const GOROUTINE = /^goroutine \d+ (?:gp=.{1,80} )?\[.{1,80}\]:$/;
/** `main.(*Shop).Pay(0xc000, {0x1, 0x2})`, or in zap's traces, `main.pay`. */
const GO_CALL = /^(?:panic\(|(?:[\w@~%-][\w.@~%/-]{0,300}\.)(?:\(\*?\w|[\w.[\]…*]).{0,500}\)$)/;
const ZAP_CALL = /^(?:main|runtime|[\w.-]{1,100}\/[\w./@~-]{1,300})\.[\w.()*]{1,200}$/;
const GO_PLACE = /^\t\S.{0,500}\.\w{1,3}:\d+(?: \+0x[\da-f]+)?$/;
const BLANK = /^\s*$/;

/** How entries begin. */
export const OPENERS: readonly Opener[] = [
  { line: /^\s+at .{1,600}\(.{1,600}:\d+\) \{$/, state: "framesFields", joins: "error" },
  { line: FRAME, state: "frames", joins: "error" },
  { line: UNCAUGHT, state: "frames" },
  { line: EXCEPTION, state: "frames", joins: "problem" },
  { line: PYTHON_HEAD, state: "python", joins: "problem" },
  { line: /^(?:panic|fatal error): /, state: "goHead" },
  { line: GOROUTINE, state: "go", joins: "problem" },
  { line: ZAP_CALL, state: "zap", joins: "problem" },
  {
    line: /^.{1,500}\.rb:\d+:in [`'].{1,200}\([A-Z]\w{0,100}(?:::\w{1,100}){0,9}\)$/,
    state: "ruby",
  },
  { line: RUBY_FRAME, state: "ruby", joins: "problem" },
  { line: RUBY_ERROR, state: "rails", joins: "problem" },
  { line: NODE_PLACE, state: "nodePlace" },
  // .NET's console logger writes the message in a second line.
  { line: /^(?:trce|dbug|info|warn|fail|crit): [\w.+`]{1,300}\[\d+\]$/, state: "dotnetLog" },
];

type Next = readonly (readonly [line: RegExp, state: string])[];

/** The lines of a trace in Java, .NET and Node after the first one. */
const FRAMES = (same: string): Next => [
  [/^\s+at .{0,600}\{$/, `${same}Fields`],
  [/^\s+at \S/, same],
  [/^\s*\.\.\. (?:\d+ (?:more|common frames)|\d+ lines matching)/, same],
  [/^\s*(?:Caused by|Suppressed|Wrapped by): \S/, same],
  [/^\s+\[(?:cause|errors|CIRCULAR REFERENCE)/, same],
  [/^\s*---+> \S/, same],
  [/^\s*--- End of (?:inner exception )?stack trace/, same],
];

/** For each state, the lines that may come next, and the state after each. The first one that matches applies. */
const NEXT = {
  frames: FRAMES("frames"),
  framesFields: [[/^\s+\S/, "framesFields"], [/^\}$/, "frames"]],
  // The code that threw.
  nodePlace: [[/^(?:\s+\S|throw |.*[;{(,]$)/, "nodeSource"]],
  nodeSource: [[/^\s*\^+$/, "nodeMark"]],
  nodeMark: [[BLANK, "nodeGap"], [/^\w*(?:Error|Exception)\b/, "node"]],
  nodeGap: [[/^\S/, "node"]],
  node: [...FRAMES("node"), [/^\(Use `node /, "node"], [BLANK, "nodeEnd"]],
  nodeFields: [[/^\s+\S/, "nodeFields"], [/^\}$/, "node"]],
  nodeEnd: [[/^Node\.js v\d/, "end"]],
  dotnetLog: [[/^ {6}/, "dotnetLog"]],
  python: [
    [/^\s+\S/, "python"],
    // `INFO: started` is the next line of the log, not an exception.
    [
      /^(?!(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\b)[A-Za-z_][\w.]{0,300}(?:: .*)?$/,
      "pythonEnd",
    ],
  ],
  pythonEnd: [[BLANK, "pythonGap"], [/^\s+\S/, "pythonEnd"]],
  pythonGap: [[/^(?:During handling of the above|The above exception was)/, "pythonChain"]],
  pythonChain: [[BLANK, "pythonChain"], [PYTHON_HEAD, "python"]],
  goHead: [
    [BLANK, "goHead"],
    [/^(?:\[signal |\tpanic: |\t\S)/, "goHead"],
    [GOROUTINE, "go"],
    [/^runtime stack:$/, "go"],
  ],
  go: [
    [GO_PLACE, "go"],
    [GO_CALL, "go"],
    [/^created by \S/, "go"],
    [/^\.\.\.(?:\d+ frames|additional frames) elided/, "go"],
    [BLANK, "goGap"],
    [/^exit status \d+$/, "end"],
  ],
  goGap: [[GOROUTINE, "go"], [/^exit status \d+$/, "end"]],
  zap: [[GO_PLACE, "zap"], [ZAP_CALL, "zap"], [GO_CALL, "zap"]],
  ruby: [
    [/^\s+(?:\d+: )?from \S/, "ruby"],
    [RUBY_FRAME, "ruby"],
    [BLANK, "rubyGap"],
    [/^Did you mean\?/, "ruby"],
  ],
  // Ruby shows the code, with a mark below it.
  rubyGap: [[/^\s+(?:\d+: )?from \S/, "ruby"], [/^(?![[\d{<]|[A-Z]+\b)\s*\S/, "rubySource"]],
  rubySource: [[/^\s*\^+$/, "ruby"]],
  rails: [[BLANK, "rails"], [/^\s+\d+: /, "rails"], [RUBY_FRAME, "rails"]],
  end: [],
} satisfies Record<string, Next>;

/** The state after `line`, or `undefined` if it does not belong to the trace. */
export function nextState(state: TraceState, line: string): TraceState | undefined {
  const next: Next = NEXT[state];
  return next.find(([pattern]) => pattern.test(line))?.[1] as TraceState | undefined;
}
