//! An operation of the reference: what it takes, and everything that it answers.

use std::borrow::Cow;

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::api::native::Code;

/// The callers of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callers {
    /// Callers with an access token.
    SignedIn,
    /// Everyone; an access token is not read.
    Everyone,
    /// Everyone; an access token is read where it is sent.
    Either,
}

/// A type's schema, with the schemas to which it refers.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) name: fn() -> Cow<'static, str>,
    pub(super) schema: fn() -> RefOr<Schema>,
    pub(super) others: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Shape {
    /// Returns the schema of `T`.
    pub(super) fn of<T: ToSchema>() -> Self {
        Self { name: T::name, schema: T::schema, others: T::schemas }
    }
}

/// The content of a body.
#[derive(Clone, Copy)]
pub(super) enum Content {
    /// One object.
    One(Shape),
    /// A page of a list of these objects.
    Page(Shape),
    /// A text of this media type.
    Text(&'static str),
}

/// A query parameter or a request header.
pub(super) struct Parameter {
    pub(super) place: &'static str,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) schema: Value,
}

/// An answer that is not a problem.
pub(super) struct Success {
    pub(super) status: u16,
    pub(super) description: &'static str,
    pub(super) content: Option<Content>,
    /// The media type of the same answer as a text, where the request asks for it.
    pub(super) or_as: Option<&'static str>,
    pub(super) headers: Vec<&'static str>,
}

/// An operation of the native API: a method of a path.
pub struct Operation {
    /// The method in lower case.
    pub method: &'static str,
    /// The path as in `template.yaml`.
    pub path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    pub(super) tag: &'static str,
    pub(super) callers: Callers,
    pub(super) parameters: Vec<Parameter>,
    pub(super) bodies: Vec<Content>,
    pub(super) needs_body: bool,
    pub(super) successes: Vec<Success>,
    pub(super) refusals: Vec<Code>,
}

impl Operation {
    /// Returns `GET` of a path. `id` is the name that generated clients use.
    pub(super) fn get(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("get", path, id, summary)
    }

    /// Returns `POST` of a path.
    pub(super) fn post(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("post", path, id, summary)
    }

    /// Returns `PUT` of a path.
    pub(super) fn put(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("put", path, id, summary)
    }

    /// Returns `PATCH` of a path.
    pub(super) fn patch(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("patch", path, id, summary)
    }

    /// Returns `DELETE` of a path.
    pub(super) fn delete(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("delete", path, id, summary)
    }

    fn new(
        method: &'static str,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            description: "",
            tag: "",
            callers: Callers::SignedIn,
            parameters: Vec::new(),
            bodies: Vec::new(),
            needs_body: true,
            successes: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// Adds the paragraphs below the summary.
    pub(super) fn about(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// Lets everyone call it, without an access token.
    pub(super) fn for_everyone(self) -> Self {
        Self { callers: Callers::Everyone, ..self }
    }

    /// Lets everyone call it. An access token that is sent must be valid.
    pub(super) fn also_without_sign_in(self) -> Self {
        Self { callers: Callers::Either, ..self }
    }

    /// Adds a query parameter with this schema.
    pub(super) fn query(
        mut self,
        name: &'static str,
        description: &'static str,
        schema: Value,
    ) -> Self {
        self.parameters.push(Parameter { place: "query", name, description, schema });
        self
    }

    /// Adds a request header with this schema.
    pub(super) fn header(
        mut self,
        name: &'static str,
        description: &'static str,
        schema: Value,
    ) -> Self {
        self.parameters.push(Parameter { place: "header", name, description, schema });
        self
    }

    /// Adds the query parameters of every list.
    pub(super) fn paged(self) -> Self {
        let limit = json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20});
        self.query("limit", "The most objects on the page.", limit)
            .query(
                "cursor",
                "`next_cursor` of the page before, with the same filters.",
                json!({"type": "string"}),
            )
            .refuses([Code::InvalidCursor])
    }

    /// Honours `If-Match`.
    pub(super) fn conditional(self) -> Self {
        self.header(
            "If-Match",
            "The `ETag` that the record must still have; `*` for any.",
            json!({"type": "string"}),
        )
        .refuses([Code::PreconditionFailed])
    }

    /// Takes a body of this type.
    pub(super) fn takes<T: ToSchema>(mut self) -> Self {
        self.bodies.push(Content::One(Shape::of::<T>()));
        self
    }

    /// Takes a body of this type, or none.
    pub(super) fn takes_optionally<T: ToSchema>(self) -> Self {
        Self { needs_body: false, ..self.takes::<T>() }
    }

    /// Takes a text of this media type.
    pub(super) fn takes_text(mut self, kind: &'static str) -> Self {
        self.bodies.push(Content::Text(kind));
        self
    }

    /// Adds an answer of this type.
    pub(super) fn answers<T: ToSchema>(self, status: u16, description: &'static str) -> Self {
        self.answering(status, description, Some(Content::One(Shape::of::<T>())))
    }

    /// Adds the answer 200 with a page of a list.
    pub(super) fn lists<T: ToSchema>(self, description: &'static str) -> Self {
        self.answering(200, description, Some(Content::Page(Shape::of::<T>()))).paged()
    }

    /// Adds an answer without a body.
    pub(super) fn answers_empty(self, status: u16, description: &'static str) -> Self {
        self.answering(status, description, None)
    }

    /// Adds an answer whose content is given as it is.
    pub(super) fn answering(
        mut self,
        status: u16,
        description: &'static str,
        content: Option<Content>,
    ) -> Self {
        self.successes.push(Success {
            status,
            description,
            content,
            or_as: None,
            headers: Vec::new(),
        });
        self
    }

    /// Adds a header to the answer that was added last.
    pub(super) fn with_header(mut self, name: &'static str) -> Self {
        if let Some(success) = self.successes.last_mut() {
            success.headers.push(name);
        }
        self
    }

    /// Gives the answer that was added last also as a text of this media type.
    pub(super) fn or_as(mut self, kind: &'static str) -> Self {
        if let Some(success) = self.successes.last_mut() {
            success.or_as = Some(kind);
        }
        self
    }

    /// Adds codes of its problems. Those that follow from its callers, body and parameters are
    /// added for it.
    pub(super) fn refuses(mut self, codes: impl IntoIterator<Item = Code>) -> Self {
        self.refusals.extend(codes);
        self
    }

    /// Returns the same operation under this tag.
    pub(super) fn tagged(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    /// Returns every code of its problems, in the order of [`Code::ALL`].
    pub(super) fn codes(&self) -> Vec<Code> {
        let mut codes = self.refusals.clone();
        codes.extend([Code::TemporarilyUnavailable, Code::Internal, Code::InvalidQuery]);
        if self.callers != Callers::Everyone {
            codes.extend([Code::Unauthenticated, Code::TokenExpired]);
        }
        if !self.bodies.is_empty() {
            codes.extend([
                Code::MalformedBody,
                Code::InvalidBody,
                Code::UnsupportedMediaType,
                Code::BodyTooLarge,
            ]);
        }
        let all = Code::ALL.into_iter();
        all.filter(|code| codes.contains(code)).collect()
    }
}
