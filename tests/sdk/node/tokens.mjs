// What `@clerk/backend` makes of each token, by every way it offers: keys fetched, key given, whole request.
import { createClerkClient, verifyToken } from '@clerk/backend';
import { answer, ask } from './dialogue.mjs';

const { instance, tokens } = await ask();
const { api_url: apiUrl, secret_key: secretKey, publishable_key: publishableKey, jwt_key: jwtKey } = instance;
const authorizedParties = [instance.origin];
const clerk = createClerkClient({ apiUrl, secretKey, publishableKey, telemetry: { disabled: true } });

async function verified(token, options) {
  try {
    const claims = await verifyToken(token, { ...options, authorizedParties });
    return { sub: claims.sub, sid: claims.sid };
  } catch (error) {
    return { refused: error.reason ?? String(error) };
  }
}

async function authenticated(token) {
  try {
    const request = new Request('https://api.example.com/tasks', { headers: { authorization: `Bearer ${token}` } });
    const state = await clerk.authenticateRequest(request, { jwtKey, authorizedParties });
    if (!state.isAuthenticated) return { refused: state.reason };
    const { userId, sessionId, orgId, orgSlug, orgRole, orgPermissions } = state.toAuth();
    // Authenticated and not admitted: the session has tasks left to do.
    if (!userId) return { refused: 'signed-out' };
    return { userId, sessionId, orgId, orgSlug, orgRole, orgPermissions };
  } catch (error) {
    return { refused: String(error) };
  }
}

const report = [];
for (const token of tokens) {
  report.push({
    fetched: await verified(token, { apiUrl, secretKey }),
    given: await verified(token, { jwtKey }),
    request: await authenticated(token),
  });
}
answer(report);
