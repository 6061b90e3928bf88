#!/usr/bin/env python3
"""Stands in for the AWS CLI: the on-failure queues, the table's stream and the functions of one stack, in
the file that FAKE_AWS names. It shows a received message once, as it is hidden afterwards.
"""

import json
import os
import sys

PATH = os.environ["FAKE_AWS"]


def invoke(state, rest, answer_file):
    """Invokes a function of the stack. It handles `handles` records of an invocation."""
    options = dict(zip(rest[::2], rest[1::2]))
    event = json.load(sys.stdin)
    state["invocations"].append([options["--function-name"], event])
    answer = None
    if state["breaks"]:
        return {"StatusCode": 200, "FunctionError": "Unhandled"}
    if "Records" in event:
        left = event["Records"][state["handles"] :]
        answer = {"batchItemFailures": [{"itemIdentifier": one["dynamodb"]["SequenceNumber"]} for one in left[:1]]}
    with open(answer_file, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    return {"StatusCode": 200}


def main():
    with open(PATH, encoding="utf-8") as file:
        state = json.load(file)
    service, operation, *rest = sys.argv[1:]
    options = dict(zip(rest[::2], rest[1::2]))
    answer = {}
    if operation == "describe-stacks":
        outputs = [{"OutputKey": f"{name}Url", "OutputValue": name} for name in state["queues"]]
        answer = {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Outputs": outputs}]}
    elif operation == "get-queue-attributes":
        answer = {"Attributes": {"QueueArn": f"arn:{options['--queue-url']}"}} if options["--attribute-names"] == "QueueArn" else {"Attributes": {"ApproximateNumberOfMessages": str(len(state["queues"][options["--queue-url"]])), "ApproximateNumberOfMessagesNotVisible": "0"}}
    elif operation == "receive-message":
        queue = state["queues"][options["--queue-url"]]
        shown = [one for one in queue if not one.get("hidden")][:1]
        for one in shown:
            one["hidden"] = True
        answer = {"Messages": [{"MessageId": one["id"], "ReceiptHandle": one["id"], "Body": json.dumps(one["body"])} for one in shown]} if shown else {}
    elif operation == "delete-message":
        queue = state["queues"][options["--queue-url"]]
        queue[:] = [one for one in queue if one["id"] != options["--receipt-handle"]]
    elif operation == "start-message-move-task":
        state["moved"].append(options["--source-arn"])
    elif operation == "get-shard-iterator":
        if int(options["--sequence-number"]) < state["trimmed"]:
            sys.exit("An error occurred (TrimmedDataAccessException) when calling the GetShardIterator operation")
        answer = {"ShardIterator": options["--sequence-number"]}
    elif operation == "get-records":
        # Two records a page, and numbers that other shards have in between.
        numbers = [number for number in state["stream"] if number >= int(options["--shard-iterator"])][:2]
        answer = {"Records": [{"eventName": "MODIFY", "dynamodb": {"SequenceNumber": str(number), "ApproximateCreationDateTime": "2026-11-30T06:00:00+00:00"}} for number in numbers]}
        if numbers:
            answer["NextShardIterator"] = str(numbers[-1] + 1)
    elif operation == "invoke":
        answer = invoke(state, rest[:-1], rest[-1])
    else:
        sys.exit(f"unknown operation {service} {operation}")
    with open(PATH, "w", encoding="utf-8") as file:
        json.dump(state, file)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
