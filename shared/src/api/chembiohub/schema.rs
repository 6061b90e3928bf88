//! The schema of an invitation, as Tastypie generates it (docs/contracts/chembiohub.md#schema).

use serde::Serialize;

/// The schema. Its keys are in the original's order.
#[derive(Debug, Serialize)]
pub struct SchemaBody {
    allowed_detail_http_methods: [&'static str; 3],
    allowed_list_http_methods: [&'static str; 3],
    default_format: &'static str,
    default_limit: u32,
    fields: Fields,
    filtering: Filtering,
}

#[derive(Debug, Serialize)]
struct Fields {
    created: Field<bool>,
    created_by: Field,
    email: Field,
    first_name: Field,
    id: Field,
    last_name: Field,
    modified: Field<bool>,
    resource_uri: Field,
}

/// One field. `D` is the type of its default.
#[derive(Debug, Serialize)]
struct Field<D = &'static str> {
    blank: bool,
    default: D,
    help_text: &'static str,
    nullable: bool,
    primary_key: bool,
    readonly: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    related_schema: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    related_type: Option<&'static str>,
    #[serde(rename = "type")]
    kind: &'static str,
    unique: bool,
    verbose_name: &'static str,
}

#[derive(Debug, Serialize)]
struct Filtering {
    /// Tastypie's `ALL_WITH_RELATIONS`: every lookup is allowed.
    email: u8,
}

const METHODS: [&str; 3] = ["get", "post", "put"];
const NO_DEFAULT: &str = "No default provided.";
const TEXT: &str = "Unicode string data. Ex: \"Hello World\"";

fn text(verbose_name: &'static str, default: &'static str) -> Field {
    Field {
        blank: false,
        default,
        help_text: TEXT,
        nullable: false,
        primary_key: false,
        readonly: false,
        related_schema: None,
        related_type: None,
        kind: "string",
        unique: false,
        verbose_name,
    }
}

fn time(verbose_name: &'static str) -> Field<bool> {
    Field {
        blank: true,
        default: true,
        help_text: "A date & time as a string. Ex: \"2010-11-10T03:07:43\"",
        nullable: false,
        primary_key: false,
        readonly: false,
        related_schema: None,
        related_type: None,
        kind: "datetime",
        unique: false,
        verbose_name,
    }
}

/// Returns the schema with the paths of this namespace.
pub fn schema(namespace: &str) -> SchemaBody {
    SchemaBody {
        allowed_detail_http_methods: METHODS,
        allowed_list_http_methods: METHODS,
        default_format: "application/json",
        default_limit: 20,
        fields: Fields {
            created: time("created"),
            created_by: Field {
                help_text: "creator of the invitation",
                related_schema: Some(format!("/{namespace}/api/users/schema")),
                related_type: Some("to_one"),
                kind: "related",
                ..text("created by", NO_DEFAULT)
            },
            email: text("email", NO_DEFAULT),
            first_name: Field { nullable: true, ..text("first name", "") },
            id: Field {
                blank: true,
                help_text: "Integer data. Ex: 2673",
                primary_key: true,
                kind: "integer",
                unique: true,
                ..text("ID", "")
            },
            last_name: Field { nullable: true, ..text("last name", "") },
            modified: time("modified"),
            resource_uri: Field { readonly: true, ..text("resource uri", NO_DEFAULT) },
        },
        filtering: Filtering { email: 2 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema of the contract, byte for byte except for its line breaks.
    const CONTRACT: &str = include_str!("schema.json");

    #[test]
    fn the_schema_matches_the_contract() {
        assert_eq!(
            serde_json::to_string(&schema("chembiohub")).unwrap(),
            CONTRACT.lines().collect::<String>()
        );
    }

    #[test]
    fn the_schema_has_the_namespace_of_the_deployment() {
        assert!(
            serde_json::to_string(&schema("hub"))
                .unwrap()
                .contains(r#""related_schema":"/hub/api/users/schema""#)
        );
    }
}
