"""Compares the largest possible environments and policies with the limits of Lambda and IAM.

Each intrinsic function of the expanded template is replaced by the longest text that it can return.
For a parameter, this follows from its AllowedValues, MaxLength, MaxValue or AllowedPattern. For a
resource, it follows from the longest name of its kind. A variable of an environment must have such a
bound. In a policy, a parameter without one counts as empty and is listed next to the sum.
"""

import json
import re
import tomllib
from re import _parser  # only this private module computes the width of a pattern

MOST_ENVIRONMENT = 4_096  # bytes of all names and values in a function's environment
MOST_INLINE = 10_240  # characters of all inline policies of a role
MOST_MANAGED = 6_144  # characters of a managed policy or a permissions boundary
MOST_PARAMETER = 4_096  # bytes of a parameter's value; a longer bound has no effect

PSEUDO = {"AWS::AccountId": 12, "AWS::Partition": len("aws-us-gov"), "AWS::Region": len("ap-southeast-1"), "AWS::StackName": 128}
SECRET = re.compile(r"^\{\{resolve:secretsmanager:\$\{(\w+)(?:\.Value)?\}")
# Secrets that the template does not make itself, in bytes: a parameter's description names the bound,
# and a token key has the length of one that the template makes.
GIVEN_SECRETS = {"JwtHs256SecretArn": 200, "TokenKeyInUse": 64, "WebhookSecretArn": 200}
# Pairs of variables of which the template's Rules allow one.
EXCLUSIVE = [("JWT_JWKS_URL", "JWT_HS256_SECRET")]


def arn(service, resource, name):
    """Returns an ARN whose name has this length."""
    partition, region, account = ("x" * PSEUDO[f"AWS::{part}"] for part in ("Partition", "Region", "AccountId"))
    return f"arn:{partition}:{service}:{region}:{account}:{resource}{'x' * name}"


# The longest texts of `Ref` (no attribute) and `Fn::GetAtt`, by kind of resource.
TEXTS = {
    ("AWS::AppConfig::HostedConfigurationVersion", "VersionNumber"): "x" * len(str(2**31)),
    ("AWS::DynamoDB::Table", ""): "x" * (128 + len("-Table-") + 13),  # stack, logical id, random text
    ("AWS::DynamoDB::Table", "Arn"): arn("dynamodb", "table/", 255),
    ("AWS::Lambda::Alias", ""): arn("lambda", "function:", 64) + ":live",
    ("AWS::Logs::LogGroup", "Arn"): arn("logs", "log-group:", 512) + ":*",
    ("AWS::SES::ConfigurationSet", ""): "x" * 64,
    ("AWS::SQS::Queue", ""): "https://sqs." + "x" * PSEUDO["AWS::Region"] + ".amazonaws.com.cn/" + "x" * PSEUDO["AWS::AccountId"] + "/" + "x" * 80,
    ("AWS::SQS::Queue", "Arn"): arn("sqs", "", 80),
}


def width(pattern):
    """Returns the most characters of a text that matches the pattern, and the most bytes of each."""
    parsed = _parser.parse(pattern)
    beyond_ascii = any(word in repr(parsed) for word in ("ANY", "NEGATE", "NOT_LITERAL", "CATEGORY_NOT"))
    return parsed.getwidth()[1], 4 if beyond_ascii else 1


def bound(about):
    """Returns the most bytes of a parameter's value, or None if there is no bound."""
    if "AllowedValues" in about:
        return max(len(str(value)) for value in about["AllowedValues"])
    if about["Type"] == "Number":
        return len(str(about["MaxValue"])) if "MaxValue" in about else None
    characters, each = width(about["AllowedPattern"]) if "AllowedPattern" in about else (MOST_PARAMETER + 1, 4)
    longest = min(characters, about.get("MaxLength", characters)) * each
    return longest if longest <= MOST_PARAMETER else None


class Unknown(Exception):
    """The template uses a reference or an intrinsic function that this file does not support."""


