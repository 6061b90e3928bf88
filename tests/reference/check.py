"""Checks recorded answers against the reference, and writes its examples.

`check.py FOLDER` checks what a test run with BECKON_ANSWERS=FOLDER recorded:

- Every answer has a status that its operation documents, the documented content type and a body that
  its schema accepts, without any key that the schema lacks. A problem has a documented code.
- Every request that was accepted has a body that its schema accepts.
- Every code of a problem was answered by an operation that documents it, and every operation with a
  success.
- Every document is valid OpenAPI 3.1.

`check.py --examples FOLDER` writes tests/reference/examples.json instead: one answer for each
operation, status and code. Times and tokens in it are constant, and an example stays as long as the
document accepts it.
"""

import collections
import json
import pathlib
import re
import sys
import urllib.parse

from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

HERE = pathlib.Path(__file__).parent
EXAMPLES = HERE / "examples.json"
DOCUMENTS = HERE.parent.parent / "docs"
NATIVE = "openapi.json"

# These codes say nothing about an operation, so not every operation with them must answer with them.
# `internal` is a bug, and the tests provoke it at one operation.
ANYWHERE = {"method_not_allowed", "not_found"}

# Parameters that only track a link are accepted everywhere.
TRACKING = re.compile(r"_|_g[al]|utm_.*|.*clid|.*braid|mc_.id|mkt_tok|igshid|li_fat_id|gclsrc|gad_source|_hs.*")

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
formats = FormatChecker(formats=[])
formats.checks("date-time")(lambda text: not isinstance(text, str) or RFC_3339.fullmatch(text) is not None)


