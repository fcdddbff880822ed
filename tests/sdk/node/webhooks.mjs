// Deliveries of the local Clerk, judged by `@clerk/backend` and `svix`; deliveries signed by `svix`, sent to our API.
import { verifyWebhook } from '@clerk/backend/webhooks';
import { Webhook } from 'svix';
import { answer, ask } from './dialogue.mjs';

const { secret, deliveries = [], messages = [], endpoint } = await ask();

async function judged({ headers, body }) {
  const report = {};
  try {
    const request = new Request('https://api.example.com/webhooks', { method: 'POST', headers, body });
    const event = await verifyWebhook(request, { signingSecret: secret });
    report.clerk = [event.type, event.data.id];
  } catch (error) {
    report.clerk = 'refused';
  }
  try {
    const event = new Webhook(secret).verify(body, headers);
    report.svix = [event.type, event.data.id];
  } catch (error) {
    report.svix = 'refused';
  }
  return report;
}

/** Signs what is to be signed, and sends or shows it. */
async function sent({ id, secret, seconds_ago, body }) {
  const time = new Date(Date.now() - seconds_ago * 1000);
  const headers = {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': Math.floor(time.getTime() / 1000).toString(),
    'svix-signature': new Webhook(secret).sign(id, time, body),
  };
  if (!endpoint) return { headers, body };
  const response = await fetch(endpoint, { method: 'POST', headers, body });
  return { status: response.status, answer: await response.json() };
}

const report = { judged: [], sent: [] };
for (const delivery of deliveries) report.judged.push(await judged(delivery));
for (const message of messages) report.sent.push(await sent(message));
answer(report);
