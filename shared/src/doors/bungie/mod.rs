//! The bungie door: API keys, bearer JWTs with the scope `AdminGroups`, and one envelope around every answer (contract bungie).
