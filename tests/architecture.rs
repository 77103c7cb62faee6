//! Enforces the rooms of `src/ARCHITECTURE.md`.
