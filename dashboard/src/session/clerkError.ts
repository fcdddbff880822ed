import { isClerkAPIResponseError } from '@clerk/react/errors';

/** What Clerk refused, in its own words. */
export function inWords(error: unknown): string {
  if (isClerkAPIResponseError(error)) {
    const [first] = error.errors;
    return first?.longMessage ?? first?.message ?? error.message;
  }
  return error instanceof Error ? error.message : 'Something went wrong.';
}
