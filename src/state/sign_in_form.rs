//! The fields of the form for signing in: which network, which server, how, and what that way takes. What was typed for another network or way is
//! kept aside and comes back with it.

use super::State;
use super::offer::{Hints, NetworkOffer, SignInWay};
use super::ui::field::Field;
use super::ui::form::{FieldKind, Form, FormField, FormPurpose};
use crate::domain::{AccountId, LinkPhase, SignInPart};

/// What a sign-in may do with the token, in the order of `FieldKind::Stay`.
const STAY: [&str; 2] = ["yes", "this run only"];

/// What there is to choose from for an account.
pub(super) struct Choices {
    offers: Vec<NetworkOffer>,
    /// Its network is settled.
    settled: Option<usize>,
    /// The network to begin with where it is not: that of the account that is shown.
    likely: usize,
    /// The server and the login that it had.
    server: String,
    login: String,
    /// Accounts with a sign-in that other servers take, too: the network's key, which, its name.
    shared: Vec<(String, AccountId, String)>,
    /// Its own sign-in may do.
    before: Option<AccountId>,
}

impl Choices {
    /// Those of an account, which may not be there yet.
    pub(super) fn of(state: &State, id: AccountId) -> Self {
        let account = state.core.account(id);
        let offers = if state.networks.is_empty() { vec![usual()] } else { state.networks.clone() };
        let known = account.filter(|account| account.was_signed_in());
        let settled = known.and_then(|known| offers.iter().position(|offer| offer.key == known.network));
        let server = account.map(|account| account.server.clone()).unwrap_or_default();
        let login = account.map(|account| account.label.clone()).filter(|label| label.contains('@'));
        let shared = state.core.accounts.iter().filter(|other| other.id != id && other.is_signed_in());
        let shared = shared.filter(|other| other.caps.shared_sign_in);
        let shared = shared.map(|other| (other.network.clone(), other.id, other.label.clone())).collect();
        let may_do = |about: Option<SignInPart>| {
            matches!(about, Some(SignInPart::Invite | SignInPart::ServerPassword | SignInPart::Standing))
        };
        let out = |link: &LinkPhase| matches!(link, LinkPhase::SignedOut { .. } | LinkPhase::Idle);
        let before = known.filter(|known| out(&known.link) && may_do(known.refused_about)).map(|known| known.id);
        let shown = state.current_account().filter(|shown| shown.was_signed_in());
        let likely = shown.and_then(|shown| offers.iter().position(|offer| offer.key == shown.network)).unwrap_or(0);
        Self { offers, settled, likely, server, login: login.unwrap_or_default(), shared, before }
    }

    /// The network at an index; the first where there is none.
    pub(super) fn offer(&self, network: usize) -> Option<&NetworkOffer> {
        self.offers.get(network).or(self.offers.first())
    }

    fn ways(&self, network: usize, sign_up: bool) -> Vec<(SignInWay, String)> {
        let Some(offer) = self.offer(network) else { return Vec::new() };
        let mut ways = Vec::new();
        if !sign_up {
            ways.extend(self.before.map(|id| (SignInWay::Same(id), "as before".to_owned())));
        }
        let own = ways.len();
        let offered = offer.ways.iter().filter(|way| way.makes_account() == sign_up);
        ways.extend(offered.map(|way| (*way, words(*way).to_owned())));
        if !sign_up {
            // Whose an account is already, another's sign-in is the last thing to propose; for a new one it is the shortest way.
            let at = if self.settled.is_some() { ways.len() } else { own };
            let shared = self.shared.iter().filter(|(key, ..)| *key == offer.key);
            let shared = shared.map(|(_, id, label)| (SignInWay::Same(*id), format!("as {label}")));
            ways.splice(at..at, shared);
        }
        ways
    }
}

/// What is offered where the shell says nothing.
fn usual() -> NetworkOffer {
    NetworkOffer { ways: vec![SignInWay::MailPassword, SignInWay::SignUpMail], ..NetworkOffer::default() }
}

const fn words(way: SignInWay) -> &'static str {
    match way {
        SignInWay::MailPassword | SignInWay::SignUpMail => "e-mail",
        SignInWay::NamePassword | SignInWay::SignUpName => "name and password",
        SignInWay::Elsewhere => "in a browser",
        SignInWay::Token => "token",
        SignInWay::Same(_) => "as before",
    }
}

