//! Invites as the rows of a CSV file (RFC 4180).

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::domain::Invalid;
use crate::domain::email::EmailAddress;
use crate::domain::invisible::trim;
use crate::domain::language::LanguageTag;
use crate::domain::role::{RoleName, Roles};
use crate::domain::text::{Message, Name};
use crate::http::{FieldCode, FieldError, RequestError};

/// The columns, in any order. Only `email` is required.
const COLUMNS: [&str; 6] = ["email", "roles", "first_name", "last_name", "message", "locale"];

/// A row: one person to invite.
pub(super) struct Row {
    pub(super) email: EmailAddress,
    pub(super) roles: Option<Roles>,
    pub(super) first_name: Option<Name>,
    pub(super) last_name: Option<Name>,
    pub(super) message: Option<Message>,
    pub(super) locale: Option<LanguageTag>,
}

/// A row or its errors, with the number of the line where it begins.
pub(super) type NumberedRow = (u64, Result<Row, RequestError>);

/// Returns at most `most` rows of the file. A comma or a semicolon separates the fields.
///
/// # Errors
/// `MalformedBody` if the bytes are not UTF-8, `InvalidBody` for a header row that has an unknown
/// column, has one twice, or has no column `email`.
pub(super) fn rows(bytes: &[u8], most: usize) -> Result<Vec<NumberedRow>, RequestError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| RequestError::MalformedBody("the file is not UTF-8".into()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.contains(';') && !header.contains(',') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(Trim::None)
        .from_reader(text.as_bytes());
    let columns = columns(reader.headers().map_err(|error| unreadable(&error))?)?;
    let mut rows = Vec::new();
    for record in reader.records().take(most) {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, |position| line_at(text, position));
        rows.push((line, row(&columns, &record)));
    }
    Ok(rows)
}

/// Returns the line of the first field. The position of a row may be before the rest of the line end
/// of the row above, and before empty lines.
fn line_at(text: &str, position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let before = text.bytes().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + before.filter(|byte| *byte == b'\n').fold(0, |lines, _| lines + 1)
}

fn unreadable(error: &csv::Error) -> RequestError {
    let line = error.position().map_or(1, csv::Position::line);
    RequestError::MalformedBody(format!("the file is not CSV (line {line})"))
}

/// Returns the names of the columns in their order.
fn columns(header: &StringRecord) -> Result<Vec<&'static str>, RequestError> {
    let mut columns: Vec<&'static str> = Vec::new();
    for name in header.iter().map(trim) {
        let Some(column) = COLUMNS.into_iter().find(|column| *column == name) else {
            let known = COLUMNS.join(", ");
            let detail = format!("There is no column '{}'. The columns are {known}.", shown(name));
            return Err(header_error(FieldCode::UnknownField, name, detail));
        };
        if columns.contains(&column) {
            let detail = format!("The column '{column}' occurs twice.");
            return Err(header_error(FieldCode::DuplicateField, name, detail));
        }
        columns.push(column);
    }
    if columns.contains(&"email") {
        Ok(columns)
    } else {
        let detail = "The first line must name the columns, 'email' among them.".to_owned();
        Err(header_error(FieldCode::Required, "email", detail))
    }
}

fn header_error(code: FieldCode, name: &str, detail: String) -> RequestError {
    let pointer = format!("/{}", shown(name));
    RequestError::InvalidBody(vec![FieldError { pointer, code, detail }])
}

/// Returns the beginning of a column's name, without what a person can't see.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Returns the row, or all of its errors.
fn row(columns: &[&'static str], record: &StringRecord) -> Result<Row, RequestError> {
    if record.len() != columns.len() {
        let rule =
            Invalid::new("wrong_number_of_fields", "The row has other fields than the header.");
        return Err(RequestError::field("", rule));
    }
    let mut errors = Vec::new();
    let values = Values { columns, record };
    let email = values.read("email", EmailAddress::parse, &mut errors);
    let roles = values.read("roles", roles, &mut errors);
    let first_name = values.read("first_name", Name::parse, &mut errors);
    let last_name = values.read("last_name", Name::parse, &mut errors);
    let message = |text: &str| Message::parse(text).map_err(Invalid::from);
    let message = values.read("message", message, &mut errors);
    let locale = values.read("locale", LanguageTag::parse, &mut errors);
    match email {
        Some(email) if errors.is_empty() => {
            Ok(Row { email, roles, first_name, last_name, message, locale })
        }
        None if errors.is_empty() => Err(RequestError::InvalidBody(vec![FieldError {
            pointer: "/email".into(),
            code: FieldCode::Required,
            detail: "This field is required.".into(),
        }])),
        Some(_) | None => Err(RequestError::InvalidBody(errors)),
    }
}

/// The values of a row by their columns.
struct Values<'a> {
    columns: &'a [&'static str],
    record: &'a StringRecord,
}

