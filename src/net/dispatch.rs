//! Orders requests in front of an adapter.