/// The form for an account, as it is before anything is typed.
pub(super) fn new(choices: &Choices, purpose: FormPurpose) -> Form {
    let mut form = Form::new(purpose, Vec::new());
    form.entry.network = choices.settled.unwrap_or(choices.likely);
    arrange(&mut form, choices);
    Form { at: Form::first_empty(&form.fields), ..form }
}

/// Gives a form the fields that fit the network and the way that are chosen in it.
pub(super) fn arrange(form: &mut Form, choices: &Choices) {
    let sign_up = matches!(form.purpose, FormPurpose::SignUp(_));
    let under_cursor = form.fields.get(form.at).map(|field| field.kind);
    let before = form.entry.network;
    let network = match (choices.settled, form.field(FieldKind::Network)) {
        (Some(settled), _) => settled,
        (None, Some(_)) => offering(choices, sign_up).nth(form.chosen(FieldKind::Network)).unwrap_or(before),
        (None, None) => offering(choices, sign_up).find(|at| *at == before).unwrap_or_default(),
    };
    let chosen = form.way();
    let old = std::mem::take(&mut form.fields);
    for field in old {
        form.entry.aside.retain(|(of, other)| *of != before || (other.kind, other.label) != (field.kind, field.label));
        form.entry.aside.push((before, field));
    }
    form.entry.network = network;

    let ways = choices.ways(network, sign_up);
    form.entry.ways = ways.iter().map(|(way, _)| *way).collect();
    let options: Vec<String> = ways.into_iter().map(|(_, words)| words).collect();
    let mut fields = Vec::new();
    if choices.settled.is_none() {
        let names: Vec<(usize, String)> = offering(choices, sign_up)
            .filter_map(|at| choices.offer(at).map(|offer| (at, offer.name.clone())))
            .collect();
        if names.len() > 1 {
            let help = "Where you want to be. Left and Right choose.";
            let at = names.iter().position(|(at, _)| *at == network).unwrap_or(0);
            let names = names.into_iter().map(|(_, name)| name).collect();
            fields.push(FormField::choice(FieldKind::Network, "Network", names, help).choosing(at));
        }
    }
    fields.push(take(form, network, server_field(choices, network)));
    let way = form.entry.ways.iter().position(|way| Some(*way) == chosen && before == network);
    if options.len() > 1 {
        let fresh = FormField::choice(FieldKind::Way, "How", options.clone(), "");
        // The ways may be others by now.
        let at = way.unwrap_or_else(|| take(form, network, fresh).chosen_index().min(options.len() - 1));
        let help = form.entry.ways.get(at).map_or("", |way| explained(*way));
        fields.push(FormField::choice(FieldKind::Way, "How", options, help).choosing(at));
        form.entry.way = at;
    } else {
        form.entry.way = 0;
    }
    let hints = choices.offer(network).map(|offer| offer.hints).unwrap_or_default();
    for field in form.way().map(|way| way_fields(way, &choices.login, hints)).unwrap_or_default() {
        fields.push(take(form, network, field));
    }
    for kind in [FieldKind::Invite, FieldKind::ServerPassword] {
        if let Some(at) = form.entry.aside.iter().position(|(of, field)| *of == network && field.kind == kind) {
            fields.push(form.entry.aside.swap_remove(at).1);
        }
    }
    fields.push(take(form, network, stay_field(hints)));
    form.fields = fields;
    let at = under_cursor.and_then(|kind| form.fields.iter().position(|field| field.kind == kind));
    form.at = at.unwrap_or_else(|| Form::first_empty(&form.fields));
}

/// The networks by which an account can be made, or signed in to.
fn offering(choices: &Choices, sign_up: bool) -> impl Iterator<Item = usize> {
    let offers = choices.offers.iter().enumerate();
    offers.filter(move |(_, offer)| offer.ways.iter().any(|way| way.makes_account() == sign_up)).map(|(at, _)| at)
}

/// The field with what was typed into it before, else the new one.
fn take(form: &mut Form, network: usize, fresh: FormField) -> FormField {
    let same = |(of, field): &(usize, FormField)| {
        field.kind == fresh.kind && field.label == fresh.label && (*of == network || fresh.kind == FieldKind::Stay)
    };
    match form.entry.aside.iter().position(same) {
        Some(at) => FormField { help: fresh.help, missing: fresh.missing, ..form.entry.aside.swap_remove(at).1 },
        None => fresh,
    }
}

