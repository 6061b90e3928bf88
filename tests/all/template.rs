//! What template.yaml must keep to, beyond what linters know: rules over its text, each proven by a
//! change that breaks it, and the credentials that every route asks for.

mod logs;

use reqwest::Method;
use serde_yaml_ng::Value;

use crate::app::App;
use crate::layout::{OPEN_TO_ALL, hold, read, routes, template, template_functions};

/// A rule, what it finds broken in a template, and a change of the text that it must notice.
struct Rule {
    says: &'static str,
    broken: fn(&Value) -> Vec<String>,
    /// A piece of template.yaml and what stands in its place in the mutant.
    mutant: (&'static str, &'static str),
}

const RULES: &[Rule] = &[
    Rule {
        says: "The stream's answer names the records that failed, or a whole batch would come again.",
        broken: |template| {
            streams(template, |source| {
                source["FunctionResponseTypes"][0].as_str() == Some("ReportBatchItemFailures")
            })
        },
        mutant: ("FunctionResponseTypes: [ReportBatchItemFailures]", "FunctionResponseTypes: []"),
    },
    Rule {
        says: "A failing batch is cut in two, so that one bad record holds up no other.",
        broken: |template| {
            streams(template, |source| source["BisectBatchOnFunctionError"].as_bool() == Some(true))
        },
        mutant: ("BisectBatchOnFunctionError: true", "BisectBatchOnFunctionError: false"),
    },
    Rule {
        says: "A record is tried a bounded number of times; Lambda's default is until it expires, a day later.",
        broken: |template| {
            streams(template, |source| {
                source["MaximumRetryAttempts"]
                    .as_i64()
                    .is_some_and(|times| (1..=10_000).contains(&times))
            })
        },
        mutant: ("MaximumRetryAttempts: 10000", "MaximumRetryAttempts: -1"),
    },
    Rule {
        says: "A record is given up after hours, not after a day, when the stream has lost it.",
        broken: |template| {
            streams(template, |source| {
                source["MaximumRecordAgeInSeconds"]
                    .as_i64()
                    .is_some_and(|age| (60..86_400).contains(&age))
            })
        },
        mutant: ("MaximumRecordAgeInSeconds: 21600", "MaximumRecordAgeInSeconds: 86400"),
    },
    Rule {
        says: "What was given up goes to a queue.",
        broken: |template| {
            streams(template, |source| {
                text(&source["DestinationConfig"]["OnFailure"]["Destination"])
                    .contains("FailedMails.Arn")
            })
        },
        mutant: ("                Destination: !GetAtt FailedMails.Arn\n", ""),
    },
    Rule {
        says: "A new mapping begins at the oldest record: LATEST would lose what came while it was made.",
        broken: |template| {
            streams(template, |source| source["StartingPosition"].as_str() == Some("TRIM_HORIZON"))
        },
        mutant: ("StartingPosition: TRIM_HORIZON", "StartingPosition: LATEST"),
    },
    Rule {
        says: "The stream starts a function only for records that it works on.",
        broken: |template| {
            streams(template, |source| {
                source["FilterCriteria"]["Filters"][0]["Pattern"].is_string()
            })
        },
        mutant: ("            FilterCriteria:\n", "            Comment:\n"),
    },
    Rule {
        says: "What the queue holds stays for 14 days and is encrypted.",
        broken: |template| {
            let queue = &template["Resources"]["FailedMails"]["Properties"];
            let good = queue["MessageRetentionPeriod"].as_i64() == Some(1_209_600)
                && queue["SqsManagedSseEnabled"].as_bool() == Some(true);
            unless(good, "FailedMails")
        },
        mutant: ("MessageRetentionPeriod: 1209600", "MessageRetentionPeriod: 345600"),
    },
    Rule {
        says: "Each function publishes a version when its text or a parameter changes (docs/adr/0017).",
        broken: |template| {
            each_function(template, |_, properties| {
                properties["AutoPublishAliasAllProperties"].as_bool() == Some(true)
                    && text(&properties["VersionDescription"])
                        .contains("${Configuration.VersionNumber}")
            })
        },
        mutant: (
            "      VersionDescription: !Sub Configuration ${Configuration.VersionNumber}\n",
            "",
        ),
    },
    Rule {
        says: "Every function is traced, bounded, and behind an alias that alarms roll back.",
        broken: |template| {
            let all = &template["Globals"]["Function"];
            let alarms = text(&all["DeploymentPreference"]["Alarms"]);
            let good = all["Tracing"].as_str() == Some("Active")
                && text(&all["PermissionsBoundary"]).contains("Boundary")
                && all["AutoPublishAlias"].as_str() == Some("live")
                && alarms.contains("ServerErrorsAlarm")
                && alarms.contains("LatencyAlarm");
            unless(good, "Globals")
        },
        mutant: ("    PermissionsBoundary: !Ref Boundary\n", ""),
    },
    Rule {
        says: "Each function has policies of its own, with exact actions, and resources that aren't everything.",
        broken: |template| {
            each_function(template, |_, properties| {
                // Without any, a function can only log and trace.
                let policies = text(&properties["Policies"]);
                !policies.contains(":*\n")
                    && !policies.contains("'*'")
                    && properties["Role"].is_null()
            })
        },
        mutant: ("                - dynamodb:GetItem\n", "                - dynamodb:*\n"),
    },
    Rule {
        says: "The table's key policy names every function's role.",
        broken: |template| {
            let roles = text(&template["Resources"]["TableKeyUse"]["Properties"]["Roles"]);
            each_function(template, |id, _| roles.contains(&format!("{id}Role")))
        },
        mutant: ("        - !Ref NativeGetInviteRole\n", ""),
    },
    Rule {
        says: "Routes that make something, and routes that take a token, are throttled lower than those that read.",
        broken: throttled_routes,
        mutant: (
            "            RouteSettings: {ThrottlingRateLimit: !Ref TokensPerSecond, ThrottlingBurstLimit: !Ref TokenBurst}\n",
            "",
        ),
    },
    Rule {
        says: "An alarm watches a metric that AWS or this template makes, tells the topic, and isn't set off by silence.",
        broken: alarms,
        mutant: ("      MetricName: IteratorAge\n", "      MetricName: IteratorAges\n"),
    },
    Rule {
        says: "The access log records the route key: a path or a query holds tokens and ids.",
        broken: |template| {
            let format = text(&template["Resources"]["Api"]["Properties"]["AccessLogSettings"]);
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
        mutant: ("$context.routeKey", "$context.path"),
    },
    Rule {
        says: "Cookies never cross origins.",
        broken: |template| {
            // Its second branch is no CORS at all.
            let cors = &template["Resources"]["Api"]["Properties"]["CorsConfiguration"];
            let cors = if let Value::Tagged(condition) = cors { &condition.value[1] } else { cors };
            unless(cors["AllowCredentials"].is_null() && !cors["AllowOrigins"].is_null(), "Api")
        },
        mutant: (
            "          MaxAge: 3600\n",
            "          MaxAge: 3600\n          AllowCredentials: true\n",
        ),
    },
    Rule {
        says: "The table outlives the stack, can be restored to any second, and forgets by its TTL.",
        broken: |template| {
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
        mutant: ("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false"),
    },
    Rule {
        says: "The token key outlives the stack.",
        broken: |template| {
            let key = &template["Resources"]["TokenKey"];
            unless(
                key["DeletionPolicy"].as_str() == Some("RetainExceptOnCreate")
                    && key["UpdateReplacePolicy"].as_str() == Some("Retain"),
                "TokenKey",
            )
        },
        mutant: ("  TokenKey:\n", "  LinkKey:\n"),
    },
    Rule {
        says: "Each parameter has a description, a label, and a place in the console's form.",
        broken: parameters,
        mutant: (
            "Parameters: [TokenKeyVersion, TableKeyArn, Revision]",
            "Parameters: [TokenKeyVersion, TableKeyArn]",
        ),
    },
];

/// The metrics of AWS that alarms may watch, with the dimension they need; SES's rates are the
/// account's and have none.
const METRICS_OF_AWS: &[(&str, &str, Option<&str>)] = &[
    ("AWS/Lambda", "IteratorAge", Some("FunctionName")),
    ("AWS/Lambda", "Errors", Some("FunctionName")),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", Some("QueueName")),
    ("AWS/DynamoDB", "ReadThrottleEvents", Some("TableName")),
    ("AWS/DynamoDB", "WriteThrottleEvents", Some("TableName")),
    ("AWS/SES", "Reputation.BounceRate", None),
    ("AWS/SES", "Reputation.ComplaintRate", None),
];

fn text(value: &Value) -> String {
    serde_yaml_ng::to_string(value).unwrap()
}

fn unless(good: bool, place: &str) -> Vec<String> {
    if good { Vec::new() } else { vec![place.to_owned()] }
}

/// The functions for which a rule doesn't hold.
fn each_function(template: &Value, good: impl Fn(&str, &Value) -> bool) -> Vec<String> {
    let functions = template_functions(template).into_iter();
    functions
        .filter(|(id, function)| !good(id, &function["Properties"]))
        .map(|(id, _)| id)
        .collect()
}

/// The stream mappings for which a rule doesn't hold; a template without any breaks each rule.
fn streams(template: &Value, good: impl Fn(&Value) -> bool) -> Vec<String> {
    let mut seen = false;
    let mut broken = Vec::new();
    for (id, function) in template_functions(template) {
        let Some(events) = function["Properties"]["Events"].as_mapping() else { continue };
        for source in events.values().filter(|event| event["Type"].as_str() == Some("DynamoDB")) {
            seen = true;
            broken.extend(unless(good(&source["Properties"]), &id));
        }
    }
    broken.extend(unless(seen, "no stream mapping"));
    broken
}

/// The resources of a type: logical id and properties.
fn of_type<'a>(template: &'a Value, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let of_kind = resources.filter(move |(_, resource)| resource["Type"].as_str() == Some(kind));
    of_kind.map(|(id, resource)| (id.as_str().unwrap(), &resource["Properties"]))
}

/// Makes: POST to a collection. Takes a token: the functions that look one up.
fn throttled_routes(template: &Value) -> Vec<String> {
    const TAKE_TOKENS: &[&str] = &[
        "NativePreviewInvite",
        "NativeAcceptInvite",
        "NativeDeclineInvite",
        "NativeInvitePage",
        "OnezoneJoinGroup",
    ];
    let mut broken = Vec::new();
    for (id, function) in template_functions(template) {
        let Some(events) = function["Properties"]["Events"].as_mapping() else { continue };
        let makes = ["Create", "InviteIndividual", "Groups", "RowndManageMembers"]
            .iter()
            .any(|word| id.contains(word));
        for event in events.values().filter(|event| event["Type"].as_str() == Some("HttpApi")) {
            let posts = event["Properties"]["Method"].as_str() == Some("POST");
            let limit = match (
                TAKE_TOKENS.contains(&id.as_str()),
                makes && posts && !id.contains("Cancel"),
            ) {
                (true, _) => "TokensPerSecond",
                (_, true) => "CreatesPerSecond",
                _ => continue,
            };
            let set =
                text(&event["Properties"]["RouteSettings"]["ThrottlingRateLimit"]).contains(limit);
            broken.extend(unless(
                set,
                &format!("{id} {}: {limit}", event["Properties"]["Path"].as_str().unwrap_or("?")),
            ));
        }
    }
    let lower = |name: &str, than: &str| {
        template["Parameters"][name]["Default"].as_i64()
            < template["Parameters"][than]["Default"].as_i64()
    };
    broken.extend(unless(
        lower("CreatesPerSecond", "RequestsPerSecond")
            && lower("TokensPerSecond", "RequestsPerSecond"),
        "the defaults",
    ));
    broken
}

fn alarms(template: &Value) -> Vec<String> {
    let filters: Vec<&Value> = of_type(template, "AWS::Logs::MetricFilter")
        .map(|(_, filter)| &filter["MetricTransformations"][0])
        .collect();
    let known = |metric: &Value| {
        let (namespace, name) =
            (text(&metric["Namespace"]), metric["MetricName"].as_str().unwrap_or("?"));
        let of_aws = METRICS_OF_AWS.iter().any(|(space, known, dimension)| {
            namespace.trim() == *space
                && *known == name
                && metric["Dimensions"][0]["Name"].as_str() == *dimension
        });
        of_aws
            || filters.iter().any(|filter| {
                text(&filter["MetricNamespace"]) == namespace
                    && filter["MetricName"].as_str() == Some(name)
            })
    };
    let mut broken = Vec::new();
    let mut count = 0;
    for (id, alarm) in of_type(template, "AWS::CloudWatch::Alarm") {
        count += 1;
        let watched: Vec<&Value> = match alarm["Metrics"].as_sequence() {
            Some(metrics) => metrics
                .iter()
                .map(|metric| &metric["MetricStat"]["Metric"])
                .filter(|metric| !metric.is_null())
                .collect(),
            None => vec![alarm],
        };
        let good = !watched.is_empty()
            && watched.into_iter().all(known)
            && text(&alarm["AlarmActions"]).contains("AlarmTopic")
            && alarm["AlarmDescription"].is_string()
            && matches!(alarm["TreatMissingData"].as_str(), Some("notBreaching" | "ignore"));
        broken.extend(unless(good, id));
    }
    broken.extend(unless(
        count >= 6,
        "errors, latency, stream age, queue, table and SES each need an alarm",
    ));
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
            .map(|name| format!("{name} isn't a parameter")),
    );
    broken
}

