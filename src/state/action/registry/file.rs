//! Files.

use super::super::Context;

table! {
    "attach" "PATH [TEXT]" &[Context::Composer], true, crate::state::ui::attach::parse, "Send a file, with a text if you like";
}
