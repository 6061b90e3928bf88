"""A receiver of webhooks, and the story that it hears: a group, an invite, and its acceptance."""

import json
import os
import queue
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

secret = os.environ["SECRET"]
refused = []
taken = queue.Queue()


class Receiver(BaseHTTPRequestHandler):
    """Refuses the first webhook about the story's group, and takes those that the package verifies."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        event = Webhook(secret).verify(body, dict(self.headers))
        assert event["id"] == self.headers["webhook-id"], event
        assert event["specversion"] == "1.0" and event["data"]["object"] == "event", event
        own = event["data"]["group_id"] == "webhooks"
        if own and not refused:
            refused.append(event)
            self.send_response(503)
        else:
            if own:
                taken.put((body, dict(self.headers), event))
            self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        """Writes nothing, because the test's output has one line."""


def ask(path, token, body):
    """Sends a request to the native API, and returns the answer."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    request = urllib.request.Request(os.environ["URL"] + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


server = HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
owner, invitee = os.environ["OWNER"], os.environ["INVITEE"]
ask("/v1/groups", owner, {"id": "webhooks", "name": "Webhooks"})
invite = ask("/v1/groups/webhooks/invites", owner, {"email": "ada@example.com", "notify": False})
ask("/v1/invites/accept", invitee, {"token": invite["token"]})

heard = {}  # by the event's id, because the group has several events of one type
while "invite.accepted" not in {event["type"] for _, _, event in heard.values()} or refused[0]["id"] not in heard:
    body, headers, event = taken.get(timeout=60)
    heard.setdefault(event["id"], (body, headers, event))
of_invite = {event["type"]: received for *received, event in heard.values() if event["subject"].endswith(invite["id"])}
assert list(of_invite) == ["invite.created", "invite.accepted"], list(of_invite)

body, headers = of_invite["invite.accepted"]
for wrong_body, wrong_secret in [(body + b" ", secret), (body, "whsec_" + "A" * 44)]:
    try:
        Webhook(wrong_secret).verify(wrong_body, headers)
    except WebhookVerificationError:
        continue
    raise AssertionError("a forged webhook was verified")
print("the package standardwebhooks verifies each webhook, in order, also after a failure")