impl Values<'_> {
    /// Parses the value of this column. `None` if it is empty, or wrong, which adds an error.
    fn read<T>(
        &self,
        column: &str,
        parse: impl Fn(&str) -> Result<T, Invalid>,
        errors: &mut Vec<FieldError>,
    ) -> Option<T> {
        let place = self.columns.iter().position(|name| *name == column)?;
        let text = self.record.get(place).map(trim).filter(|text| !text.is_empty())?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(invalid) => {
                errors.push(FieldError {
                    pointer: format!("/{column}"),
                    code: FieldCode::Rule(invalid.code.into()),
                    detail: invalid.sentence().into_owned(),
                });
                None
            }
        }
    }
}

/// Parses roles separated by blanks.
fn roles(text: &str) -> Result<Roles, Invalid> {
    let names: Result<Vec<RoleName>, Invalid> =
        text.split_whitespace().map(RoleName::parse).collect();
    Roles::new(names?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str) -> Vec<NumberedRow> {
        rows(file.as_bytes(), 101).unwrap()
    }

    fn refused(file: &str) -> (String, String) {
        match rows(file.as_bytes(), 101) {
            Err(RequestError::InvalidBody(errors)) => {
                (errors[0].pointer.clone(), errors[0].detail.clone())
            }
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("the header is refused"),
        }
    }

    #[test]
    fn every_column_is_read_whatever_separates_it() {
        for (bom, at, end) in [("", ",", "\n"), ("\u{feff}", ";", "\r\n")] {
            let file = [
                ["email", "last_name", "roles", "message", "locale", "first_name"].join(at),
                [
                    "ada@example.com",
                    "Lovelace",
                    "editor  billing",
                    "\"Hi, \"\"Ada\"\"\nBye\"",
                    "de_CH",
                    "Ada",
                ]
                .join(at),
                ["bob@example.com", "", "", "", "", ""].join(at),
            ];
            let rows = read(&format!("{bom}{}{end}", file.join(end)));
            let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, [2, 4], "a quoted line end counts");
            let ada = rows[0].1.as_ref().unwrap();
            let roles: Vec<&str> = ada.roles.as_ref().unwrap().names().collect();
            assert_eq!(roles, ["editor", "billing"]);
            assert_eq!(ada.message.as_ref().unwrap().as_str(), "Hi, \"Ada\"\nBye");
            assert_eq!(ada.locale.as_ref().unwrap().as_str(), "de-CH");
            assert_eq!(ada.last_name.as_ref().unwrap().as_str(), "Lovelace");
            let bob = rows[1].1.as_ref().unwrap();
            assert!(bob.roles.is_none() && bob.first_name.is_none() && bob.message.is_none());
        }
    }

    #[test]
    fn a_wrong_header_names_its_column() {
        assert!(refused("email,rolls\n").1.contains("'rolls'"));
        assert!(refused("email,roles,email\n").1.contains("'email' occurs twice"));
        assert_eq!(refused("roles\nmember\n").0, "/email");
        assert_eq!(refused("").0, "/email");
        assert!(matches!(
            rows(b"email\n\xff@example.com\n", 101),
            Err(RequestError::MalformedBody(_))
        ));
    }

    #[test]
    fn a_wrong_row_has_all_its_errors_and_stops_no_other() {
        let rows =
            read("email,roles,locale\nx,Owner,!\nada@example.com\n,member,\nbob@example.com,,\n");
        let pointers = |place: usize| match &rows[place].1 {
            Err(RequestError::InvalidBody(errors)) => {
                errors.iter().map(|error| error.pointer.clone()).collect::<Vec<_>>()
            }
            other => panic!("{:?}", other.as_ref().err()),
        };
        assert_eq!(pointers(0), ["/email", "/roles", "/locale"]);
        assert_eq!(pointers(1), [""]);
        assert_eq!(pointers(2), ["/email"]);
        assert!(rows[3].1.is_ok());
    }
}
