/** The codes of problems that a module throws. */
import { Problem, type ProblemCode } from "../../lib/problem.ts";

/** Returns the code of a problem; throws any other error. */
export function codeOf(error: unknown): ProblemCode {
  if (error instanceof Problem) return error.code;
  throw error;
}
