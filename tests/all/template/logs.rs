//! The rules about log groups (docs/adr/0024).

use serde_yaml_ng::Value;

use super::{Rule, each_function, of_type, text, unless};

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "All functions write JSON lines to one log group (docs/adr/0024).",
        broken: one_log_group,
        mutant: ("      LogGroup: !Ref FunctionLogs\n", "      LogGroup: !Ref AccessLogs\n"),
    },
    Rule {
        says: "No function may write to another log group.",
        broken: |template| {
            let boundary = &template["Resources"]["Boundary"]["Properties"]["PolicyDocument"];
            let logs: Vec<&Value> = boundary["Statement"]
                .as_sequence()
                .into_iter()
                .flatten()
                .filter(|statement| text(&statement["Action"]).contains("logs:"))
                .collect();
            let good = logs.len() == 1
                && text(&logs[0]["Action"]) == "- logs:CreateLogStream\n- logs:PutLogEvents\n"
                && text(&logs[0]["Resource"]) == "!GetAtt FunctionLogs.Arn\n";
            unless(good, "Boundary")
        },
        mutant: (
            "            Resource: !GetAtt FunctionLogs.Arn\n",
            "            Resource: [!GetAtt FunctionLogs.Arn, !GetAtt AccessLogs.Arn]\n",
        ),
    },
    Rule {
        says: "Every log group forgets.",
        broken: |template| {
            of_type(template, "AWS::Logs::LogGroup")
                .filter(|(_, group)| text(&group["RetentionInDays"]) != "!Ref LogDays\n")
                .map(|(id, _)| id.to_owned())
                .collect()
        },
        mutant: (", RetentionInDays: !Ref LogDays}", "}"),
    },
];

fn one_log_group(template: &Value) -> Vec<String> {
    let all = &template["Globals"]["Function"]["LoggingConfig"];
    let good = text(&all["LogGroup"]) == "!Ref FunctionLogs\n"
        && all["LogFormat"].as_str() == Some("JSON")
        && template["Resources"]["FunctionLogs"]["Type"].as_str() == Some("AWS::Logs::LogGroup");
    let mut broken = unless(good, "Globals");
    broken.extend(each_function(template, |_, properties| properties["LoggingConfig"].is_null()));
    broken
}
