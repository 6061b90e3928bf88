//! Rules about template.yaml that linters do not check.

use serde_yaml_ng::Value;

use super::rule::{Rule, unless};
use super::tree::{House, yaml};

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "Functions and policies refer to the table by TableInUse, because it may be an existing one (docs/adr/0030).",
        broken: |house| {
            let template = house.read("template.yaml");
            let direct = template.lines().filter(|line| {
                ["GetAtt Table.", "${Table.", "${Table}", "!Ref Table\n"]
                    .iter()
                    .any(|reference| format!("{line}\n").contains(reference))
            });
            direct
                .filter(|line| !line.contains("!If [MakesTable, "))
                .map(|line| format!("template.yaml: say TableInUse.Value in: {}", line.trim()))
                .collect()
        },
        mutant: (
            "template.yaml",
            "              Resource: !GetAtt TableInUse.Value\n",
            "              Resource: !GetAtt Table.Arn\n",
        ),
    },
    Rule {
        says: "All functions write JSON lines to one log group (docs/adr/0024).",
        broken: one_log_group,
        mutant: (
            "template.yaml",
            "      LogGroup: !Ref FunctionLogs\n",
            "      LogGroup: !Ref AccessLogs\n",
        ),
    },
    Rule {
        says: "No function may write to another log group.",
        broken: |house| {
            let template = house.template();
            let boundary = &template["Resources"]["Boundary"]["Properties"]["PolicyDocument"];
            let logs: Vec<&Value> = boundary["Statement"]
                .as_sequence()
                .into_iter()
                .flatten()
                .filter(|statement| yaml(&statement["Action"]).contains("logs:"))
                .collect();
            let good = logs.len() == 1
                && yaml(&logs[0]["Action"]) == "- logs:CreateLogStream\n- logs:PutLogEvents\n"
                && yaml(&logs[0]["Resource"]) == "!GetAtt FunctionLogs.Arn\n";
            unless(good, "Boundary")
        },
        mutant: (
            "template.yaml",
            "            Resource: !GetAtt FunctionLogs.Arn\n",
            "            Resource: [!GetAtt FunctionLogs.Arn, !GetAtt AccessLogs.Arn]\n",
        ),
    },
    Rule {
        says: "Every log group has a retention period.",
        broken: |house| {
            let template = house.template();
            of_type(template, "AWS::Logs::LogGroup")
                .filter(|(_, group)| yaml(&group["RetentionInDays"]) != "!Ref LogDays\n")
                .map(|(id, _)| id.to_owned())
                .collect()
        },
        mutant: ("template.yaml", ", RetentionInDays: !Ref LogDays}", "}"),
    },
    Rule {
        says: "Each function publishes a version when its template or a parameter changes (docs/adr/0017).",
        broken: |house| {
            each_function(house, |properties| {
                properties["AutoPublishAliasAllProperties"].as_bool() == Some(true)
                    && yaml(&properties["VersionDescription"])
                        .contains("${Configuration.VersionNumber}")
            })
        },
        mutant: (
            "template.yaml",
            "      VersionDescription: !Sub Configuration ${Configuration.VersionNumber}\n",
            "",
        ),
    },
    Rule {
        says: "Every function has tracing, a permissions boundary, and an alias that alarms roll back.",
        broken: |house| {
            let template = house.template();
            let all = &template["Globals"]["Function"];
            let alarms = yaml(&all["DeploymentPreference"]["Alarms"]);
            let good = all["Tracing"].as_str() == Some("Active")
                && yaml(&all["PermissionsBoundary"]).contains("Boundary")
                && all["AutoPublishAlias"].as_str() == Some("live")
                && alarms.contains("ServerErrorsAlarm")
                && alarms.contains("LatencyAlarm");
            unless(good, "Globals")
        },
        mutant: ("template.yaml", "    PermissionsBoundary: !Ref Boundary\n", ""),
    },
    Rule {
        says: "Each function has its own policies, without wildcards for actions or resources.",
        broken: |house| {
            each_function(house, |properties| {
                // A function without policies can only log and trace.
                let policies = yaml(&properties["Policies"]);
                !policies.contains(":*\n")
                    && !policies.contains("'*'")
                    && properties["Role"].is_null()
            })
        },
        mutant: (
            "template.yaml",
            "                - dynamodb:GetItem\n",
            "                - dynamodb:*\n",
        ),
    },
    Rule {
        says: "The access log records the route key only, because paths and queries contain tokens and ids.",
        broken: |house| {
            let template = house.template();
            let format = yaml(&template["Resources"]["Api"]["Properties"]["AccessLogSettings"]);
            let leaks = [
                "$context.path",
                "$context.http",
                "queryString",
                "$context.identity",
                "$context.authorizer",
                "requestHeader",
            ];
            unless(
                format.contains("$context.routeKey")
                    && !leaks.iter().any(|leak| format.contains(leak)),
                "Api",
            )
        },
        mutant: ("template.yaml", "$context.routeKey", "$context.path"),
    },
    Rule {
        says: "CORS never allows credentials.",
        broken: |house| {
            let template = house.template();
            // The second branch of the condition is no CORS at all.
            let cors = &template["Resources"]["Api"]["Properties"]["CorsConfiguration"];
            let cors = if let Value::Tagged(condition) = cors { &condition.value[1] } else { cors };
            unless(cors["AllowCredentials"].is_null() && !cors["AllowOrigins"].is_null(), "Api")
        },
        mutant: (
            "template.yaml",
            "          MaxAge: 3600\n",
            "          MaxAge: 3600\n          AllowCredentials: true\n",
        ),
    },
    Rule {
        says: "The table survives the stack's deletion, is encrypted, and has point-in-time recovery and a TTL.",
        broken: |house| {
            let template = house.template();
            let table = &template["Resources"]["Table"];
            let properties = &table["Properties"];
            let good = table["DeletionPolicy"].as_str() == Some("Retain")
                && table["UpdateReplacePolicy"].as_str() == Some("Retain")
                && properties["DeletionProtectionEnabled"].as_bool() == Some(true)
                && properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
                    .as_bool()
                    == Some(true)
                && properties["TimeToLiveSpecification"]["Enabled"].as_bool() == Some(true)
                && properties["SSESpecification"]["SSEEnabled"].as_bool() == Some(true);
            unless(good, "Table")
        },
        mutant: (
            "template.yaml",
            "PointInTimeRecoveryEnabled: true",
            "PointInTimeRecoveryEnabled: false",
        ),
    },
    Rule {
        says: "The token key survives the stack's deletion.",
        broken: |house| {
            let template = house.template();
            let key = &template["Resources"]["TokenKey"];
            unless(
                key["DeletionPolicy"].as_str() == Some("RetainExceptOnCreate")
                    && key["UpdateReplacePolicy"].as_str() == Some("Retain"),
                "TokenKey",
            )
        },
        mutant: ("template.yaml", "  TokenKey:\n", "  LinkKey:\n"),
    },
    Rule {
        says: "Each parameter has a description, a label, and a place in the console's form.",
        broken: |house| parameters(house.template()),
        mutant: ("template.yaml", "ExistingTokenKeyArn, Revision]", "ExistingTokenKeyArn]"),
    },
];

