//! The chembiohub door: session cookies or bearer JWTs, Tastypie's objects (contract chembiohub).
