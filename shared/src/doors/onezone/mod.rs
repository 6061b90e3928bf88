//! The onezone door: invite tokens that are macaroons (contract onezone).
