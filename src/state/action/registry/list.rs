//! Lists, forms, questions, and the cursor of every pane.

use super::super::{Action as A, Context};

const LISTS: &[Context] = &[
    Context::Messages,
    Context::Forum,
    Context::Sidebar,
    Context::Members,
    Context::Accounts,
    Context::Downloads,
    Context::List,
];
const CHOICES: &[Context] = &[
    Context::Completion,
    Context::Messages,
    Context::Forum,
    Context::Sidebar,
    Context::Members,
    Context::Accounts,
    Context::Downloads,
    Context::Person,
    Context::Welcome,
    Context::List,
    Context::Form,
    Context::Question,
];

table! {
    "cancel" "" &[Context::Completion, Context::Accounts, Context::Downloads, Context::Messages, Context::Find, Context::Sidebar, Context::Members, Context::Person, Context::List, Context::Form, Context::Question], false, plain!(A::Cancel), "Close, leave or let go";
    "move" "[STEPS]" CHOICES, false, count!(1, A::Move), "Move up or down";
    "move-first" "" LISTS, false, plain!(A::MoveFirst), "Move the cursor to the first";
    "move-last" "" LISTS, false, plain!(A::MoveLast), "Move the cursor to the last";
    "accept" "" &[Context::Completion, Context::Find, Context::Accounts, Context::Downloads, Context::Forum, Context::Sidebar, Context::Members, Context::Person, Context::Welcome, Context::List, Context::Form, Context::Question], false, plain!(A::Accept), "Open, choose or go on";
    "previous-community" "" &[Context::Sidebar], false, plain!(A::StepCommunity(-1)), "Go to the community before";
    "next-community" "" &[Context::Sidebar], false, plain!(A::StepCommunity(1)), "Go to the next community";
    "fold" "" &[Context::Sidebar], false, plain!(A::Fold), "Fold or unfold";
}