fn way_fields(way: SignInWay, login: &str, hints: Hints) -> Vec<FormField> {
    let mail = |help| FormField::text(FieldKind::Login, "E-mail", Field::with(login), help, "Type your e-mail address");
    let name = |help| FormField::text(FieldKind::Login, "User name", Field::new(), help, "Type your user name");
    let password = |help| FormField::text(FieldKind::Password, "Password", Field::secret(), help, "Type your password");
    match way {
        SignInWay::MailPassword => vec![mail("The address of your account."), password(hints.kept)],
        SignInWay::NamePassword => vec![name("Of your account on this server."), password(hints.kept)],
        SignInWay::Token => {
            let help = "What the network's account service gave you. Servers never see it.";
            vec![FormField::text(FieldKind::Token, "Token", Field::secret(), help, "Paste the token")]
        }
        SignInWay::Elsewhere | SignInWay::Same(_) => Vec::new(),
        SignInWay::SignUpMail => {
            let help = "What others see. It need not be unique.";
            let missing = "Type the name that others are to see";
            vec![
                FormField::text(FieldKind::Name, "Your name", Field::new(), help, missing),
                mail("You sign in with it. The server may send a token there first."),
                password(hints.password),
            ]
        }
        SignInWay::SignUpName => vec![name(hints.name), password(hints.password)],
    }
}

/// What a way of signing in is.
const fn explained(way: SignInWay) -> &'static str {
    match way {
        SignInWay::Elsewhere => {
            "nib shows an address and a code; you allow it there. Left and Right choose another way."
        }
        SignInWay::Token => "With a token that you have. Left and Right choose another way.",
        SignInWay::Same(_) => "With a sign-in that nib has already. Left and Right choose another way.",
        SignInWay::NamePassword => "With an account of this server alone. Left and Right choose another way.",
        SignInWay::MailPassword | SignInWay::SignUpMail | SignInWay::SignUpName => "Left and Right choose another way.",
    }
}

fn server_field(choices: &Choices, network: usize) -> FormField {
    let offer = choices.offer(network);
    let own = Some(choices.server.as_str()).filter(|server| !server.is_empty());
    let own = own.filter(|_| choices.settled.is_none_or(|settled| settled == network));
    // What somebody who is not known yet typed for one network is nothing for another: that is in the form already.
    let proposed = offer.map(|offer| offer.server.as_str()).unwrap_or_default();
    let text = own.filter(|_| choices.settled.is_some() || choices.offers.len() < 2).unwrap_or(proposed);
    let help = if offer.is_some_and(|offer| offer.many) {
        "Its host, such as chats.example.org. Each server is an account of its own in nib."
    } else {
        "Where the network is. Another one only if you were told so."
    };
    FormField::text(FieldKind::Server, "Server", Field::with(text), help, "Type the server's address")
}

fn stay_field(hints: Hints) -> FormField {
    FormField::choice(FieldKind::Stay, "Stay in", STAY.map(str::to_owned).into(), hints.stay)
}

/// The field for something that a server wants besides, if the part is such a thing.
pub(super) fn asked_field(part: SignInPart) -> Option<FormField> {
    match part {
        SignInPart::Invite => Some(FormField::text(
            FieldKind::Invite,
            "Invite",
            Field::new(),
            "The code that a member of this server gave you.",
            "Type the invite code",
        )),
        SignInPart::ServerPassword => Some(FormField::text(
            FieldKind::ServerPassword,
            "Its password",
            Field::secret(),
            "The server's own, which all its members share. Kept as the token is.",
            "Type the server's password",
        )),
        SignInPart::Server
        | SignInPart::Name
        | SignInPart::Login
        | SignInPart::Password
        | SignInPart::Standing
        | SignInPart::Membership => None,
    }
}

/// Where a part is typed, the likeliest first.
pub(super) const fn kinds_of(part: SignInPart) -> &'static [FieldKind] {
    match part {
        SignInPart::Server => &[FieldKind::Server],
        SignInPart::Name => &[FieldKind::Name],
        SignInPart::Login => &[FieldKind::Login, FieldKind::Token, FieldKind::Way],
        SignInPart::Password => &[FieldKind::Password],
        SignInPart::Invite => &[FieldKind::Invite],
        SignInPart::ServerPassword => &[FieldKind::ServerPassword],
        SignInPart::Standing | SignInPart::Membership => &[],
    }
}
