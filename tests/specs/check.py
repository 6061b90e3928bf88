"""Checks recorded answers against the published specifications.

The check is strict: an object has no key that its schema lacks, and every value has its type. Where
a specification contradicts what the service of its own publisher answers, the difference is named
here with its reason.
"""

import collections
import json
import pathlib
import re
import sys

from jsonschema import Draft202012Validator, FormatChecker

# Types that stand for keys and values of any kind.
SCHEMA_KEYS = {"type", "properties", "items", "additionalProperties", "required", "enum", "format", "nullable", "allOf"}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
formats = FormatChecker(formats=[])
formats.checks("date-time")(lambda text: not isinstance(text, str) or RFC_3339.fullmatch(text) is not None)


class Specification:
    """One published file, and the schemas of its answers by method, path and status."""

    def __init__(self, folder, name):
        self.document = json.loads((folder / name).read_text())
        self.answers = {}
        self.seen = collections.Counter()

    def resolve(self, reference):
        found = self.document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        return found

    def strict(self, schema, parents=()):
        """Returns the schema as JSON Schema, without references, in which nothing else is allowed."""
        if "$ref" in schema:
            if schema["$ref"] in parents:
                return {}
            return self.strict(self.resolve(schema["$ref"]), (*parents, schema["$ref"]))
        if "allOf" in schema and len(schema["allOf"]) == 1:
            return self.strict(schema["allOf"][0], parents)
        found = {key: value for key, value in schema.items() if key in SCHEMA_KEYS}
        for key, value in found.items():
            if key == "properties":
                found[key] = {name: self.strict(inner, parents) for name, inner in value.items()}
            elif key in ("items", "additionalProperties") and isinstance(value, dict):
                found[key] = self.strict(value, parents)
        if "properties" in found:
            found.setdefault("additionalProperties", False)
            found.setdefault("type", "object")
        found = self.adapted(found)
        if found.pop("nullable", False) and "type" in found:
            found["type"] = [*([found["type"]] if isinstance(found["type"], str) else found["type"]), "null"]
        return found

    def adapted(self, schema):
        return schema

    def add(self, method, path, status, schema):
        pattern = re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path.rstrip("/")))
        validator = Draft202012Validator(schema, format_checker=formats)
        self.answers.setdefault((method, status), []).append((re.compile(pattern), path, validator))

    def validator(self, method, path, status):
        found = self.answers.get((method, status), [])
        return next(((own, validator) for pattern, own, validator in found if pattern.fullmatch(path)), None)


class Bungie(Specification):
    """Answers are envelopes. Those of errors lack `Response`."""

    def __init__(self, folder):
        super().__init__(folder, "bungie-openapi.json")
        for path, operations in self.document["paths"].items():
            for method in set(operations) & {"get", "post"}:
                answer = self.resolve(operations[method]["responses"]["200"]["$ref"])
                schema = self.strict(answer["content"]["application/json"]["schema"])
                keys = set(schema["properties"]) - {"DetailedErrorTrace"}
                self.add(method.upper(), path, 200, {**schema, "required": sorted(keys)})
                error = {key: inner for key, inner in schema["properties"].items() if key != "Response"}
                error = {**schema, "properties": error, "required": sorted(keys - {"Response"})}
                for status in (400, 401, 403, 404, 409, 429, 503):
                    self.add(method.upper(), path, status, error)

    def adapted(self, schema):
        # The service writes 64-bit integers as texts (Bungie-net/api issues 549 and 1700).
        if schema.get("format") == "int64":
            return {**schema, "type": "string", "format": "int64"}
        # The schema's own annotation of an enumeration's keys.
        return schema

    def path(self, path):
        return re.sub("^/[Pp]latform", "", path)


class Rownd(Specification):
    """Only successes have a schema. Errors have that of `Error`, which is outside this extract."""

    def __init__(self, folder):
        super().__init__(folder, "rownd-api-server.json")
        schemas = self.document["components"]["schemas"]
        # The reference of the acceptance is broken: it leads to a path.
        schemas["group"] = schemas["Group"]
        # The types of Rownd's own client require this key, and the specification lacks it.
        schemas["GroupMember"]["properties"]["app_id"] = {"type": "string"}
        # The published example is a number.
        schemas["GroupInvite"]["properties"]["phone"] = {"type": ["string", "integer"]}
        # An answer always has the keys that the specification requires of an object it shows.
        for name in ("UserGroupList", "GroupMemberList", "GroupInviteList"):
            schemas[name]["required"] = ["total_results", "results"]
        for path, operations in self.document["paths"].items():
            for method in set(operations) & {"get", "post", "put"}:
                content = operations[method].get("responses", {}).get("200", {}).get("content")
                if content is None:
                    # The user scope documents no answer; that of the platform scope is a `GroupInvite`.
                    assert (method, path) == ("put", "/me/groups/{group}/invites/{invite}"), (method, path)
                    schema = schemas["GroupInvite"]
                else:
                    schema = content["application/json"]["schema"]
                self.add(method.upper(), path, 200, self.strict(schema))

    def path(self, path):
        return path


class Onezone(Specification):
    def __init__(self, folder):
        super().__init__(folder, "onezone-swagger.json")
        for path, operations in self.document["paths"].items():
            for method in set(operations) & {"get", "post"}:
                for status, answer in operations[method]["responses"].items():
                    # Without a schema, the answer has no body.
                    schema = self.strict(answer["schema"]) if "schema" in answer else {"const": ""}
                    self.add(method.upper(), path, int(status), schema)

    def path(self, path):
        return path.removeprefix("/api/v3/onezone")


def recorded(folder):
    lines = set()
    for file in sorted(pathlib.Path(folder).glob("*.jsonl")):
        # Not `splitlines`, which also splits at characters that JSON allows inside a text.
        lines.update(line for line in file.read_text().split("\n") if line)
    return [json.loads(line) for line in sorted(lines)]


def faults(specification, answer):
    path = specification.path(answer["path"].rstrip("/"))
    found = specification.validator(answer["method"], path, answer["status"])
    if found is None:
        return []
    own, validator = found
    specification.seen[f"{answer['method']} {own} {answer['status']}"] += 1
    try:
        body = json.loads(answer["body"]) if answer["body"] else ""
    except ValueError:
        return ["the body is not JSON"]
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]


def main(specs, answers):
    specs = pathlib.Path(specs)
    specifications = [Bungie(specs), Rownd(specs), Onezone(specs)]
    broken = []
    for answer in recorded(answers):
        for specification in specifications:
            found = faults(specification, answer)
            broken += [f"{answer['method']} {answer['path']} {answer['status']}: {fault}" for fault in found]
    for specification in specifications:
        name = type(specification).__name__.lower()
        total = sum(specification.seen.values())
        print(f"{name}: {total} answers checked")
        for answer in sorted(specification.seen):
            print(f"  {specification.seen[answer]:5} {answer}")
        paths = {path for answers in specification.answers.values() for _, path, _ in answers}
        missing = [path for path in sorted(paths) if not any(f" {path} 20" in seen for seen in specification.seen)]
        broken += [f"{name}: no success of {path} was recorded" for path in missing]
    if broken:
        print(f"{len(broken)} faults:", *broken[:50], sep="\n")
        sys.exit(1)


main(*sys.argv[1:])
