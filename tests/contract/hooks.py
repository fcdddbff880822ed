"""What a request that fits the description must also be, where OpenAPI has no words for it. Each has its reason.

Requests that are meant to be wrong are sent as they were made.
"""

import base64
import hashlib
import hmac
import json
import os
import time
import uuid

import schemathesis
from schemathesis import GenerationMode

ADA = "user_000000000000000000000000Ada"
VIC = "user_000000000000000000000000Vic"
ROLES = ("org:admin", "org:member", "org:viewer")


@schemathesis.hook
def before_call(context, case, kwargs):
    keep_the_caller(case)
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    address(case)
    headers(case)
    if isinstance(case.body, dict):
        body(case.operation.label, case.body)
    if case.operation.label == "POST /api/webhooks/clerk":
        sign(case)


def keep_the_caller(case):
    """Who takes away their own membership or role has no token that is good for the rest of the run."""
    changed = case.operation.label in ("DELETE /api/members/{user_id}", "PATCH /api/members/{user_id}")
    if changed and case.path_parameters.get("user_id") == ADA:
        case.path_parameters["user_id"] = VIC


def address(case):
    if case.operation.path.startswith("/api/{user_id}/"):
        # Anybody else's is a 403, whatever the rest of the request is.
        case.path_parameters["user_id"] = ADA
    for name, value in (case.path_parameters or {}).items():
        # The tool takes the null of an answer for the id of something.
        if value in (None, "None"):
            case.path_parameters[name] = str(uuid.uuid4())
    query = case.query or {}
    # Opaque: only a `Link` header has one that is accepted.
    query.pop("cursor", None)
    if "target_id" in query:
        # Which thing it was is asked together with what kind of thing.
        query.setdefault("target_type", "task")
    if query.get("format") in ("csv", "ndjson"):
        # A file holds every entry.
        query.pop("limit", None)


def headers(case):
    sent = case.headers or {}
    for name in [name for name in sent if name.lower() in ("if-match", "if-none-match")]:
        # Of a version the tool has not read it can say nothing: any would be a 412.
        sent[name] = "*" if name.lower() == "if-match" else '"another"'
    for name in [name for name in sent if name.lower() == "idempotency-key"]:
        # A key names one attempt; the same one with another body is a mistake of the caller.
        sent[name] = uuid.uuid4().hex


def body(operation, sent):
    if sent.get("assignee_id") is not None:
        # A member of the organization, of whom the description cannot know.
        sent["assignee_id"] = ADA
    if sent.get("status") is not None:
        # The one follows from the other.
        sent.pop("completed", None)
    if isinstance(sent.get("due_date"), str) and sent["due_date"][:1] == "0":
        # In the years 1000 to 9998; a pattern beside a format leaves the tool without a value.
        sent["due_date"] = "2031-05-06T07:08:09Z"
    for invited in [sent, *(sent.get("invitations") or [])]:
        # Roles are the Clerk instance's.
        if isinstance(invited, dict) and invited.get("role") not in (None, *ROLES):
            invited["role"] = "org:member"
    if operation == "POST /api/invitations":
        one_or_several(sent)


def one_or_several(sent):
    """One person or several, and several different ones, whom nobody has invited yet."""
    several = sent.get("invitations")
    if not several:
        sent.pop("invitations", None)
        sent.setdefault("role", "org:member")
        sent["role"] = sent["role"] or "org:member"
        sent["email_address"] = somebody()
        return
    sent.pop("email_address", None)
    sent.pop("role", None)
    for invited in several:
        invited["email_address"] = somebody()


def somebody():
    return f"{uuid.uuid4().hex}@example.com"


def sign(case):
    """As Svix signs; without it nothing but the signature would ever be looked at."""
    secret = base64.b64decode(os.environ["CLERK_WEBHOOK_SIGNING_SECRET"].removeprefix("whsec_"))
    body = case.body if isinstance(case.body, dict) else {}
    body.setdefault("type", "user.updated")
    body.setdefault("data", {"id": f"user_{uuid.uuid4().hex}", "updated_at": int(time.time() * 1000)})
    body["timestamp"] = int(time.time() * 1000)
    case.body = body
    message, now = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    signed = f"{message}.{now}.{json.dumps(body)}".encode()
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    case.headers.update({"svix-id": message, "svix-timestamp": now, "svix-signature": f"v1,{signature}"})