class Document:
    """One OpenAPI document, with the validators of its answers and requests."""

    def __init__(self, path):
        self.path = path
        self.document = json.loads(path.read_text())
        self.operations = []
        self.seen = collections.Counter()
        self.codes = set()
        self.validators = {}
        for path, methods in self.document["paths"].items():
            # A variable is one segment; the most fixed parts win, as at the gateway.
            pattern = re.compile(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path)))
            for method, operation in methods.items():
                if method in ("get", "put", "post", "delete", "patch", "head"):
                    self.operations.append((method.upper(), pattern, path, operation))
        self.operations.sort(key=lambda operation: operation[2].count("{"))
        self.prefixes = [server["url"] for server in self.document["servers"] if server["url"] != "/"]

    def operation(self, method, path):
        for prefix in self.prefixes:
            if path.startswith(f"{prefix}/"):
                path = path.removeprefix(prefix)
        # The published APIs also take paths with a slash at their end, and the evanta API with `.json`.
        if self.path.name != NATIVE:
            path = path.rstrip("/").removesuffix(".json")
        for own, pattern, template, operation in self.operations:
            if own == method and pattern.fullmatch(path):
                return template, operation
        return None

    def resolved(self, schema, parents=()):
        """Returns the schema without references. An object with named fields has no others."""
        if isinstance(schema, list):
            return [self.resolved(item, parents) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            name = schema["$ref"]
            if name in parents:
                return {}
            target = self.document
            for part in name.removeprefix("#/").split("/"):
                target = target[part]
            return self.resolved(target, (*parents, name))
        found = {key: self.resolved(value, parents) for key, value in schema.items() if key not in ("examples", "example", "properties")}
        if "properties" in schema:
            found["properties"] = {name: self.resolved(value, parents) for name, value in schema["properties"].items()}
            found.setdefault("additionalProperties", False)
        return found

    def validator(self, schema):
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            self.validators[key] = Draft202012Validator(self.resolved(schema), format_checker=formats)
        return self.validators[key]

    def faults(self, schema, value):
        errors = self.validator(schema).iter_errors(value)
        return [f"{error.json_path}: {error.message[:300]}" for error in errors]

    def check(self, answer):
        """Returns what is wrong with the answer; None if the document has no such operation."""
        found = self.operation(answer["method"], answer["path"])
        if found is None:
            return None
        path, operation = found
        status = str(answer["status"])
        documented = operation["responses"].get(status)
        if documented is None:
            return [] if is_of_the_gateway(answer) else ["the status is not documented"]
        self.seen[f"{answer['method']} {path} {status}"] += 1
        content = documented.get("content")
        if content is None:
            wrong = [] if answer["body"] == "" else ["the answer is documented without a body"]
        elif is_of_the_gateway(answer):
            wrong = []
        else:
            wrong = self.check_body(answer, documented, content)
        return wrong + self.check_request(answer, operation) + self.check_query(answer, operation)

    def check_body(self, answer, documented, content):
        kind = (answer["type"] or "").split(";")[0]
        if kind not in content:
            return [f"the content type {kind} is not documented"]
        schema = content[kind]["schema"]
        if "json" not in kind:
            return self.faults(schema, answer["body"])
        try:
            body = json.loads(answer["body"])
        except ValueError:
            return ["the body is not JSON"]
        if schema == {"type": "string"}:
            return []
        wrong = self.faults(schema, body)
        if "x-problem-codes" in documented:
            code = body.get("code")
            self.codes.add(code)
            if code not in documented["x-problem-codes"]:
                wrong.append(f"the code {code} is not documented")
        return wrong

    def check_query(self, answer, operation):
        """Returns the parameters of an accepted request that the native API's document lacks."""
        if answer["status"] >= 300 or self.path.name != NATIVE:
            return []
        known = {parameter["name"]: parameter["schema"] for parameter in operation["parameters"] if parameter["in"] == "query"}
        wrong = []
        for name, value in urllib.parse.parse_qsl(answer.get("query") or ""):
            if name not in known:
                if not TRACKING.fullmatch(name):
                    wrong.append(f"the accepted parameter {name} is not documented")
                continue
            schema = self.resolved(known[name])
            values = value.split(",") if schema["type"] == "array" else [value]
            allowed = schema.get("items", schema).get("enum")
            if allowed and not all(trimmed(one) in allowed for one in values if trimmed(one)):
                wrong.append(f"the accepted value {value} of {name} is not documented")
        return wrong

    def check_request(self, answer, operation):
        if answer["status"] >= 300 or not answer.get("request"):
            return []
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return []
        try:
            body = json.loads(answer["request"])
        except (ValueError, RecursionError):
            # No JSON, or JSON with an item that is nested too deeply for this parser.
            return []
        if answer["status"] == 207 and "invites" in body:
            # A refused item of many says nothing about the others.
            results = json.loads(answer["body"])["results"]
            body["invites"] = [body["invites"][result["index"]] for result in results if result["status"] < 300]
            if not body["invites"]:
                return []
        return [f"the accepted request: {fault}" for fault in self.faults(schema, trimmed(body))]


def is_of_the_gateway(answer):
    """Returns whether the gateway answered by itself: above a throttle or a size, or for a function."""
    return answer["status"] in (413, 429, 500, 503) and answer["body"].startswith('{"message":')


AROUND = r"[\s\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u2800\ufe00-\ufe0f\ufeff]+"
PADDING = re.compile(f"^{AROUND}|{AROUND}$")


def trimmed(value):
    """Returns the value without the white space and invisible characters that the service removes."""
    if isinstance(value, str):
        return PADDING.sub("", value)
    if isinstance(value, list):
        return [trimmed(item) for item in value]
    if isinstance(value, dict):
        return {key: trimmed(item) for key, item in value.items()}
    return value


def recorded(folder):
    lines = set()
    for file in sorted(pathlib.Path(folder).glob("*.jsonl")):
        # Not `splitlines`, which also splits at characters that JSON allows inside a text.
        lines.update(line for line in file.read_text().split("\n") if line)
    return [json.loads(line) for line in sorted(lines)]


def check(folder):
    documents = [Document(DOCUMENTS / NATIVE)]
    documents += [Document(path) for path in sorted((DOCUMENTS / "openapi").glob("*.json"))]
    broken = []
    for document in documents:
        faults = OpenAPIV31SpecValidator(document.document).iter_errors()
        broken += [f"{document.path.name}: {fault.json_path}: {fault.message[:300]}" for fault in faults]
    for answer in recorded(folder):
        if answer["method"] == "OPTIONS" or answer["status"] in (308, 405):
            continue
        for document in documents:
            for fault in document.check(answer) or []:
                broken.append(f"{answer['method']} {answer['path']} {answer['status']}: {fault}")
    native = documents[0]
    reached = native.codes | ANYWHERE
    codes = native.document["components"]["schemas"]["Problem"]["properties"]["code"]
    codes = native.resolved(codes)["enum"]
    broken += [f"no test gets the code {code} from an operation that documents it" for code in codes if code not in reached]
    for document in documents:
        operations = {f"{method} {path}" for method, _, path, _ in document.operations}
        answered = {" ".join(seen.split()[:2]) for seen in document.seen if " 2" in seen}
        if document is native:
            answered.add("GET /openapi.json")
        broken += [f"{document.path.name}: no success of {operation} was recorded" for operation in sorted(operations - answered)]
        print(f"{document.path.name}: {sum(document.seen.values())} answers to {len(answered & operations)} operations checked")
    if broken:
        print(f"{len(broken)} faults:", *sorted(set(broken))[:60], sep="\n")
        sys.exit(1)


# What differs in every run, and what an example has instead.
CONSTANTS = [
    (re.compile(r"\bbkn_[0-9A-Za-z]+"), "bkn_8sK2vQ0yT4mW6pXzR1cB3nD5fG7hJ9kL"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "2026-11-21T00:00:00Z"),
    (re.compile(r"https?://(127\.0\.0\.1|localhost)(:\d+)?"), "https://join.example.com"),
    (re.compile(r"urn:beckon:request:[^\"]+"), "urn:beckon:request:PMAfTicr4AiCUUY="),
]
KEYED = {"next_cursor": "eyJ2IjoxfQ", "expires_at": "2026-11-28T00:00:00Z"}


def constant(value, key=""):
    if isinstance(value, dict):
        return {name: constant(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [constant(inner, key) for inner in value[:2]]
    if isinstance(value, str):
        if key in KEYED:
            return KEYED[key]
        for pattern, instead in CONSTANTS:
            value = pattern.sub(instead, value)
    return value


def simplicity(answer):
    """Orders answers: those with the most usual values first, then the shortest."""
    text = json.dumps(answer, sort_keys=True, ensure_ascii=False)
    empty = isinstance(answer, dict) and answer.get("data") == []
    return (empty, not text.isascii(), "@example.com" not in text, len(text), text)


def examples(folder):
    document = Document(DOCUMENTS / NATIVE)
    kept = json.loads(EXAMPLES.read_text())
    offered = collections.defaultdict(list)
    for answer in recorded(folder):
        found = document.operation(answer["method"], answer["path"])
        if found is None or not answer["body"] or document.check(answer):
            continue
        try:
            body = constant(json.loads(answer["body"]))
        except ValueError:
            continue
        name = body.get("code", "answer") if isinstance(body, dict) else "answer"
        if "openapi" in body or is_of_the_gateway(answer):
            continue
        offered[(found[1]["operationId"], str(answer["status"]), name)].append(body)
    operations = {operation["operationId"]: operation for _, _, _, operation in document.operations}
    chosen = collections.defaultdict(lambda: collections.defaultdict(dict))
    for (operation, status, name), bodies in offered.items():
        before = kept.get(operation, {}).get(status, {}).get(name)
        [media] = operations[operation]["responses"][status]["content"].values()
        stays = before is not None and not document.faults(media["schema"], before)
        chosen[operation][status][name] = before if stays else min(bodies, key=simplicity)
    EXAMPLES.write_text(json.dumps(chosen, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    print(f"{sum(len(names) for statuses in chosen.values() for names in statuses.values())} examples")


if sys.argv[1] == "--examples":
    examples(sys.argv[2])
else:
    check(sys.argv[1])