#[test]
fn the_template_keeps_its_rules() {
    let template = template();
    for rule in RULES.iter().chain(logs::RULES) {
        hold(rule.says, &(rule.broken)(&template));
    }
}

#[test]
fn each_rule_notices_what_breaks_it() {
    let template = read("template.yaml");
    for Rule { says, broken, mutant: (from, to) } in RULES.iter().chain(logs::RULES) {
        let mutant = template.replacen(from, to, 1);
        assert_ne!(
            mutant, template,
            "{says}: template.yaml has no {from:?} any more; change the mutant"
        );
        let mutant: Value = serde_yaml_ng::from_str(&mutant).unwrap();
        assert!(!broken(&mutant).is_empty(), "{says}: {to:?} for {from:?} goes unnoticed");
    }
}

/// A route with something in each of its variables.
fn filled(path: &str) -> String {
    let value = |variable: &str| match variable {
        "namespace" => "chembiohub".to_owned(),
        "slash+" => String::new(),
        name if name.ends_with('+') => "x".to_owned(),
        _ => "1".to_owned(),
    };
    let part = |part: &str| match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(variable) => value(variable),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_asks_who_calls() {
    let app = App::start().await;
    let nobody = app.nobody();
    let mut broken = Vec::new();
    let mut asked = 0;
    for (id, function) in template_functions(&template()) {
        let package = function["Properties"]["CodeUri"]
            .as_str()
            .unwrap()
            .trim_start_matches("functions/")
            .replace('/', "-");
        if OPEN_TO_ALL.contains(&package.as_str()) {
            continue;
        }
        for route in routes(&function) {
            let (method, path) = route.split_once(' ').unwrap();
            let expected = if method == "OPTIONS" { 200 } else { 401 };
            let method = if method == "ANY" { Method::GET } else { method.parse().unwrap() };
            let answer = nobody
                .sends(nobody.request(method, &filled(path)).header("x-api-key", "key"))
                .await;
            asked += 1;
            if answer.status != expected {
                broken.push(format!(
                    "{id}: {route} answers {} to a caller without credentials",
                    answer.status
                ));
            }
        }
    }
    assert!(asked > 60, "only {asked} routes were asked");
    hold(
        "Every route verifies its caller, but for the functions in OPEN_TO_ALL; a preflight has none.",
        &broken,
    );
}
