"""How large the environments and policies of the expanded template can get, beside the limits of Lambda and IAM.

Each intrinsic function is replaced by the longest text that it can give: a parameter's by its AllowedValues, MaxLength,
MaxValue or AllowedPattern, a resource's by the longest name of its kind. A parameter without such a bound counts as
empty and is named beside the sum.
"""

import json
import re
import tomllib
from re import _parser  # the width of a pattern; `re` itself does not tell it

MOST_ENVIRONMENT = 4_096  # bytes: the names and values of all variables of a function
MOST_INLINE = 10_240  # characters: all inline policies of a role
MOST_MANAGED = 6_144  # characters: a managed policy, a permissions boundary too
MOST_PARAMETER = 4_096  # bytes: what CloudFormation takes as a parameter's value; a longer bound is none

PSEUDO = {"AWS::AccountId": 12, "AWS::Partition": len("aws-us-gov"), "AWS::Region": len("ap-southeast-1"), "AWS::StackName": 128}
SECRET = re.compile(r"^\{\{resolve:secretsmanager:\$\{(\w+)\}")


def arn(service, resource, name):
    """An ARN with a name of this length."""
    partition, region, account = ("x" * PSEUDO[f"AWS::{part}"] for part in ("Partition", "Region", "AccountId"))
    return f"arn:{partition}:{service}:{region}:{account}:{resource}{'x' * name}"


# What `Ref` (no attribute) and `Fn::GetAtt` give at the longest, by the kind of resource.
TEXTS = {
    ("AWS::AppConfig::HostedConfigurationVersion", "VersionNumber"): "x" * len(str(2**31)),
    ("AWS::DynamoDB::Table", ""): "x" * 255,
    ("AWS::DynamoDB::Table", "Arn"): arn("dynamodb", "table/", 255),
    ("AWS::Logs::LogGroup", "Arn"): arn("logs", "log-group:", 512) + ":*",
    ("AWS::SES::ConfigurationSet", ""): "x" * 64,
    ("AWS::SQS::Queue", "Arn"): arn("sqs", "", 80),
}


def widest(pattern):
    """The most bytes of a text that matches the pattern; None for no bound."""
    parsed = _parser.parse(pattern)
    characters = parsed.getwidth()[1]
    beyond_ascii = any(word in repr(parsed) for word in ("ANY", "NEGATE", "NOT_LITERAL", "CATEGORY_NOT"))
    longest = characters * (4 if beyond_ascii else 1)
    return longest if longest <= MOST_PARAMETER else None


def bound(about):
    """The most bytes that a parameter's value can have; None for no bound."""
    if "AllowedValues" in about:
        return max(len(str(value)) for value in about["AllowedValues"])
    if about["Type"] == "Number":
        return len(str(about["MaxValue"])) if "MaxValue" in about else None
    bounds = [about["MaxLength"] * 4] if "MaxLength" in about else []
    if "AllowedPattern" in about:
        bounds.append(widest(about["AllowedPattern"]))
    return min((one for one in bounds if one is not None), default=None)


class Unknown(Exception):
    """The template uses something whose longest text isn't known here."""


class Resolver:
    """Puts the longest text in the place of each intrinsic function."""

    def __init__(self, template, parameters):
        """`parameters` has the length of each parameter's value, or None."""
        self.resources, self.parameters = template["Resources"], parameters
        self.unbounded = set()

    def named(self, name):
        """What a parameter, a pseudo parameter or `Resource.Attribute` gives."""
        if name in PSEUDO:
            return "x" * PSEUDO[name]
        if name in self.parameters:
            return self.text(name, self.parameters[name])
        resource, _, attribute = name.partition(".")
        kind = self.resources[resource]["Type"]
        if (kind, attribute) not in TEXTS:
            raise Unknown(f"add {kind}, {attribute or 'Ref'} to TEXTS in .ci/limits.py, for {name}")
        return TEXTS[kind, attribute]

    def text(self, name, length):
        """A text of this length; an empty one, and the name kept, for no bound."""
        if length is None:
            self.unbounded.add(name)
        return "x" * (length or 0)

    def substituted(self, inner):
        """What `Fn::Sub` gives. A reference to a secret gives the secret's value."""
        text, own = (inner, {}) if isinstance(inner, str) else inner
        secret = SECRET.match(text)
        if secret:
            properties = self.resources.get(secret[1], {}).get("Properties", {})
            return self.text(f"the secret {secret[1]}", properties.get("GenerateSecretString", {}).get("PasswordLength"))
        return re.sub(r"\$\{([^!}]+)\}", lambda found: self.resolve(own[found[1]]) if found[1] in own else self.named(found[1]), text)

    def resolve(self, value):
        """The value without intrinsic functions; None for AWS::NoValue."""
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
        if kind == "Fn::Split":  # the whole text in place of its parts: none of them is longer
            return [self.resolve(inner[1])]
        if kind == "Fn::Select":
            return max(self.resolve(inner[1]), key=len)
        if str(kind).startswith("Fn::"):
            raise Unknown(f"add {kind} to Resolver.resolve in .ci/limits.py")
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not None}


