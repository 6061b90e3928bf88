"""Creates an invite at the service and checks its mail in the SES endpoint's store."""

import json
import re
import sys
import time
import urllib.request

SERVICE, SES = sys.argv[1:]


def request_json(url, body=None, token=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode() if body is not None else None, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def mails():
    return request_json(f"{SES}/store")["emails"]


def assert_equal(found, wanted, what):
    if found != wanted:
        sys.exit(f"{what}: found {found!r}, expected {wanted!r}")


token = request_json(f"{SERVICE}/local/token", {"sub": "alice", "name": "Alice Liddell"})["access_token"]
request_json(f"{SERVICE}/v1/groups", {"id": "3773", "name": "Wünsche & Träume"}, token)
address = "ada@xn--bcher-kva.example"
invited = request_json(f"{SERVICE}/v1/groups/3773/invites", {"email": "ada@bücher.example", "message": "Come <b>in</b>"}, token)
link = f"{SERVICE}/i/{invited['token']}"

until = time.monotonic() + 30
while not mails() and time.monotonic() < until:
    time.sleep(0.1)
assert_equal(len(mails()), 1, "mails")
mail = mails()[0]
assert_equal(mail["from"], '"Alice Liddell via Acme Planner" <invitations@beckon.example>', "From")
assert_equal(mail["destination"], {"to": [address], "cc": [], "bcc": []}, "To")
assert_equal(mail["subject"].startswith("Alice Liddell") and "Wünsche & Träume" in mail["subject"], True, f"Subject {mail['subject']!r}")
HEADERS = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
headers = {header["name"]: header["value"] for header in mail["headers"]}
unsubscribe = headers.pop("List-Unsubscribe")
assert_equal(headers, HEADERS, "headers")
assert re.fullmatch(r"<https?://[^/]+/unsubscribe/[\w-]+>", unsubscribe), unsubscribe
assert_equal(mail["body"]["text"].count(link + "\n"), 1, "the link in the text part")
assert_equal(mail["body"]["text"].count(link + "#decline"), 1, "the way to decline in the text part")
assert_equal(link in mail["body"]["html"], True, "the link in the HTML part")
assert_equal("Come <b>in</b>" in mail["body"]["text"] and "<b>in</b>" not in mail["body"]["html"], True, "the message in both parts")
invite = request_json(f"{SERVICE}/v1/groups/3773/invites/{invited['id']}", token=token)
for _ in range(100):
    if invite["delivery"]["state"] == "sent":
        break
    time.sleep(0.1)
    invite = request_json(f"{SERVICE}/v1/groups/3773/invites/{invited['id']}", token=token)
assert_equal(invite["delivery"]["state"], "sent", "the invite's delivery")
assert_equal(len(mails()), 1, "mails")
print(f"aws-ses-v2-local has the mail to {address}: {mail['subject']!r}")