/// Returns the functions that break a rule.
fn each_function(house: &House, good: impl Fn(&Value) -> bool) -> Vec<String> {
    let functions = house.deployed().into_iter();
    functions
        .filter(|(_, function)| !good(&function["Properties"]))
        .map(|(id, _)| id.to_owned())
        .collect()
}

/// Returns the resources of a type: logical ids and properties.
pub(super) fn of_type<'a>(
    template: &'a Value,
    kind: &'a str,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let of_kind = resources.filter(move |(_, resource)| resource["Type"].as_str() == Some(kind));
    of_kind.map(|(id, resource)| (id.as_str().unwrap(), &resource["Properties"]))
}

fn one_log_group(house: &House) -> Vec<String> {
    let template = house.template();
    let all = &template["Globals"]["Function"]["LoggingConfig"];
    let good = yaml(&all["LogGroup"]) == "!Ref FunctionLogs\n"
        && all["LogFormat"].as_str() == Some("JSON")
        && template["Resources"]["FunctionLogs"]["Type"].as_str() == Some("AWS::Logs::LogGroup");
    let mut broken = unless(good, "Globals");
    broken.extend(each_function(house, |properties| properties["LoggingConfig"].is_null()));
    broken
}

fn parameters(template: &Value) -> Vec<String> {
    let form = &template["Metadata"]["AWS::CloudFormation::Interface"];
    let placed: Vec<&str> = form["ParameterGroups"]
        .as_sequence()
        .into_iter()
        .flatten()
        .flat_map(|group| group["Parameters"].as_sequence())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let parameters = template["Parameters"].as_mapping().unwrap();
    let mut broken = Vec::new();
    for (name, about) in parameters {
        let name = name.as_str().unwrap();
        let labelled = form["ParameterLabels"][name]["default"].is_string();
        let good = labelled
            && about["Description"].is_string()
            && placed.iter().filter(|place| **place == name).count() == 1;
        broken.extend(unless(good, name));
    }
    broken.extend(
        placed
            .iter()
            .filter(|name| !parameters.contains_key(**name))
            .map(|name| format!("{name} is not a parameter")),
    );
    broken
}
