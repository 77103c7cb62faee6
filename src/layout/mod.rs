//! From state to rows: width, wrapping, message rows, and the arrangement of the screen.
