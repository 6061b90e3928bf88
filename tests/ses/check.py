"""Makes an invite at the service, and looks at its mail in the SES endpoint's own store."""

import json
import sys
import time
import urllib.request

SERVICE, SES = sys.argv[1:]


def ask(url, body=None, token=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode() if body is not None else None, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def mails():
    return ask(f"{SES}/store")["emails"]


def is_(found, wanted, what):
    if found != wanted:
        sys.exit(f"{what}: {found!r}, not {wanted!r}")


token = ask(f"{SERVICE}/local/token", {"sub": "alice", "name": "Alice Liddell"})["access_token"]
ask(f"{SERVICE}/v1/groups", {"id": "3773", "name": "Wünsche & Träume"}, token)
address = "ada@xn--bcher-kva.example"
invited = ask(f"{SERVICE}/v1/groups/3773/invites", {"email": "ada@bücher.example", "message": "Come <b>in</b>"}, token)
link = f"{SERVICE}/i/{invited['token']}"

until = time.monotonic() + 30
while not mails() and time.monotonic() < until:
    time.sleep(0.1)
is_(len(mails()), 1, "mails")
mail = mails()[0]
is_(mail["from"], "Beckon <invitations@beckon.example>", "From")
is_(mail["destination"], {"to": [address], "cc": [], "bcc": []}, "To")
is_(mail["subject"].startswith("Alice Liddell") and "Wünsche & Träume" in mail["subject"], True, f"Subject {mail['subject']!r}")
is_(mail["headers"], [{"name": "Auto-Submitted", "value": "auto-generated"}], "headers")
is_(mail["body"]["text"].count(link), 1, "the link in the text part")
is_(link in mail["body"]["html"], True, "the link in the HTML part")
is_("Come <b>in</b>" in mail["body"]["text"] and "<b>in</b>" not in mail["body"]["html"], True, "the message in both parts")
invite = ask(f"{SERVICE}/v1/groups/3773/invites/{invited['id']}", token=token)
for _ in range(100):
    if invite["delivery"]["state"] == "sent":
        break
    time.sleep(0.1)
    invite = ask(f"{SERVICE}/v1/groups/3773/invites/{invited['id']}", token=token)
is_(invite["delivery"]["state"], "sent", "the invite's delivery")
is_(len(mails()), 1, "mails")
print(f"aws-ses-v2-local holds the mail to {address}: {mail['subject']!r}")
