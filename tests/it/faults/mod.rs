//! Whatever a connection goes through: nothing is lost, nothing doubled, nothing out of order, and in the end the client knows what the server knows.
//!
//! A schedule is drawn from a seed: what the user does, what others do, what the proxy in front of the embedded server does to each connection. The
//! real core runs it over real sockets, on a clock that stands still while anything happens and then leaps to whatever is next. `NIB_FAULTS` says how many
//! schedules are run for each network, `NIB_FAULT_SEED` which one alone.

mod client;
mod clock;
mod compare;
mod disk;
mod home;
mod originchats;
mod osmium;
mod proxied;
mod schedule;
