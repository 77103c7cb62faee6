//! Sessions over real loopback sockets, against servers that behave and servers that do not.

mod end_to_end;
mod faults;
mod flood;
mod messages;
mod proxy;
mod requests;
mod sleep;
mod support;
mod tcp;
mod tls;
