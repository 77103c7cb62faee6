//! Keys and what they mean: our own key type, the keymap, and the way from a key to an action.
