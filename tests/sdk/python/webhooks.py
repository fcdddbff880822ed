"""Deliveries of the local Clerk, judged by `svix`; deliveries signed by `svix`, sent to our API."""

import json
from datetime import datetime, timedelta, timezone

import httpx
from svix.webhooks import Webhook, WebhookVerificationError

from dialogue import answer, ask


def judged(secret, delivery):
    try:
        Webhook(secret).verify(delivery["body"], delivery["headers"])
    except WebhookVerificationError:
        return {"svix": "refused"}
    event = json.loads(delivery["body"])
    return {"svix": [event["type"], event["data"]["id"]]}


def sent(endpoint, message):
    """Signs what is to be signed, and sends or shows it."""
    time = datetime.now(timezone.utc) - timedelta(seconds=message["seconds_ago"])
    body = message["body"]
    headers = {
        "content-type": "application/json",
        "svix-id": message["id"],
        "svix-timestamp": str(int(time.timestamp())),
        "svix-signature": Webhook(message["secret"]).sign(message["id"], time, body),
    }
    if endpoint is None:
        return {"headers": headers, "body": body}
    response = httpx.post(endpoint, content=body.encode(), headers=headers, trust_env=False)
    return {"status": response.status_code, "answer": response.json()}


question = ask()
answer(
    {
        "judged": [judged(question["secret"], delivery) for delivery in question.get("deliveries", [])],
        "sent": [sent(question.get("endpoint"), message) for message in question.get("messages", [])],
    }
)
