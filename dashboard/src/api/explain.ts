/** What went wrong, in words for the person in front of it. */
import {
  ApiError,
  ConflictError,
  ForbiddenError,
  NetworkError,
  NotFoundError,
  PlanLimitError,
  PreconditionFailedError,
  TooManyRequestsError,
  UnauthorizedError,
  UnavailableError,
  ValidationError,
} from '@tenantry/client';

export interface Explanation {
  title: string;
  text: string;
  /** Finds the request in the server's log, where that may be of use. */
  requestId?: string;
}

const PERMISSIONS: Record<string, string> = {
  'org:tasks:view': 'see tasks',
  'org:tasks:create': 'create tasks',
  'org:tasks:edit': 'change tasks',
  'org:tasks:delete': 'delete tasks',
  'org:members:manage': 'manage members',
};

/** A permission as something that one may do, with its key. */
export function permissionInWords(permission: string): string {
  const words = PERMISSIONS[permission];
  return words === undefined ? permission : `${words} (${permission})`;
}

export function explain(error: unknown): Explanation {
  if (error instanceof PlanLimitError) return limit(error);
  if (error instanceof ForbiddenError) return forbidden(error);
  if (error instanceof TooManyRequestsError) {
    return { title: 'Too many requests', text: `That was too much in a short time. Try again ${when(error.retryAfter)}; nothing was done.` };
  }
  if (error instanceof UnavailableError) return unavailable(error);
  if (error instanceof NetworkError) return { title: 'No connection', text: 'The service cannot be reached, so nothing can be loaded or saved now. Try again in a moment.' };
  if (error instanceof UnauthorizedError) return { title: 'Signed out', text: 'Your session has ended or lost its access. Sign in again.' };
  if (error instanceof PreconditionFailedError) return { title: 'Changed meanwhile', text: 'Somebody else changed this before you. Look at it again.' };
  if (error instanceof NotFoundError) return { title: 'Not found', text: 'It does not exist any more, or is not in this organization.' };
  if (error instanceof ConflictError) return { title: 'Not possible now', text: error.message };
  if (error instanceof ValidationError) {
    const [first] = error.errors;
    return { title: 'Not accepted', text: first?.detail ?? error.message };
  }
  if (error instanceof ApiError) return { title: 'Something went wrong', text: error.message, requestId: error.requestId };
  return { title: 'Something went wrong', text: error instanceof Error ? error.message : 'The cause is unknown.' };
}

function limit(error: PlanLimitError): Explanation {
  const what = error.code === 'member_limit_reached' ? 'members and open invitations' : 'tasks';
  const plan = error.plan === null ? 'Your plan' : `The plan “${error.plan}”`;
  const numbers = error.limit === null ? '' : ` ${plan} allows ${error.limit} ${what}, and there are ${error.used ?? error.limit}.`;
  return { title: 'The plan’s limit is reached', text: `${numbers} Remove some, or move to a larger plan.`.trim() };
}

function forbidden(error: ForbiddenError): Explanation {
  const title = 'Not allowed';
  switch (error.code) {
    case 'permission_missing':
      return { title, text: error.permission === null ? error.message : `You need the permission to ${permissionInWords(error.permission)}. Ask an administrator of the organization.` };
    case 'feature_not_in_plan':
      return { title: 'Not in your plan', text: `${error.message} A larger plan includes it.` };
    case 'admin_required':
      return { title, text: 'Only an administrator of the organization may do this.' };
    case 'organization_required':
      return { title: 'No organization', text: 'Choose an organization first.' };
    case 'reverification_required':
      return { title: 'Verify that it is you', text: 'This needs your password or a code again. Nothing was changed.' };
    default:
      return { title, text: error.message };
  }
}

function unavailable(error: UnavailableError): Explanation {
  if (error.code === 'clerk_unavailable') {
    return { title: 'The sign-in service is away', text: `Members and invitations cannot be changed now. Try again ${when(error.retryAfter)}.` };
  }
  return { title: 'The service is not available', text: `It is too busy, or something it needs is away. Try again ${when(error.retryAfter)}.`, requestId: error.requestId };
}

function when(seconds: number | null): string {
  if (seconds === null) return 'in a moment';
  if (seconds < 90) return `in ${Math.max(1, Math.ceil(seconds))} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}
