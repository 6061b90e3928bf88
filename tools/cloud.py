"""What the operator's commands share: the AWS CLI, and the deployment's stack."""

import json
import subprocess


class Refused(Exception):
    """The deployment is not in a state for this step, or AWS refused it."""


def aws(*arguments, given=None):
    """Runs the AWS CLI and returns its answer. `given` goes in by standard input, because other
    users of the machine can read a command line.
    """
    command = ["aws", *arguments, "--output", "json"]
    if given is not None:
        command += ["--cli-input-json", "file:///dev/stdin"]
    done = subprocess.run(command, input=json.dumps(given or {}), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"aws {' '.join(arguments[:2])}: {done.stderr.strip()}")
    return json.loads(done.stdout or "{}")


class Stack:
    """A deployment's stack: its `status`, `parameters` and `outputs`."""

    def __init__(self, name):
        [stack] = aws("cloudformation", "describe-stacks", "--stack-name", name)["Stacks"]
        self.name, self.status = name, stack["StackStatus"]
        self.parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
