//! `FilterCriteria` of an event source mapping: the subset of EventBridge's patterns that the
//! template uses.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::template::FilterCriteria;

/// Selects the records for a function: those that match at least one pattern, or all if there are
/// no patterns.
#[derive(Debug)]
pub(crate) struct Filter(Vec<Pattern>);

/// The reason why a pattern cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// The pattern is not JSON.
    #[error("a filter pattern is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The pattern uses an operator that the local service does not support.
    #[error("a filter pattern has {0}, which the local service does not support")]
    Unknown(String),
}

#[derive(Debug)]
enum Pattern {
    /// Matches if every field's pattern matches.
    Object(BTreeMap<String, Pattern>),
    /// Matches if one of the tests passes.
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
    /// Parses a mapping's patterns. It supports exact values, `prefix`, `anything-but` and
    /// `exists`.
    ///
    /// # Errors
    /// `Json` if a pattern is not JSON, `Unknown` if it uses another operator.
    pub(crate) fn new(criteria: &FilterCriteria) -> Result<Self, FilterError> {
        let patterns = criteria
            .filters
            .iter()
            .map(|filter| Pattern::new(&serde_json::from_str(&filter.pattern)?));
        Ok(Self(patterns.collect::<Result<_, _>>()?))
    }

    /// Returns whether the function gets `record`.
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
            // As in EventBridge, only a leaf exists. An object does not.
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
    fn each_operator_matches_as_in_eventbridge() {
        assert!(matches(json!({"a": [{"prefix": "G#"}]}), json!({"a": "G#1"})));
        assert!(!matches(json!({"a": [{"prefix": "G#"}]}), json!({"a": "U#1"})));
        assert!(matches(json!({"a": [{"exists": true}]}), json!({"a": "x"})));
        assert!(matches(json!({"a": {"b": [{"exists": false}]}}), json!({"c": 1})));
        assert!(!matches(json!({"a": [{"exists": false}]}), json!({"a": "x"})));
        assert!(matches(json!({"a": [{"anything-but": ["x"]}]}), json!({"a": "y"})));
        assert!(!matches(json!({"a": [{"anything-but": "x"}]}), json!({"a": "x"})));
    }

    #[test]
    fn one_matching_pattern_is_enough_and_no_patterns_match_all() {
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
