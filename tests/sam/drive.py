"""Runs the events and the main job through the SAM CLI, started by tests/sam/run."""

import argparse
import atexit
import base64
import hashlib
import hmac
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import boto3
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
ANSWERS = ROOT / "tests/all/snapshots/events"
# These answers depend on the clock: the event fixes when the invite expires, but a container runs
# at the current time.
BY_THE_CLOCK = re.compile(r"expired|access-token|reminder|user-without-news|time-caveat")

parser = argparse.ArgumentParser()
for name in ("host", "dynamodb", "ses", "work", "only"):
    parser.add_argument(f"--{name}", required=True)
options = parser.parse_args()
SETTINGS = json.loads((EVENTS / "env.json").read_text())["Parameters"]
SETTINGS |= {
    "AWS_ENDPOINT_URL_DYNAMODB": f"http://{options.host}:{options.dynamodb}",
    "AWS_ENDPOINT_URL_SESV2": f"http://{options.host}:{options.ses}",
}
VARIABLES = pathlib.Path(options.work) / "env.json"
VARIABLES.write_text(json.dumps({"Parameters": SETTINGS}))
COMMON = ["--skip-pull-image", "--env-vars", str(VARIABLES), "--parameter-overrides", "Architecture=x86_64"]
CLIENT = {"region_name": "us-east-1", "endpoint_url": f"http://127.0.0.1:{options.dynamodb}"}
database = boto3.client("dynamodb", **CLIENT)


def new_table():
    """Creates an empty table as template.yaml describes it."""
    resource = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]["Table"]["Properties"]
    try:
        database.delete_table(TableName=SETTINGS["TABLE_NAME"])
    except database.exceptions.ResourceNotFoundException:
        pass
    names = ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"]
    stream = resource["StreamSpecification"] | {"StreamEnabled": True}
    database.create_table(TableName=SETTINGS["TABLE_NAME"], StreamSpecification=stream, **{name: resource[name] for name in names})