def length(value):
    return len(str(value).encode())


def sample(parameters):
    """The length of each parameter's value by its default and by samconfig.toml: the longest of them."""
    with open("samconfig.toml", "rb") as file:
        environments = [commands for commands in tomllib.load(file).values() if isinstance(commands, dict)]
    lengths = {name: length(about.get("Default", "")) for name, about in parameters.items()}
    for commands in environments:
        for override in commands.get("deploy", {}).get("parameters", {}).get("parameter_overrides", []):
            name, _, value = override.partition("=")
            lengths[name] = max(lengths.get(name, 0), length(value))
    return lengths


def of_kind(template, kind):
    """The resources of a kind: logical id and properties."""
    return [(name, one["Properties"]) for name, one in template["Resources"].items() if one["Type"] == kind]


def environments(template, parameters, given):
    """The bytes of each function's environment, and what has no bound. A variable counts as `given`, where that is longer."""
    resolver, sizes = Resolver(template, parameters), {}
    for name, properties in of_kind(template, "AWS::Lambda::Function"):
        variables = resolver.resolve(properties["Environment"]["Variables"])
        sizes[name] = sum(length(key) + max(length(value), length(given.get(key, ""))) for key, value in variables.items())
    return sizes, resolver.unbounded


def policies(template, kind, documents, parameters):
    """The characters of the policies of each resource of a kind, without white space, and what has no bound."""
    resolver, sizes = Resolver(template, parameters), {}
    for name, properties in of_kind(template, kind):
        texts = [json.dumps(resolver.resolve(document)) for document in documents(properties)]
        sizes[name] = sum(len(re.sub(r"\s", "", text)) for text in texts)
    return sizes, resolver.unbounded


def largest(sizes):
    name = max(sizes, key=sizes.get)
    return f"{sizes[name]} at the largest ({name})"


def beside(unbounded):
    return ", and what has no bound: " + ", ".join(sorted(unbounded)) if unbounded else ""


def measure(template):
    """What there is to say of the sizes, and what is too large, each as sentences.

    An environment fails by the sample configuration alone: the template leaves some of its parameters without a bound.
    """
    bounds = {name: bound(about) for name, about in template["Parameters"].items()}
    with open("events/env.json", encoding="utf-8") as file:
        configured, _ = environments(template, sample(template["Parameters"]), json.load(file)["Parameters"])
    worst, free = environments(template, bounds, {})
    inline, inline_free = policies(
        template, "AWS::IAM::Role", lambda role: [one["PolicyDocument"] for one in role.get("Policies", [])], bounds
    )
    managed, managed_free = policies(template, "AWS::IAM::ManagedPolicy", lambda policy: [policy["PolicyDocument"]], bounds)
    sizes = [
        f"environments, of at most {MOST_ENVIRONMENT} bytes: {largest(configured)} with the sample configuration",
        f"environments, in the worst case: {largest(worst)}{beside(free)}",
        f"inline policies, of at most {MOST_INLINE} characters a role: {largest(inline)}{beside(inline_free)}",
        f"managed policies, of at most {MOST_MANAGED} characters: {', '.join(f'{name} {size}' for name, size in managed.items())}{beside(managed_free)}",
    ]
    over = [
        f"{name}: {size} {unit}; {most} are allowed"
        for found, most, unit in [
            (configured, MOST_ENVIRONMENT, "bytes of environment with the sample configuration"),
            (inline, MOST_INLINE, "characters of inline policies"),
            (managed, MOST_MANAGED, "characters of a managed policy"),
        ]
        for name, size in found.items()
        if size > most
    ]
    return sizes, over
