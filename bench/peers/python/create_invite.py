"""Creates an invite as `native-create-invite` does for an e-mail address.

It gets the same event, makes the same calls to the same table, and writes an item with the same keys.
../README.md compares the two.
"""

import hashlib
import hmac
import json
import os
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import boto3
import jwt
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

TABLE = os.environ["TABLE_NAME"]
TOKEN_KEY = os.environ["TOKEN_KEY"].encode()
PER_HOUR = int(os.environ["LIMIT_INVITES_PER_INVITER_HOUR"])
PENDING = int(os.environ["LIMIT_PENDING_PER_GROUP"])
HOUR = 3600
DAY = 86_400
LIFETIME = 7 * DAY
RANKS = {"member": 0, "editor": 1, "admin": 2, "owner": 3}
# The least rank that may invite, by the group's policy.
INVITERS = {"members": 0, "admins": 2, "owners": 3}
EMAIL = re.compile(r"[^\s@\"<>]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
ROLE = re.compile(r"[a-z0-9_-]{1,32}")

app = APIGatewayHttpResolver()
client = boto3.client("dynamodb")
issuer_keys = jwt.PyJWKClient(os.environ["JWT_JWKS_URL"], cache_keys=True)
threads = ThreadPoolExecutor(max_workers=3)
serialize = TypeSerializer().serialize
deserialize = TypeDeserializer().deserialize


class Refusal(Exception):
    """An answer other than 201."""

    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


def check(holds, status, code):
    """Answers with the refusal unless the condition holds."""
    if not holds:
        raise Refusal(status, code)


def handler(event, context):
    return app.resolve(event, context)


@app.exception_handler(Refusal)
def refused(refusal):
    return answer(refusal.status, {"code": refusal.code})


def answer(status, body):
    return Response(status_code=status, content_type="application/json", body=json.dumps(body))


@app.post("/v1/groups/<group>/invites")
def invites(group):
    caller = verified(app.current_event.headers.get("authorization", ""))
    return answer(201, create(caller, group, read(app.current_event.body), int(time.time())))


def verified(authorization):
    """Returns the claims of the bearer token, whose signature, issuer, audience, type and times are valid."""
    scheme, _, token = authorization.partition(" ")
    check(scheme == "Bearer" and token, 401, "unauthenticated")
    try:
        check(jwt.get_unverified_header(token).get("typ") == os.environ["JWT_TYPE"], 401, "unauthenticated")
        return jwt.decode(
            token,
            issuer_keys.get_signing_key_from_jwt(token).key,
            algorithms=["ES256"],
            issuer=os.environ["JWT_ISSUER"],
            audience=os.environ["JWT_AUDIENCE"],
            options={"require": ["sub", "exp", "iat"]},
            leeway=30,
        )
    except jwt.PyJWTError as error:
        raise Refusal(401, "unauthenticated") from error


def read(text):
    """Returns the validated body."""
    try:
        body = json.loads(text or "")
    except ValueError as error:
        raise Refusal(400, "malformed_body") from error
    check(isinstance(body, dict), 422, "invalid_body")
    email, roles = body.get("email"), body.get("roles")
    message, metadata = body.get("message"), body.get("metadata", {})
    check(isinstance(email, str) and len(email) <= 254 and EMAIL.fullmatch(email), 422, "invalid_body")
    check(isinstance(roles, list) and 1 <= len(roles) <= 16, 422, "invalid_body")
    check(all(isinstance(role, str) and ROLE.fullmatch(role) for role in roles), 422, "invalid_body")
    check(len(set(roles)) == len(roles), 422, "invalid_body")
    check(message is None or (isinstance(message, str) and len(message) <= 1000), 422, "invalid_body")
    check(isinstance(metadata, dict), 422, "invalid_body")
    return {"email": email, "roles": roles, "message": message, "metadata": metadata}


def rank(roles):
    return max((role for role in roles if role in RANKS), key=RANKS.get, default="member")


def create(caller, group, body, at):
    inviter, address = caller["sub"], body["email"].lower()
    digest = hashlib.sha256(f"{group}\0e:{address}".encode()).digest()
    number = int.from_bytes(digest[:6], "big") + 1
    records = threads.submit(read_records, inviter, group, number, address)
    counted = threads.submit(count_request, inviter, at)
    counting = threads.submit(count_pending, group, at)
    found, passed, pending = records.result(), counted.result(), counting.result()
    record, member = found["group"], found["member"]
    check(record and record["state"] == "active", 404, "group_not_found")
    check(member, 404, "group_not_found")
    own = rank(member["roles"])
    check(RANKS[own] >= INVITERS[record["policy"]["who_may_invite"]], 403, "forbidden")
    check(RANKS[rank(body["roles"])] <= RANKS[own], 403, "role_above_own")
    check(not record["policy"]["frozen"], 403, "group_frozen")
    check(passed, 429, "rate_limited")
    check(pending < min(record["policy"]["max_pending"], PENDING), 429, "pending_limit")
    held = found["pointer"] and found["pointer"]["user"] == inviter
    check(not found["invite"] and not held, 409, "invite_already_pending")
    put(item(group, number, body, at) | {
        "group_name": record["name"],
        "created_by": inviter,
        "created_by_name": caller.get("name"),
        "created_by_rank": own,
    })
    made = {"object": "invite", "id": number, "group": group, "state": "pending", "token": link(group, number)}
    return made | body | {"created_at": at, "expires_at": at + LIFETIME}


def link(group, number):
    """Returns the token of the invite's link."""
    subject = "\0".join(["invite", group, str(number), "1"])
    return "bkn_" + hmac.new(TOKEN_KEY, subject.encode(), hashlib.sha256).hexdigest()


def marshalled(values):
    return {name: serialize(value) for name, value in values.items()}


def read_records(inviter, group, number, address):
    """Reads the group, the inviter's membership and record, the invite's own key, and the address's pointer."""
    keys = {
        "group": (f"G#{group}", "G"),
        "member": (f"G#{group}", f"M#{inviter}"),
        "user": (f"U#{inviter}", "U"),
        "invite": (f"G#{group}", f"I#{number}"),
        "pointer": (f"E#{address}", "P"),
    }
    wanted = [marshalled({"pk": pk, "sk": sk}) for pk, sk in keys.values()]
    answered = client.batch_get_item(RequestItems={TABLE: {"Keys": wanted, "ConsistentRead": True}})
    check(not answered["UnprocessedKeys"], 503, "temporarily_unavailable")
    items = [{name: deserialize(value) for name, value in one.items()} for one in answered["Responses"][TABLE]]
    by_key = {(one["pk"], one["sk"]): one for one in items}
    return {name: by_key.get(key) for name, key in keys.items()}


def count_request(inviter, at):
    """Counts the request in the inviter's window of an hour. Returns whether it passed."""
    start = at - at % HOUR
    try:
        client.update_item(
            TableName=TABLE,
            Key=marshalled({"pk": f"R#invites#{inviter}", "sk": f"{start:012}"}),
            UpdateExpression="SET #type = :type, #ttl = :ttl, last_passed = :mark ADD passed :one",
            ConditionExpression="attribute_not_exists(passed) OR (passed <= :others AND last_passed <> :mark)",
            ExpressionAttributeNames={"#type": "type", "#ttl": "ttl"},
            ExpressionAttributeValues=marshalled({
                ":type": "window",
                ":ttl": start + HOUR + DAY,
                ":mark": str(uuid.uuid4()),
                ":one": 1,
                ":others": PER_HOUR - 1,
            }),
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def count_pending(group, at):
    """Returns how many of the group's first 25 pending invites have not expired."""
    return client.query(
        TableName=TABLE,
        IndexName="by_group",
        KeyConditionExpression="pk = :pk AND by_group_sk BETWEEN :low AND :high",
        FilterExpression="attribute_not_exists(expires_at) OR expires_at > :now",
        ExpressionAttributeValues=marshalled({":pk": f"G#{group}", ":low": "pending#", ":high": "pending#~", ":now": at}),
        Select="COUNT",
        Limit=25,
        ScanIndexForward=False,
    )["Count"]


def item(group, number, body, at):
    """Returns the invite's item without its inviter and its group's name."""
    sort = f"pending#{at:012}#{number:016}"
    key = f"e:{body['email'].lower()}"
    return {
        "pk": f"G#{group}",
        "sk": f"I#{number}",
        "type": "invite",
        "id": number,
        "group": group,
        "generation": 1,
        "version": 1,
        "invitee": {"kind": "email", "email": body["email"]},
        "roles": body["roles"],
        "state": "pending",
        "message": body["message"],
        "metadata": json.dumps(body["metadata"]),
        "outbox": "queued",
        "delivery": {"state": "queued", "attempts": 0, "updated_at": at},
        "created_at": at,
        "request": str(uuid.uuid4()),
        "updated_at": at,
        "expires_at": at + LIFETIME,
        "send_count": 1,
        "by_group_sk": sort,
        "by_invitee_pk": f"V#{key}",
        "by_invitee_sk": sort,
        "by_sender_sk": f"{at:012}#{group}#{number:016}",
        "due_pk": f"D#{number % 8}",
        "due_sk": f"{at + 2 * DAY:012}#{number:016}",
    }


def put(invite):
    """Writes the invite, on the condition that its key is empty."""
    there = {name: value for name, value in invite.items() if value is not None}
    try:
        client.put_item(TableName=TABLE, Item=marshalled(there), ConditionExpression="attribute_not_exists(pk)")
    except client.exceptions.ConditionalCheckFailedException as error:
        raise Refusal(409, "invite_already_pending") from error
