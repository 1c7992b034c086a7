/** A client's visit: it opens a stream, stays, and leaves. Unexpected results are violations. */
import type { Ledger } from "./ledger.ts";
import type { Scope } from "./line.ts";
import type { Random } from "./random.ts";
import { Refusal, Session } from "./session.ts";
import type { Request, Wire } from "./wire.ts";
import type { Run } from "./run.ts";

/** The service may close a connection whose request, on a busy machine, takes longer than this. */
const REQUEST_LIMIT_MS = 10_000;

/** A client and what it requests. */
export interface Visitor {
  /** The kind of client; the token's `sub`. */
  readonly kind: string;
  readonly scope: Scope;
  /** Whether it reads everything immediately. */
  readonly keepsUp: boolean;
  /** Connects and sends the request. */
  readonly connect: (request: Request) => Wire | Promise<Wire>;
  /** Called with the number of each line. */
  readonly onLine?: (number: number) => void;
}

/** An open stream and its client. */
export class Visit {
  /** The stream's ID in the service's log. */
  readonly jti: string;
  readonly #scope: Scope;
  readonly #run: Run;
  readonly #session: Session;
  readonly #wire: Wire;
  readonly #keepsUp: boolean;
  readonly #expiresAt: number;

  private constructor(
    run: Run,
    { scope, keepsUp }: Visitor,
    { jti, expiresAt }: { jti: string; expiresAt: number },
    wire: Wire,
    session: Session,
  ) {
    this.jti = jti;
    this.#expiresAt = expiresAt;
    this.#run = run;
    this.#scope = scope;
    this.#keepsUp = keepsUp;
    this.#wire = wire;
    this.#session = session;
  }

  /** Opens a stream; `undefined` if it is refused. */
  static async begin(run: Run, random: Random, visitor: Visitor): Promise<Visit | undefined> {
    using _opening = await run.waitToOpen();
    const { scope, kind, connect, onLine } = visitor;
    const jti = crypto.randomUUID();
    const seconds = Math.ceil(random.chance(0.2) ? random.between(5, 9) : random.between(60, 600));
    const format = random.chance(0.8) ? "sse" : "ndjson";
    const expiresAt = (Math.floor(Date.now() / 1_000) + seconds) * 1_000;
    const token = await run.keys.mint({ ...scope, jti, sub: kind }, seconds);
    const asked = random.chance(0.5) ? scope : {};
    const request: Request = { port: run.port, token, scope, asked, expiresAt, format };
    const askedAt = performance.now();
    let wire: Wire | undefined;
    try {
      wire = await connect(request);
      const session = await Session.open(wire, run.journal, request, onLine);
      run.found.streams++;
      return new Visit(run, visitor, { jti, expiresAt }, wire, session);
    } catch (error) {
      wire?.close();
      if (error instanceof Refusal) {
        run.refused(error.code, "refusals");
        // On a busy machine a token may expire before it is used.
        const expired = error.code === "token_expired" && Date.now() >= expiresAt;
        if (!expired && !run.isTolerated(error.code, askedAt)) {
          run.timeViolation("A valid token was refused", error);
        }
      } else if (!run.phase.startsWith("stop") && performance.now() < askedAt + REQUEST_LIMIT_MS) {
        run.timeViolation("A stream was not opened", error);
      }
      return undefined;
    }
  }

  /** Why the service ended the stream, if it did. */
  get reason(): string | undefined {
    return this.#session.reason;
  }

  /**
   * Reads for `time` milliseconds, until the stream ends, or, once nothing more is published, until
   * all lines are accounted for.
   */
  async stay(time: number): Promise<void> {
    const leaveAt = performance.now() + time;
    const session = this.#session;
    const { journal } = this.#run;
    try {
      while (session.reason === undefined && !this.#phase.endsWith("ed")) {
        if (this.#phase === "load" && performance.now() > leaveAt) return;
        if (this.#phase === "settle" && session.ledger!.isSettled(journal.length)) return;
        await session.read();
      }
      if (this.#phase === "settled") session.ledger!.settle(journal.length);
    } catch (error) {
      const what = `Stream ${this.jti} of ${JSON.stringify(this.#scope)}`;
      if (!this.#phase.startsWith("stop")) return this.#run.violation(what, error);
      // A shutdown waits only for a limited time for clients that do not read.
      if (this.#keepsUp) this.#run.timeViolation(what, error);
    }
  }

  /** Closes the connection and compares the end of the stream with the service's log. */
  async leave(): Promise<void> {
    const { reason, ledger } = this.#session;
    this.#wire.close();
    this.#run.ended(reason ?? "client", ledger!.tally);
    if (reason !== undefined) await this.#assertEnded(reason, ledger!);
  }

  async #assertEnded(reason: string, ledger: Ledger): Promise<void> {
    const run = this.#run;
    if (!["expired", "stalled"].includes(reason) && !run.wasTolerated(reason)) {
      run.violation(`A stream ended as ${reason}`);
    }
    if (reason === "stalled" && this.#keepsUp) {
      run.violation("A steady reader was ended as stalled");
    }
    const closed = await run.awaitClose(this.jti);
    if (closed === undefined) return run.violation("The end of a stream is not in the log");
    // The token was made at most a second before this time.
    if (reason === "expired" && Date.parse(closed.time) < this.#expiresAt - 1_000) {
      run.violation("A stream ended as expired before its token expired");
    }
    try {
      ledger.end(Date.parse(closed.time));
    } catch (error) {
      run.violation(`Stream ${this.jti}`, error);
    }
    const { lines, dropped } = ledger.tally;
    const logged = JSON.stringify([closed.reason, closed.events, closed.dropped]);
    const reported = JSON.stringify([reason, lines, dropped]);
    if (logged !== reported) {
      run.violation(`The log has ${logged} for a stream, its client ${reported}`);
    }
  }

  get #phase(): Run["phase"] {
    return this.#run.phase;
  }
}
