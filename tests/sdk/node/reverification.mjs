// What Clerk's packages make of our refusals, and whether they would have refused as well.
import { createClerkClient } from '@clerk/backend';
import { validateReverificationConfig } from '@clerk/shared/authorization';
import { isReverificationHint, reverificationErrorResponse } from '@clerk/shared/authorization-errors';
import { answer, ask } from './dialogue.mjs';

const { instance, level, requests } = await ask();
const { api_url: apiUrl, secret_key: secretKey, publishable_key: publishableKey, jwt_key: jwtKey } = instance;
const clerk = createClerkClient({ apiUrl, secretKey, publishableKey, telemetry: { disabled: true } });

/** Whether Clerk's own check of this level passes. */
async function fresh(token) {
  const request = new Request('https://api.example.com/', { headers: { authorization: `Bearer ${token}` } });
  const state = await clerk.authenticateRequest(request, { jwtKey, authorizedParties: [instance.origin] });
  return state.toAuth().has({ reverification: level });
}

const theirs = await reverificationErrorResponse(level).json();
const report = [];
for (const { url, token } of requests) {
  const response = await fetch(url, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
  // As `useReverification` does with a response that its fetcher returned.
  const body = await response.json();
  const recognised = Boolean(isReverificationHint(body));
  const config = recognised && validateReverificationConfig(body.clerk_error.metadata?.reverification);
  report.push({
    status: response.status,
    code: body.code,
    fresh: await fresh(token),
    recognised,
    asks_for: config ? config() : null,
    same: recognised && JSON.stringify(body.clerk_error) === JSON.stringify(theirs.clerk_error),
  });
}
answer({ report, demands: validateReverificationConfig(level)() });
