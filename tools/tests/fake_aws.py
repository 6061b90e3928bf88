#!/usr/bin/env python3
"""Stands in for the AWS CLI: one stack and one secret, in the file that FAKE_AWS names."""

import json
import os
import sys

PATH = os.environ["FAKE_AWS"]


def main():
    with open(PATH, encoding="utf-8") as file:
        state = json.load(file)
    service, operation, *rest = sys.argv[1:]
    options = dict(zip(rest[::2], rest[1::2]))
    state["calls"].append(operation)
    answer, versions = {}, state["versions"]
    if operation == "describe-stacks":
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in state["parameters"].items()]
        answer = {"Stacks": [{"StackStatus": state["status"], "Parameters": parameters, "Outputs": [{"OutputKey": "TokenKeyArn", "OutputValue": "arn:secret"}]}]}
    elif operation == "list-secret-version-ids":
        answer = {"Versions": [{"VersionId": name, "VersionStages": one["labels"]} for name, one in versions.items() if one["labels"]]}
    elif operation == "put-secret-value":
        given = json.load(sys.stdin)
        assert given["SecretString"] not in " ".join(sys.argv), "the key is on the command line"
        token = given["ClientRequestToken"]
        if token in versions and versions[token]["value"] != given["SecretString"]:
            sys.exit("ResourceExistsException")
        for one in versions.values():
            one["labels"] = [label for label in one["labels"] if label not in given["VersionStages"]]
        versions[token] = {"value": given["SecretString"], "labels": given["VersionStages"]}
    elif operation == "update-secret-version-stage":
        label = options["--version-stage"]
        holders = [name for name, one in versions.items() if label in one["labels"]]
        if holders and "--remove-from-version-id" not in options:
            sys.exit("InvalidParameterException: the label is attached to another version")
        versions[options["--move-to-version-id"]]["labels"].append(label)
    else:
        sys.exit(f"unknown operation {service} {operation}")
    fails = state.get("fails_after")
    if fails == operation:
        state["fails_after"] = None
    with open(PATH, "w", encoding="utf-8") as file:
        json.dump(state, file)
    if fails == operation:
        sys.exit("Connection was closed before we received a valid response")
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