class Resolver:
    """Replaces each intrinsic function by its longest text."""

    def __init__(self, template, parameters):
        """Takes the length of each parameter's value, or None for no bound, in `parameters`."""
        self.resources, self.parameters = template["Resources"], parameters
        self.unbounded = set()

    def named(self, name):
        """Returns the text of a parameter, a pseudo parameter or `Resource.Attribute`."""
        if name in PSEUDO:
            return "x" * PSEUDO[name]
        if name in self.parameters:
            return self.text(name, self.parameters[name])
        resource, _, attribute = name.partition(".")
        kind = self.resources[resource]["Type"]
        if kind == "AWS::SSM::Parameter" and attribute == "Value":
            return self.resolve(self.resources[resource]["Properties"]["Value"])
        if (kind, attribute) not in TEXTS:
            raise Unknown(f"add {kind}, {attribute or 'Ref'} to TEXTS in .ci/limits.py, for {name}")
        return TEXTS[kind, attribute]

    def text(self, name, length):
        """Returns a text of this length. `None` returns an empty one and notes the name."""
        if length is None:
            self.unbounded.add(name)
        return "x" * (length or 0)

    def substituted(self, inner):
        """Returns the text of `Fn::Sub`. A reference to a secret becomes the secret's value."""
        text, own = (inner, {}) if isinstance(inner, str) else inner
        secret = SECRET.match(text)
        if secret:
            properties = self.resources.get(secret[1], {}).get("Properties", {})
            made = properties.get("GenerateSecretString", {}).get("PasswordLength")
            return self.text(f"the secret {secret[1]}", GIVEN_SECRETS.get(secret[1], made))
        return re.sub(r"\$\{([^!}]+)\}", lambda found: self.resolve(own[found[1]]) if found[1] in own else self.named(found[1]), text)

    def resolve(self, value):
        """Returns the value without intrinsic functions, or None for AWS::NoValue."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not None]
        if not isinstance(value, dict):
            return value
        kind, inner = next(iter(value.items()), (None, None))
        if kind == "Ref":
            return None if inner == "AWS::NoValue" else self.named(inner)
        if kind == "Fn::GetAtt":
            return self.named(inner if isinstance(inner, str) else ".".join(inner))
        if kind == "Fn::Sub":
            return self.substituted(inner)
        if kind == "Fn::If":
            return max(map(self.resolve, inner[1:]), key=lambda branch: 0 if branch is None else len(json.dumps(branch)))
        if kind == "Fn::Split":  # a part of unknown texts may be as long as the whole
            return self.resolve(inner[1]).split(inner[0])
        if kind == "Fn::Select":
            return max(self.resolve(inner[1]), key=len)
        if str(kind).startswith("Fn::"):
            raise Unknown(f"add {kind} to Resolver.resolve in .ci/limits.py")
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not None}


def length(value):
    return len(str(value).encode())


def sample(parameters):
    """Returns the length of each parameter's longest value in the template and samconfig.toml."""
    with open("samconfig.toml", "rb") as file:
        environments = [commands for commands in tomllib.load(file).values() if isinstance(commands, dict)]
    lengths = {name: length(about.get("Default", "")) for name, about in parameters.items()}
    for commands in environments:
        for override in commands.get("deploy", {}).get("parameters", {}).get("parameter_overrides", []):
            name, _, value = override.partition("=")
            lengths[name] = max(lengths.get(name, 0), length(value))
    return lengths


def of_kind(template, kind):
    """Returns the logical ids and properties of the resources of a kind."""
    return [(name, one["Properties"]) for name, one in template["Resources"].items() if one["Type"] == kind]


def environments(template, parameters, given):
    """Returns the bytes of each function's environment, and the names without a bound.

    A variable counts with its value in `given` if that is longer.
    """
    resolver, sizes = Resolver(template, parameters), {}
    for name, properties in of_kind(template, "AWS::Lambda::Function"):
        variables = resolver.resolve(properties["Environment"]["Variables"])
        lengths = {key: max(length(value), length(given.get(key, ""))) for key, value in variables.items()}
        sizes[name] = sum(length(key) + lengths[key] for key in variables)
        if not given:
            sizes[name] -= sum(min(lengths.get(one, 0), lengths.get(other, 0)) for one, other in EXCLUSIVE)
    return sizes, resolver.unbounded


def policies(template, kind, documents, parameters):
    """Returns the characters of each resource's policies, and the names without a bound.

    White space does not count.
    """
    resolver, sizes = Resolver(template, parameters), {}
    for name, properties in of_kind(template, kind):
        texts = [json.dumps(resolver.resolve(document)) for document in documents(properties)]
        sizes[name] = sum(len(re.sub(r"\s", "", text)) for text in texts)
    return sizes, resolver.unbounded


def largest(sizes):
    name = max(sizes, key=sizes.get)
    return f"the largest has {sizes[name]} ({name})"


def without_bound(unbounded):
    return ", plus those without a bound: " + ", ".join(sorted(unbounded)) if unbounded else ""


def measure(template):
    """Returns sentences about the sizes, and about the sizes that exceed a limit or have no bound."""
    bounds = {name: bound(about) for name, about in template["Parameters"].items()}
    with open("events/env.json", encoding="utf-8") as file:
        configured, _ = environments(template, sample(template["Parameters"]), json.load(file)["Parameters"])
    worst, free = environments(template, bounds, {})
    inline, inline_free = policies(
        template, "AWS::IAM::Role", lambda role: [one["PolicyDocument"] for one in role.get("Policies", [])], bounds
    )
    managed, managed_free = policies(template, "AWS::IAM::ManagedPolicy", lambda policy: [policy["PolicyDocument"]], bounds)
    sizes = [
        f"environments, of at most {MOST_ENVIRONMENT} bytes: with the sample configuration {largest(configured)}",
        f"environments, in the worst case: {largest(worst)}",
        f"inline policies, of at most {MOST_INLINE} characters per role: {largest(inline)}{without_bound(inline_free)}",
        f"managed policies, of at most {MOST_MANAGED} characters: {', '.join(f'{name} {size}' for name, size in managed.items())}{without_bound(managed_free)}",
    ]
    over = [
        f"{name}: {size} {unit}; {most} are allowed"
        for found, most, unit in [
            (configured, MOST_ENVIRONMENT, "bytes of environment with the sample configuration"),
            (worst, MOST_ENVIRONMENT, "bytes of environment in the worst case"),
            (inline, MOST_INLINE, "characters of inline policies"),
            (managed, MOST_MANAGED, "characters of a managed policy"),
        ]
        for name, size in found.items()
        if size > most
    ]
    over += [f"{name} has no bound: give it a MaxLength, a MaxValue or a bounded pattern, or name the secret in .ci/limits.py" for name in sorted(free)]
    return sizes, over
