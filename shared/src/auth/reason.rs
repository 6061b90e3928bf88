//! The reasons why a caller is not signed in, for the log. An answer never tells them.

/// The reason why an access token, or the request that carries it, is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The request has credentials of an unreadable form, or in several places.
    Credentials,
    /// The CSRF pair of a cookie session is absent or different.
    CsrfPair,
    /// A header beside the token is there twice, or contradicts the token.
    OtherHeader,
    /// The token is not a signed JWT, or its header is unreadable.
    Form,
    /// The token's header names critical extensions, in whatever form.
    Critical,
    /// The header's `typ` is not `JWT_TYPE`.
    Type,
    /// The issuer has no key with the header's `kid`.
    Key,
    /// The key does not allow the header's `alg`.
    Algorithm,
    /// The signature is wrong.
    Signature,
    /// The claims are not a JSON object in UTF-8.
    Claims,
    /// A claim that Beckon reads is there twice.
    DuplicateClaim,
    /// `iss` is absent, not a text, or another issuer.
    Issuer,
    /// `aud` is absent, or does not name this service.
    Audience,
    /// `sub` is absent or not a text, or the user's claim is no user id.
    Subject,
    /// `exp` is absent or not a number.
    Expiry,
    /// `iat` is absent, not a number, or in the future.
    IssuedAt,
    /// `nbf` is not a number, or in the future.
    NotBefore,
    /// The time from `iat` to `exp` is not positive, or above `JWT_MAX_LIFETIME_SECONDS`.
    Lifetime,
}

impl Reason {
    /// Returns the code in the log.
    pub fn code(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::CsrfPair => "csrf_pair",
            Self::OtherHeader => "other_header",
            Self::Form => "form",
            Self::Critical => "crit",
            Self::Type => "typ",
            Self::Key => "kid",
            Self::Algorithm => "alg",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::DuplicateClaim => "duplicate_claim",
            Self::Issuer => "iss",
            Self::Audience => "aud",
            Self::Subject => "sub",
            Self::Expiry => "exp",
            Self::IssuedAt => "iat",
            Self::NotBefore => "nbf",
            Self::Lifetime => "lifetime",
        }
    }
}
