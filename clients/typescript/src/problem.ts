/** The API's problem documents (RFC 9457) as errors, one class for each thing that a caller can do about them. */
import type { components } from './schema.js';

export type Problem = components['schemas']['Problem'];
export type FieldError = components['schemas']['FieldError'];
export type ReverificationHint = components['schemas']['ReverificationHint'];

/** Where an answer came from, besides its body. */
export interface AnswerFacts {
  /** Seconds, from `Retry-After`. */
  retryAfter: number | null;
  /** With 412: the version that the resource has. */
  etag: string | null;
}

/** An answer of the API that is no success. `code` is stable; `message` is the sentence for people. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** Finds the request in the server's log. */
  readonly requestId: string;
  readonly retryAfter: number | null;
  constructor(
    readonly problem: Problem,
    facts: AnswerFacts,
  ) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.requestId = problem.request_id;
    this.retryAfter = facts.retryAfter;
  }
}

/** 401: no token, or one that is not accepted (any more). */
export class UnauthorizedError extends ApiError {
  override name = 'UnauthorizedError';
}

/** 402: the plan does not allow more. */
export class PlanLimitError extends ApiError {
  override name = 'PlanLimitError';
  /** The most that the plan allows. */
  readonly limit = this.problem.limit ?? null;
  /** How many there are. */
  readonly used = this.problem.used ?? null;
  /** The plan's slug. */
  readonly plan = this.problem.plan ?? null;
}

/** 403: the role is too low, no organization is active, or the plan lacks the feature; `code` says which. */
export class ForbiddenError extends ApiError {
  override name = 'ForbiddenError';
  /** The permission that is missing, with `permission_missing`. */
  readonly permission = this.problem.permission ?? null;
}

/** 403 `reverification_required`: a factor must be verified again. `hint` is what Clerk's SDK understands. */
export class ReverificationRequiredError extends ForbiddenError {
  override name = 'ReverificationRequiredError';
  readonly hint = this.problem.clerk_error ?? null;
}

/** 404: absent, or another organization's. */
export class NotFoundError extends ApiError {
  override name = 'NotFoundError';
}

/** 409: it clashes with what is stored. */
export class ConflictError extends ApiError {
  override name = 'ConflictError';
}

/** 412: somebody else changed it meanwhile. */
export class PreconditionFailedError extends ApiError {
  override name = 'PreconditionFailedError';
  /** The version that it has now. */
  readonly etag: string | null;
  constructor(problem: Problem, facts: AnswerFacts) {
    super(problem, facts);
    this.etag = facts.etag;
  }
}

/** 422: something in the request is not acceptable. */
export class ValidationError extends ApiError {
  override name = 'ValidationError';
  readonly errors: readonly FieldError[] = this.problem.errors ?? [];

  /** What is wrong with a field of the body: `of('title')`. */
  of(field: string): FieldError | undefined {
    return this.errors.find((error) => error.pointer === `/${field}` || error.parameter === field);
  }
}

/** 429: too much in a short time; nothing was done. */
export class TooManyRequestsError extends ApiError {
  override name = 'TooManyRequestsError';
}

/** 503: something the API needs is away, or it has too much to do. */
export class UnavailableError extends ApiError {
  override name = 'UnavailableError';
}

/** There was no answer at all, or none that the API could have given. */
export class NetworkError extends Error {
  override name = 'NetworkError';
}

type ErrorClass = new (problem: Problem, facts: AnswerFacts) => ApiError;

const CLASSES: Record<number, ErrorClass> = {
  401: UnauthorizedError,
  402: PlanLimitError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  412: PreconditionFailedError,
  422: ValidationError,
  429: TooManyRequestsError,
  503: UnavailableError,
};

/** The error that a problem document is. */
export function errorOf(problem: Problem, facts: AnswerFacts): ApiError {
  const Class = problem.code === 'reverification_required' ? ReverificationRequiredError : CLASSES[problem.status];
  return new (Class ?? ApiError)(problem, facts);
}

/** Reads an answer that is no success. What is no problem document, as a proxy's page, is a `NetworkError`. */
export async function readError(answer: Response): Promise<ApiError | NetworkError> {
  const facts = { retryAfter: seconds(answer.headers.get('retry-after')), etag: answer.headers.get('etag') };
  const body: unknown = await answer.json().catch(() => null);
  if (isProblem(body)) return errorOf(body, facts);
  return new NetworkError(`The answer ${answer.status} is not one of the API.`);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'status' in body && 'detail' in body;
}

function seconds(header: string | null): number | null {
  if (header === null) return null;
  const number = Number(header);
  if (Number.isFinite(number)) return Math.max(0, number);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000);
}
