"""Tests tools/redrive against a stand-in for the AWS CLI: `python3 -m unittest discover tools/tests`."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLLOW = "arn:aws:lambda:eu-central-1:123456789012:function:follow:live"
RECORD = "arn:aws:lambda:eu-central-1:123456789012:function:record:live"


def changes(first, last):
    """Returns the body of a message about changes of the table."""
    batch = {"shardId": "shardId-1", "startSequenceNumber": str(first), "endSequenceNumber": str(last), "batchSize": 3, "streamArn": "arn:stream"}
    return {"requestContext": {"functionArn": FOLLOW, "condition": "RetryAttemptsExhausted"}, "DDBStreamBatchInfo": batch}


def report():
    """Returns the body of a message about a report of SES."""
    return {"requestContext": {"functionArn": RECORD, "condition": "RetriesExhausted"}, "requestPayload": {"Records": []}}


class RedriveTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.file = folder.name, Path(folder.name) / "state.json"
        (Path(folder.name) / "aws").symlink_to(HERE / "fake_queues.py")
        queues = {
            "FailedChanges": [{"id": "m1", "body": changes(11, 17)}, {"id": "m2", "body": changes(20, 20)}],
            "FailedMails": [],
            "FailedReports": [{"id": "m3", "body": report()}],
        }
        self.write({"queues": queues, "stream": [5, 11, 13, 14, 17, 20], "trimmed": 5, "handles": 9, "breaks": False, "invocations": [], "moved": []})

    def read(self):
        return json.loads(self.file.read_text(encoding="utf-8"))

    def write(self, state):
        self.file.write_text(json.dumps(state), encoding="utf-8")

    def runs(self, command):
        environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}", "FAKE_AWS": str(self.file)}
        return subprocess.run([HERE.parent / "redrive", command], env=environment, capture_output=True, text=True, check=False)

    def handled(self):
        """Returns the function and the numbers of the changes of each invocation."""
        return [(function, [int(one["dynamodb"]["SequenceNumber"]) for one in event["Records"]]) for function, event in self.read()["invocations"]]

    def test_every_message_is_given_to_its_function_again_and_deleted(self):
        done = self.runs("run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("FailedChanges: 2 succeeded, 0 failed", done.stdout)
        self.assertEqual(self.handled(), [(FOLLOW, [11, 13, 14, 17]), (FOLLOW, [20]), (RECORD, [])])
        self.assertEqual([len(queue) for queue in self.read()["queues"].values()], [0, 0, 0])
        self.assertIn("FailedChanges: 0 messages", self.runs("status").stdout)
        # The records name their stream, as those of Lambda do.
        record = self.read()["invocations"][0][1]["Records"][0]
        self.assertEqual(record["eventSourceARN"], "arn:stream")
        self.assertEqual(record["dynamodb"]["ApproximateCreationDateTime"], 1796018400)

    def test_a_function_that_handles_a_part_is_given_the_rest(self):
        self.write(self.read() | {"handles": 1})
        self.assertEqual(self.runs("run").returncode, 0)
        self.assertEqual([numbers for _, numbers in self.handled()][:4], [[11, 13, 14, 17], [13, 14, 17], [14, 17], [17]])

    def test_what_fails_or_is_no_longer_in_the_stream_stays(self):
        self.write(self.read() | {"trimmed": 18})
        done = self.runs("run")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("m1 stays: aws dynamodbstreams get-shard-iterator", done.stderr)
        self.assertIn("TrimmedDataAccessException", done.stderr)
        self.assertEqual([one["id"] for one in self.read()["queues"]["FailedChanges"]], ["m1"])
        self.write(self.read() | {"breaks": True, "queues": {"FailedReports": [{"id": "m3", "body": report()}, {"id": "m4", "body": {}}]}})
        done = self.runs("run")
        self.assertIn("m3 stays: the function failed", done.stderr)
        self.assertIn("m4 stays: the message has an unknown form", done.stderr)
        self.assertIn("FailedReports: 0 succeeded, 2 failed", done.stdout)

    def test_webhooks_are_moved_back_by_their_queue(self):
        self.write(self.read() | {"queues": {"FailedChanges": [], "FailedWebhooks": []}})
        self.assertIn("FailedWebhooks: 0 messages", self.runs("run").stdout)
        self.assertEqual(self.read()["moved"], [])
        self.write(self.read() | {"queues": {"FailedChanges": [], "FailedWebhooks": [{"id": "w1", "body": {}}]}})
        self.assertIn("SQS moves them back", self.runs("run").stdout)
        self.assertEqual(self.read()["moved"], ["arn:FailedWebhooks"])

    def test_another_stack_is_refused(self):
        self.write(self.read() | {"queues": {}})
        self.assertIn("not a Beckon deployment", self.runs("status").stderr)


if __name__ == "__main__":
    unittest.main()
