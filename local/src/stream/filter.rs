//! `FilterCriteria` of an event source mapping: EventBridge's patterns, as far as a stream of ours
//! needs them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::template::FilterCriteria;

/// Which records reach a function: those that one of the patterns matches, or all where there is
/// none.
#[derive(Debug)]
pub(crate) struct Filter(Vec<Pattern>);

/// Why a pattern can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// Not JSON.
    #[error("a filter pattern isn't JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON that the local service has no meaning for.
    #[error("a filter pattern has {0}, which the local service doesn't know")]
    Unknown(String),
}

#[derive(Debug)]
enum Pattern {
    /// Every field's pattern must match.
    Object(BTreeMap<String, Pattern>),
    /// One of the tests must pass.
    Leaf(Vec<Test>),
}

#[derive(Debug)]
enum Test {
    Equals(Value),
    Prefix(String),
    AnythingBut(Vec<Value>),
    Exists(bool),
}

impl Filter {
    /// Reads a mapping's patterns.
    ///
    /// # Errors
    /// A pattern isn't JSON, or uses an operator that isn't among exact values, `prefix`,
    /// `anything-but` and `exists`: better than filtering wrongly.
    pub(crate) fn new(criteria: &FilterCriteria) -> Result<Self, FilterError> {
        let patterns = criteria
            .filters
            .iter()
            .map(|filter| Pattern::new(&serde_json::from_str(&filter.pattern)?));
        Ok(Self(patterns.collect::<Result<_, _>>()?))
    }

    /// Whether `record` reaches the function.
    pub(crate) fn matches(&self, record: &Value) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(Some(record)))
    }
}

impl Pattern {
    fn new(value: &Value) -> Result<Self, FilterError> {
        match value {
            Value::Object(fields) => {
                let fields =
                    fields.iter().map(|(name, value)| Ok((name.clone(), Self::new(value)?)));
                Ok(Self::Object(fields.collect::<Result<_, FilterError>>()?))
            }
            Value::Array(tests) => {
                Ok(Self::Leaf(tests.iter().map(Test::new).collect::<Result<_, _>>()?))
            }
            other => Err(FilterError::Unknown(format!("the bare value {other}"))),
        }
    }

    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Object(fields) => fields
                .iter()
                .all(|(name, pattern)| pattern.matches(value.and_then(|value| value.get(name)))),
            Self::Leaf(tests) => tests.iter().any(|test| test.passes(value)),
        }
    }
}

impl Test {
    fn new(value: &Value) -> Result<Self, FilterError> {
        let Value::Object(operator) = value else {
            return Ok(Self::Equals(value.clone()));
        };
        let unknown = || FilterError::Unknown(value.to_string());
        let mut pairs = operator.iter();
        let (Some((name, argument)), None) = (pairs.next(), pairs.next()) else {
            return Err(unknown());
        };
        match (name.as_str(), argument) {
            ("prefix", Value::String(prefix)) => Ok(Self::Prefix(prefix.clone())),
            ("exists", Value::Bool(wanted)) => Ok(Self::Exists(*wanted)),
            ("anything-but", Value::Array(values)) => Ok(Self::AnythingBut(values.clone())),
            ("anything-but", Value::String(_) | Value::Number(_)) => {
                Ok(Self::AnythingBut(vec![argument.clone()]))
            }
            _ => Err(unknown()),
        }
    }

    fn passes(&self, value: Option<&Value>) -> bool {
        if let Self::Exists(wanted) = self {
            // Only a leaf exists, as in EventBridge: an object in its place doesn't.
            return value.is_some_and(|value| !value.is_object()) == *wanted;
        }
        match value {
            Some(Value::Array(values)) => values.iter().any(|value| self.passes_one(value)),
            Some(value) => self.passes_one(value),
            None => false,
        }
    }

    fn passes_one(&self, value: &Value) -> bool {
        match self {
            Self::Equals(wanted) => value == wanted,
            Self::Prefix(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix)),
            Self::AnythingBut(values) => !values.contains(value),
            Self::Exists(wanted) => *wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::FilterPattern;
    use serde_json::json;

    fn filter(patterns: &[Value]) -> Result<Filter, FilterError> {
        let filters =
            patterns.iter().map(|pattern| FilterPattern { pattern: pattern.to_string() }).collect();
        Filter::new(&FilterCriteria { filters })
    }

    fn matches(pattern: Value, record: Value) -> bool {
        filter(&[pattern]).unwrap().matches(&record)
    }

    #[test]
    fn every_field_must_match_one_of_its_values() {
        let pattern = json!({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"outbox": {"S": ["queued"]}}}});
        let record = |name: &str, outbox: &str| json!({"eventName": name, "dynamodb": {"NewImage": {"outbox": {"S": outbox}}}});
        assert!(matches(pattern.clone(), record("INSERT", "queued")));
        assert!(matches(pattern.clone(), record("MODIFY", "queued")));
        assert!(!matches(pattern.clone(), record("REMOVE", "queued")));
        assert!(!matches(pattern.clone(), record("INSERT", "sent")));
        assert!(!matches(pattern, json!({"eventName": "INSERT"})));
    }

    #[test]
    fn operators_do_what_they_say() {
        assert!(matches(json!({"a": [{"prefix": "G#"}]}), json!({"a": "G#1"})));
        assert!(!matches(json!({"a": [{"prefix": "G#"}]}), json!({"a": "U#1"})));
        assert!(matches(json!({"a": [{"exists": true}]}), json!({"a": "x"})));
        assert!(matches(json!({"a": {"b": [{"exists": false}]}}), json!({"c": 1})));
        assert!(!matches(json!({"a": [{"exists": false}]}), json!({"a": "x"})));
        assert!(matches(json!({"a": [{"anything-but": ["x"]}]}), json!({"a": "y"})));
        assert!(!matches(json!({"a": [{"anything-but": "x"}]}), json!({"a": "x"})));
    }

    #[test]
    fn one_pattern_of_several_is_enough_and_none_lets_all_through() {
        let several = filter(&[json!({"a": [1]}), json!({"a": [2]})]).unwrap();
        assert!(several.matches(&json!({"a": 2})));
        assert!(!several.matches(&json!({"a": 3})));
        assert!(filter(&[]).unwrap().matches(&json!({})));
    }

    #[test]
    fn an_unknown_operator_is_refused() {
        assert!(matches!(
            filter(&[json!({"a": [{"numeric": [">", 1]}]})]),
            Err(FilterError::Unknown(_))
        ));
        assert!(matches!(filter(&[json!({"a": "x"})]), Err(FilterError::Unknown(_))));
    }
}
