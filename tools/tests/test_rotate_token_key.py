"""Tests tools/rotate-token-key against a stand-in for the AWS CLI: `python3 -m unittest discover tools/tests`."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Deployment:
    """A deployment in the stand-in, and the operator who rotates its key."""

    def __init__(self, folder):
        self.folder, self.file = folder, Path(folder) / "state.json"
        (Path(folder) / "aws").symlink_to(HERE / "fake_aws.py")
        first = {"value": "first", "labels": ["AWSCURRENT"]}
        self.write({"status": "CREATE_COMPLETE", "parameters": {"TokenKeyVersion": "1", "TokenKeyNext": "false"}, "versions": {"v1": first}, "calls": []})

    def read(self):
        return json.loads(self.file.read_text(encoding="utf-8"))

    def write(self, state):
        self.file.write_text(json.dumps(state), encoding="utf-8")

    def change(self, **changes):
        self.write(self.read() | changes)

    def deploys(self, version, announced):
        """Deploys as the template does. Fails if a label is missing, as CloudFormation would."""
        self.change(parameters={"TokenKeyVersion": str(version), "TokenKeyNext": announced}, status="UPDATE_COMPLETE")
        return self.keys()

    def keys(self):
        """Returns the values of the functions' keys: current, previous, next."""
        state = self.read()
        labels = {label: one["value"] for one in state["versions"].values() for label in one["labels"]}
        version = int(state["parameters"]["TokenKeyVersion"])
        current = labels["AWSCURRENT"] if version == 1 else labels[f"key-{version}"]
        previous = labels[f"before-key-{version}"] if version > 1 else None
        following = labels[f"after-key-{version}"] if state["parameters"]["TokenKeyNext"] == "true" else None
        return current, previous, following

    def runs(self, command):
        environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}", "FAKE_AWS": str(self.file)}
        return subprocess.run([HERE.parent / "rotate-token-key", command], env=environment, capture_output=True, text=True, check=False)


class RotationTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.deployment = Deployment(folder.name)

    def says(self, command, text):
        done = self.deployment.runs(command)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(text, done.stdout)

    def refuses(self, command, text):
        done = self.deployment.runs(command)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn(text, done.stderr)

    def test_two_rotations_keep_each_number_on_its_key(self):
        deployment = self.deployment
        self.says("status", "To rotate, run `prepare`")
        self.says("prepare", "set TokenKeyNext=true")
        first, _, second = deployment.deploys(1, "true")
        self.assertEqual(first, "first")
        self.says("status", "set TokenKeyVersion=2 and TokenKeyNext=false")
        self.assertEqual(deployment.deploys(2, "false"), (second, "first", None))
        self.says("prepare", "set TokenKeyNext=true")
        _, _, third = deployment.deploys(2, "true")
        self.assertEqual(deployment.deploys(3, "false"), (third, second, None))
        self.assertEqual(len({first, second, third}), 3)
        # A rollback deploys earlier parameters, and finds the same keys under them.
        self.assertEqual(deployment.deploys(2, "true"), (second, "first", third))
        self.assertEqual(deployment.deploys(1, "true"), ("first", None, second))

    def test_repeating_a_command_changes_nothing(self):
        self.says("prepare", "key number 1 signs")
        versions = self.deployment.read()["versions"]
        for command in ["prepare", "status", "prepare"]:
            self.says(command, "set TokenKeyNext=true")
        self.assertEqual(self.deployment.read()["versions"], versions)
        self.deployment.deploys(1, "true")
        self.says("prepare", "set TokenKeyVersion=2")
        self.assertEqual(self.deployment.read()["versions"], versions)

    def test_a_lost_answer_makes_no_second_key(self):
        for operation in ["put-secret-value", "update-secret-version-stage"]:
            self.deployment.change(fails_after=operation)
            self.refuses("prepare", "Connection was closed")
            self.says("prepare", "set TokenKeyNext=true")
            self.assertEqual(len(self.deployment.read()["versions"]), 2)
            self.deployment.write(self.deployment.read() | {"versions": {"v1": {"value": "first", "labels": ["AWSCURRENT"]}}})

    def test_a_changing_stack_and_a_missing_key_are_refused(self):
        self.deployment.change(status="UPDATE_IN_PROGRESS")
        self.refuses("status", "wait until its deployment has ended")
        self.deployment.change(status="UPDATE_COMPLETE", parameters={"TokenKeyVersion": "2", "TokenKeyNext": "false"})
        self.refuses("status", "no key number 2")
        self.refuses("prepare", "no key number 2")
        self.deployment.change(parameters={"TokenKeyVersion": "1", "TokenKeyNext": "true"})
        self.refuses("status", "not prepared")
        self.deployment.change(parameters={"TokenKeyVersion": "1"})
        self.refuses("status", "not a Beckon deployment of this release")

    def test_a_label_on_another_version_is_refused(self):
        self.says("prepare", "set TokenKeyNext=true")
        state = self.deployment.read()
        state["versions"]["v1"]["labels"] = ["AWSCURRENT"]
        state["versions"]["stray"] = {"value": "stray", "labels": ["before-key-2"]}
        self.deployment.write(state)
        self.refuses("prepare", "before-key-2 is on another version")

    def test_the_last_number_is_refused(self):
        state = self.deployment.read()
        state["versions"]["v255"] = {"value": "x", "labels": ["key-255", "before-key-255"]}
        self.deployment.write(state | {"parameters": {"TokenKeyVersion": "255", "TokenKeyNext": "false"}})
        self.refuses("prepare", "255 is the last key number")


if __name__ == "__main__":
    unittest.main()
