//! Servers: how far the way to each leads, whether the sign-in is taken, and what became of the requests on the way. Bounded in time.

use super::accounts::Patient;
use super::finding::{Findings, Section};
use super::mask::Mask;
use crate::cli::Globals;
use crate::cli::failure::{CHECK_ADDRESS, Failure, SIGN_IN_AGAIN};
use crate::net::dial::{Facts, ServerAddress, examine};
use crate::net::session::{Report, ask};
use crate::shell::host::{Host, HostError};
use crate::shell::startup::{Startup, StartupError};
use serde_json::json;
use std::time::{Duration, Instant};

const HERE: Section = Section::Network;
/// How long the way to a server may take.
const DIAL: Duration = Duration::from_secs(5);
/// How long signing in may take, and what nib asks then.
const SIGN_IN: Duration = Duration::from_secs(10);
/// Clocks may differ by so much: the server tells whole seconds, and the way takes its time.
const NEAR: u64 = 3;
/// By so much one-time codes and certificates begin to fail.
const FAR: u64 = 60;

/// Looks at the servers of all accounts.
pub(super) async fn look(
    globals: &Globals,
    findings: &mut Findings,
    mask: &Mask,
    patients: &[Patient],
) -> Result<(), Failure> {
    if patients.is_empty() {
        findings.note(HERE, "servers", "without an account there is none to ask; NIB_SERVER names one".to_owned())?;
        return clock(findings, mask, &[]);
    }
    let startup = match Startup::look(globals.profile.as_deref(), globals.config.as_deref()) {
        Ok(startup) => startup,
        Err(error) => {
            let next = match error {
                StartupError::Proxy { .. } | StartupError::Config(_) => "correct the proxy, or write proxy = \"none\"",
                _ => "see to what is named above",
            };
            // The text of a proxy may be wrong in any way, so nothing of it is repeated.
            let text = match &error {
                StartupError::Config(_) => "the configuration may name a proxy that cannot be read".to_owned(),
                other => mask.text(&other.to_string()),
            };
            findings.problem(HERE, "servers", format!("none is asked: {text}"), next)?;
            return clock(findings, mask, &[]);
        }
    };
    let mut times = Vec::new();
    let mut reports = Vec::new();
    let mut asked = Vec::new();
    for patient in patients {
        let facts = way(findings, mask, &startup, patient).await?;
        service(findings, mask, &startup, patient, &mut asked).await?;
        let Some(facts) = facts else { continue };
        times.extend(facts.time);
        if patient.has_token {
            reports.push((patient.about.as_str(), sign_in(findings, mask, &startup, patient).await?));
        }
    }
    clock(findings, mask, &times)?;
    for (about, report) in reports {
        requests(findings, about, &report)?;
    }
    Ok(())
}

/// Dials a server and tells how far that led; `None` if it did not lead to it.
async fn way(
    findings: &mut Findings,
    mask: &Mask,
    startup: &Startup,
    patient: &Patient,
) -> Result<Option<Facts>, Failure> {
    let about = patient.about.as_str();
    let address = patient.setup.server();
    let server = match patient.setup.way() {
        Ok((_, server)) => server,
        Err(_) => {
            let text = format!("{} is no server's address", mask.server(address));
            findings.problem(HERE, about, text, "write something like wss://chat.example.org")?;
            return Ok(None);
        }
    };
    let (ca_file, proxies) = (startup.ways.ca_file.clone(), startup.ways.proxies.clone());
    let (facts, outcome) = examine(server.clone(), ca_file, proxies, DIAL.min(startup.connect_timeout)).await;
    let mut parts = vec![mask.server(address)];
    parts.extend(facts.proxy.as_ref().map(|proxy| format!("through the proxy {}", mask.host(proxy))));
    let (older, newer) = facts.addresses;
    let kinds = [(older, "IPv4"), (newer, "IPv6")].into_iter().filter(|(count, _)| *count > 0);
    let kinds: Vec<String> = kinds.map(|(count, kind)| format!("{kind} ({count})")).collect();
    if !kinds.is_empty() {
        parts.push(kinds.join(" and "));
    }
    let millis = |took: Duration| format!("{} ms", took.as_millis());
    parts.extend(facts.connected.map(|took| format!("connected after {}", millis(took))));
    if let Some(encryption) = facts.encryption {
        let issuer =
            facts.issuer.as_ref().map(|issuer| format!(", certificate by {}", issuer_shown(mask, &server, issuer)));
        parts.push(format!("{encryption}{}", issuer.unwrap_or_default()));
    }
    parts.extend(facts.open.map(|took| format!("open after {}", millis(took))));
    parts.extend(facts.latency.map(|took| format!("a ping takes {}", millis(took))));
    let text = parts.join("; ");
    if let Err(reason) = outcome {
        findings.problem(HERE, about, format!("{}: {text}", mask.text(&reason.to_string())), CHECK_ADDRESS)?;
        return Ok(None);
    }
    let took = |time: Option<Duration>| time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    let figures = json!({
        "connected_ms": took(facts.connected), "open_ms": took(facts.open), "latency_ms": took(facts.latency),
        "encryption": facts.encryption, "ipv4": older, "ipv6": newer, "proxy": facts.proxy.is_some(),
    });
    findings.figures(HERE, about, text, figures)?;
    if !server.is_encrypted() && !server.is_loopback() {
        let text = "the way to it is not encrypted: everybody on the way can read along".to_owned();
        findings.note(HERE, about, text)?;
    }
    Ok(Some(facts))
}