def logical_id(package):
    return "".join(word.capitalize() for word in package.split("-"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serving(command, port):
    """Starts a SAM command and returns once it listens on the port."""
    log = open(pathlib.Path(options.work) / f"{command}.log", "wb")
    arguments = ["sam", "local", command, "--port", str(port), "--warm-containers", "LAZY", *COMMON]
    # A background process ignores Ctrl-C and passes that on to its children, so restore the
    # default.
    restore_interrupt = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=log, stderr=log, preexec_fn=restore_interrupt)
    atexit.register(process.terminate)  # on any failure; after end() it does nothing
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
    sys.exit(f"sam local {command} does not start:\n" + pathlib.Path(log.name).read_text()[-2000:])


def end(process):
    """Sends Ctrl-C, on which SAM removes its warm containers."""
    process.send_signal(signal.SIGINT)
    process.wait(60)


def post(url, body, headers=None):
    request = urllib.request.Request(url, body, {"content-type": "application/json"} | (headers or {}))
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def invoke(package, event):
    """Runs `sam local invoke` and returns the answer or the error."""
    arguments = ["sam", "local", "invoke", logical_id(package), "--event", str(event), *COMMON]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    try:
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return {"failed": done.stderr[-600:]}


def expected(package, case):
    """Returns the snapshot's answer: a status for a request, everything for a stream batch."""
    body = (ANSWERS / f"{package}__{case}.snap").read_text().split("\n---\n", 1)[1]
    first, _, _ = body.partition("\n")
    return {"statusCode": int(first)} if first.isdigit() else json.loads(body.split("\n\n", 1)[0])


def answer_with_retries(port, earlier, package, case):
    """Returns the event's answer, after the earlier events.

    On a busy machine a container may start too slowly for the function's timeout. Then everything is
    retried.
    """
    answer = {}
    for _ in range(3):
        new_table()
        try:
            for each in earlier:
                address = f"http://127.0.0.1:{port}/2015-03-31/functions/{logical_id(each.split('/')[0])}/invocations"
                post(address, (EVENTS / f"{each}.json").read_bytes())
        except ValueError as error:
            answer = {"failed": f"{each}: {error}"}
            continue
        answer = invoke(package, EVENTS / package / f"{case}.json")
        if "failed" not in answer:
            break
    return answer


def run_events():
    """Runs each event on a new table, after the events that events/given.json names for it."""
    given = json.loads((EVENTS / "given.json").read_text())
    port = free_port()
    lambdas = serving("start-lambda", port)
    count, wrong, skipped = 0, [], []
    for folder in sorted(path for path in EVENTS.iterdir() if path.is_dir() and path.name.startswith(options.only)):
        began, cases = time.monotonic(), sorted(path.stem for path in folder.glob("*.json"))
        for case in cases:
            name = f"{folder.name}/{case}"
            earlier = next((given[key] for key in (name, folder.name, folder.name.split("-")[0]) if key in given), [])
            if any(BY_THE_CLOCK.search(each) for each in [name, *earlier]):
                skipped.append(name)
                continue
            answer, wanted = answer_with_retries(port, earlier, folder.name, case), expected(folder.name, case)
            count += 1
            same = answer.get("statusCode") == wanted["statusCode"] if "statusCode" in wanted else answer == wanted
            if not same:
                wrong.append(f"{name}: {json.dumps(answer)[:300]} instead of {json.dumps(wanted)[:120]}")
        print(f"  {folder.name}: {len(cases)} events, {time.monotonic() - began:.0f} s", flush=True)
    end(lambdas)
    print(f"sam local invoke: {count} events, {len(wrong)} wrong, {len(skipped)} skipped because they depend on the clock")
    return wrong


def token(subject, **claims):
    """Returns the header with an access token as events/README.md describes it."""
    part = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()  # noqa: E731
    claims |= {"iss": SETTINGS["JWT_ISSUER"], "aud": SETTINGS["JWT_AUDIENCE"], "sub": subject, "iat": 1767225600, "exp": 4102444800}
    signed = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    mac = hmac.new(SETTINGS["JWT_HS256_SECRET"].encode(), signed.encode(), hashlib.sha256).digest()
    return {"authorization": f"Bearer {signed}.{part(mac)}"}


def stream_event():
    """Returns the stream's records of invites with a queued mail, as Lambda delivers them."""
    streams = boto3.client("dynamodbstreams", **CLIENT)
    arn = database.describe_table(TableName=SETTINGS["TABLE_NAME"])["Table"]["LatestStreamArn"]
    records = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        place = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        records += streams.get_records(ShardIterator=place["ShardIterator"])["Records"]
    due = [record for record in records if record["dynamodb"].get("NewImage", {}).get("outbox") == {"S": "queued"}]
    for record in due:
        record["dynamodb"]["ApproximateCreationDateTime"] = int(record["dynamodb"]["ApproximateCreationDateTime"].timestamp())
        record["eventSourceARN"] = arn
    return {"Records": due}


def main_job():
    """Creates a group and an invite, and tests its mail, its page and its acceptance."""
    new_table()
    port = free_port()
    api = serving("start-api", port)
    url = f"http://127.0.0.1:{port}"
    grace, ada = token("29842", name="Grace Hopper"), token("29845", name="Ada Lovelace", email="ada@example.com", email_verified=True)
    send = lambda path, body, headers: post(url + path, json.dumps(body).encode(), headers)  # noqa: E731
    send("/v1/groups", {"id": "3773", "name": "Compilers"}, grace)
    invited = send("/v1/groups/3773/invites", {"email": "ada@example.com"}, grace)
    event = pathlib.Path(options.work) / "stream.json"
    event.write_text(json.dumps(stream_event()))
    answer = invoke("background-send-mail", event)
    with urllib.request.urlopen(f"http://127.0.0.1:{options.ses}/store", timeout=10) as store:
        mails = json.load(store)["emails"]
    link = f"{SETTINGS['PUBLIC_URL']}/i/{invited['token']}"
    wrong = []
    if answer != {"batchItemFailures": []} or len(mails) != 1 or link not in mails[0]["body"]["text"]:
        wrong.append(f"the mail: {json.dumps(answer)[:300]}, {len(mails)} mails")
    with urllib.request.urlopen(f"{url}/i/{invited['token']}", timeout=60) as page:
        if "Compilers" not in page.read().decode():
            wrong.append("the link's page does not name the group")
    accepted = send("/v1/invites/accept", {"token": invited["token"]}, ada)
    if accepted["invite"]["state"] != "accepted":
        wrong.append(f"acceptance: {accepted}")
    try:
        send("/v1/groups/3773/invites", {"email": "eve@example.com"}, {})
        wrong.append("an anonymous caller could invite")
    except urllib.error.HTTPError as error:
        if error.code != 401:
            wrong.append(f"an anonymous caller gets {error.code}")
    end(api)
    print(f"sam local start-api: group, invite, mail, page, acceptance: {len(wrong)} wrong")
    return wrong


problems = main_job() + run_events()
if problems:
    sys.exit("\n".join(problems))