/// Asks the service that keeps an account, where it is none of the server's; each once.
async fn service(
    findings: &mut Findings,
    mask: &Mask,
    startup: &Startup,
    patient: &Patient,
    asked: &mut Vec<String>,
) -> Result<(), Failure> {
    let network = patient.setup.network();
    let own = patient.setup.account.account_service.as_deref().or_else(|| network?.account_service());
    let Some((network, service)) = network.zip(own).filter(|(_, service)| asked.iter().all(|one| one != service))
    else {
        return Ok(());
    };
    let Some(question) = network.question(service) else { return Ok(()) };
    let about = patient.about.as_str();
    asked.push(service.to_owned());
    let (ca_file, proxies) = (startup.ways.ca_file.clone(), startup.ways.proxies.clone());
    let began = Instant::now();
    let outcome = ask(question, ca_file, proxies, DIAL.min(startup.connect_timeout)).await;
    let (scheme, host) = service.split_once("://").unwrap_or(("", service));
    let (place, took) = (format!("{scheme}://{}", mask.host(host)), began.elapsed().as_millis());
    let next = "see whether account_service in the configuration is right; without the service nobody can sign in";
    match outcome {
        Ok(reply) if network.is_service(&reply) => {
            let way = if service.starts_with("https://") { "encrypted" } else { "on this computer" };
            findings.ok(HERE, about, format!("its account service, {place}, answers after {took} ms; {way}"))
        }
        Ok(reply) => {
            let text = format!("its account service, {place}, is something else: it answers with {}", reply.status);
            findings.problem(HERE, about, text, next)
        }
        Err(why) => {
            let text = format!("its account service, {place}, cannot be asked: {}", mask.text(&why));
            findings.problem(HERE, about, text, next)
        }
    }
}

/// Who signed a certificate: known to all for the network's own server, and perhaps a company's name for another.
fn issuer_shown(mask: &Mask, server: &ServerAddress, issuer: &str) -> String {
    if mask.host(server.host()) == server.host() { issuer.to_owned() } else { mask.word(issuer) }
}

/// Signs in with what is saved, and waits until everything that nib asks for then has come.
async fn sign_in(
    findings: &mut Findings,
    mask: &Mask,
    startup: &Startup,
    patient: &Patient,
) -> Result<Report, Failure> {
    let about = patient.about.as_str();
    let mut startup = Startup { accounts: vec![patient.setup.clone()], ..startup.clone() };
    startup.ways.quiet = true;
    let id = patient.setup.id;
    let start = Instant::now();
    let mut host = Host::start(startup);
    let outcome = host.online(SIGN_IN).await;
    let report = host.report(id);
    host.close().await;
    let mut mask = mask.clone();
    report.entrypoints.iter().for_each(|other| mask.know(other.host()));
    let within = format!("asked with the saved sign-in, for {} s at most", SIGN_IN.as_secs());
    match outcome {
        Ok(()) => {
            let others = report.entrypoints.iter().map(|other| mask.host(&other.authority())).collect::<Vec<_>>();
            let others = match others.as_slice() {
                [] => "it names no other address".to_owned(),
                some => format!("it names {} more: {}", some.len(), some.join(", ")),
            };
            let text = format!("the sign-in is taken, lists came after {} ms; {others}", start.elapsed().as_millis());
            findings.ok(HERE, about, text)?;
        }
        Err(HostError::SignedOut { reason, .. }) => {
            let text = format!("the sign-in is not taken: {}", mask.text(&reason));
            findings.problem(Section::Accounts, about, text, SIGN_IN_AGAIN)?;
        }
        Err(HostError::NotConnected { reason, .. }) => {
            let text = format!("{within}: {}", mask.text(&reason));
            findings.problem(HERE, about, text, "try again in a moment")?;
        }
        Err(error @ (HostError::TimedOut(_) | HostError::NoAccount)) => {
            findings.problem(HERE, about, format!("{within}: {error}"), "try again in a moment")?;
        }
    }
    Ok(report)
}

fn requests(findings: &mut Findings, about: &str, report: &Report) -> Result<(), Failure> {
    let counts = report.counts;
    let text = format!(
        "{} sent: {} answered, {} refused, {} timed out, {} lost with the connection, {} answered too late",
        counts.sent, counts.answered, counts.refused, counts.timed_out, counts.lost, counts.late
    );
    let figures = json!({
        "sent": counts.sent, "answered": counts.answered, "refused": counts.refused,
        "timed_out": counts.timed_out, "lost": counts.lost, "late": counts.late,
    });
    findings.figures(Section::Requests, about, text, figures)
}

/// The clock beside those of the servers that told their time: theirs, and ours at that moment.
pub(super) fn clock(findings: &mut Findings, mask: &Mask, times: &[(i64, i64)]) -> Result<(), Failure> {
    const HERE: Section = Section::Clock;
    let zone = jiff::Zoned::now();
    // Its name may be that of a town.
    let named = zone.time_zone().iana_name().filter(|name| mask.word(name) == *name);
    let named = named.map(|name| format!(", {name}")).unwrap_or_default();
    findings.ok(HERE, "zone", format!("UTC{}{named}", zone.strftime("%:z")))?;
    for &(theirs, ours) in times {
        let apart = theirs.abs_diff(ours) / 1_000;
        let way = if theirs > ours { "behind" } else { "ahead of" };
        let text = format!("{apart} s {way} the server's");
        if apart <= NEAR {
            findings.ok(HERE, "time", "as the server's".to_owned())?;
        } else if apart <= FAR {
            findings.note(HERE, "time", text)?;
        } else {
            findings.problem(HERE, "time", text, "set the clock: certificates and one-time codes go by it")?;
        }
    }
    if times.is_empty() {
        findings.note(HERE, "time", "no server told its own, so nothing is compared".to_owned())?;
    }
    Ok(())
}
