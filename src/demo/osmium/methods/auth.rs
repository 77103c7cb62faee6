//! `core` and `auth`: the handshake, signing in and up, sessions.

use crate::net::osmium::wire;
use wire::auth as api;
use wire::core::rpc_result::Result as Answer;
use wire::updates::update::Update as Change;

use super::super::ids::Id;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, ConnectionId, Server};
use super::super::state::{Challenge, Device, Login, Person, secrets};
use super::super::totp;

/// How long a second factor may take, in milliseconds.
const CHALLENGE_LIFE: i64 = 5 * 60_000;
/// Wrong second factors before a challenge is void.
const CHALLENGE_TRIES: u8 = 5;
/// Unfinished sign-ins kept at most.
const MAX_CHALLENGES: usize = 256;
/// Accounts at most, so that signing up cannot fill the memory.
const MAX_ACCOUNTS: usize = 10_000;
/// Sign-ins at most of one account; the one unused for longest ends when there are more.
const MAX_LOGINS: usize = 64;
/// The longest name, in characters.
pub(crate) const MAX_NAME: usize = 64;

impl Server {
    /// The first request of a connection.
    pub(crate) fn initialize(&mut self, connection: ConnectionId, request: wire::core::Initialize) -> Reply {
        let Some(found) = self.connections.get_mut(&connection) else { return Ok(None) };
        if found.device.is_some() {
            return Err(Refusal::malformed("This connection is initialized already."));
        }
        let short = |text: String| text.chars().take(MAX_NAME).collect();
        found.silent = request.no_subscribe;
        found.device = Some(Device {
            client_id: request.client_id,
            device_type: short(request.device_type),
            device_version: short(request.device_version),
            app_version: short(request.app_version),
        });
        Ok(Some(Answer::Initialized(wire::core::Initialized {
            entrypoints: Some(wire::core::Entrypoints::default()),
            vapid_public_key: None,
        })))
    }

    /// Signs a connection in with a token.
    pub(crate) fn authorize(&mut self, connection: ConnectionId, request: &api::Authorize) -> Reply {
        let known = secrets::read_token(self.state.seed, &request.token)
            .filter(|(user, login)| self.state.people.contains_key(user) && !self.state.revoked.contains(login));
        let Some((user, login)) = known else {
            // A client library that waits for the end of the connection would hang otherwise.
            self.close(connection, 1008, "The token was refused.");
            return Err(Refusal::forbidden("The token is not valid any more. Sign in again."));
        };
        if !self.state.logins.contains_key(&login) {
            // The server was restarted since the token was made.
            self.state.logins.insert(
                login,
                Login {
                    id: login,
                    user,
                    token: request.token.trim().to_owned(),
                    device: Device::default(),
                    last_active: self.now,
                },
            );
        }
        self.enter(connection, user, login)
    }

    /// The older sign-in: e-mail, password and code in one request.
    pub(crate) fn legacy_sign_in(&mut self, connection: ConnectionId, request: &api::LegacySignIn) -> Reply {
        let user = self.check_password(&request.email, &request.password)?;
        if let Some(secret) = self.state.people.get(&user).and_then(|person| person.totp.clone()) {
            match request.totp.as_deref().filter(|code| !code.is_empty()) {
                None => return Err(Refusal::unknown_caller("This account needs a code from its authenticator app.")),
                Some(code) if totp::accepts(&secret, code, self.wall()) => {}
                Some(code) => self.use_recovery_code(user, code)?,
            }
        }
        self.new_login(connection, user)
    }

    /// Signs in with e-mail and password; accounts with a second factor get a challenge.
    pub(crate) fn sign_in(&mut self, connection: ConnectionId, request: &api::SignIn) -> Reply {
        use api::sign_in_result::Result as Outcome;
        let user = self.check_password(&request.email, &request.password)?;
        let outcome = if self.state.people.get(&user).is_some_and(|person| person.totp.is_some()) {
            Outcome::MfaChallenge(self.challenge(user))
        } else {
            match self.new_login(connection, user)? {
                Some(Answer::Authorization(authorization)) => Outcome::Authorization(authorization),
                other => return Ok(other),
            }
        };
        Ok(Some(Answer::SignInResult(api::SignInResult { result: Some(outcome) })))
    }

    fn challenge(&mut self, user: Id) -> api::MfaChallenge {
        let challenge_id = self.state.fresh_code("challenge");
        let expires_at = self.wall() + CHALLENGE_LIFE;
        self.remember(challenge_id.clone(), Challenge { user, expires_at, tries: CHALLENGE_TRIES });
        let unused = |person: &Person| person.recovery.iter().any(|(_, used)| !used);
        api::MfaChallenge {
            challenge_id,
            expires_at: u64::try_from(self.now + CHALLENGE_LIFE).unwrap_or(0),
            totp: true,
            recovery_codes: self.state.people.get(&user).is_some_and(unused),
            webauthn_options_json: None,
        }
    }

    /// Keeps something that waits for a proof; what has lapsed goes first, then the one that lapses next.
    pub(crate) fn remember(&mut self, key: String, challenge: Challenge) {
        let wall = self.wall();
        self.state.challenges.retain(|_, one| one.expires_at > wall);
        if self.state.challenges.len() >= MAX_CHALLENGES {
            let next = self.state.challenges.iter().min_by_key(|(_, one)| one.expires_at).map(|(key, _)| key.clone());
            if let Some(next) = next {
                self.state.challenges.remove(&next);
            }
        }
        self.state.challenges.insert(key, challenge);
    }

    /// Answers a challenge.
    pub(crate) fn complete_sign_in(&mut self, connection: ConnectionId, request: &api::CompleteSignIn) -> Reply {
        let wall = self.wall();
        let known = self.state.challenges.get(&request.challenge_id).copied();
        let Some(challenge) = known.filter(|one| one.expires_at > wall) else {
            self.state.challenges.remove(&request.challenge_id);
            return Err(Refusal::unknown_caller("The sign-in took too long. Start again with your password."));
        };
        if let Err(refusal) = self.check_proof(challenge.user, request.proof.as_ref()) {
            if challenge.tries <= 1 {
                self.state.challenges.remove(&request.challenge_id);
            } else if let Some(one) = self.state.challenges.get_mut(&request.challenge_id) {
                one.tries -= 1;
            }
            return Err(refusal);
        }
        self.state.challenges.remove(&request.challenge_id);
        self.new_login(connection, challenge.user)
    }

    fn check_proof(&mut self, user: Id, proof: Option<&api::complete_sign_in::Proof>) -> Result<(), Refusal> {
        use api::complete_sign_in::Proof;
        match proof {
            Some(Proof::Totp(code)) => self.check_code(user, code),
            Some(Proof::RecoveryCode(code)) => self.use_recovery_code(user, code),
            Some(Proof::WebauthnCredentialJson(_)) => {
                Err(Refusal::malformed("This demo server does not serve security keys."))
            }
            None => Err(Refusal::malformed("The request holds no code.")),
        }
    }

    /// Fails with 401 unless the code is the account's code of now.
    pub(crate) fn check_code(&self, user: Id, code: &str) -> Result<(), Refusal> {
        match self.state.people.get(&user).and_then(|person| person.totp.as_deref()) {
            Some(secret) if totp::accepts(secret, code, self.wall()) => Ok(()),
            _ => Err(Refusal::unknown_caller("The code is wrong or too old.")),
        }
    }

    /// Uses a recovery code up; fails with 401 if it is unknown or was used.
    pub(crate) fn use_recovery_code(&mut self, user: Id, code: &str) -> Result<(), Refusal> {
        let code = code.trim().to_lowercase();
        let person = self.state.people.get_mut(&user);
        let found = person.and_then(|person| person.recovery.iter_mut().find(|(one, used)| *one == code && !used));
        match found {
            Some((_, used)) => {
                *used = true;
                Ok(())
            }
            None => Err(Refusal::unknown_caller("The code is wrong or too old.")),
        }
    }

    fn check_password(&self, email: &str, password: &str) -> Result<Id, Refusal> {
        let email = email.trim().to_lowercase();
        self.state
            .people
            .values()
            .find(|person| !person.email.is_empty() && person.email == email && person.password == password)
            .map(|person| person.id)
            .ok_or_else(|| Refusal::unknown_caller("E-mail or password is wrong."))
    }

    /// Makes an account.
    pub(crate) fn sign_up(&mut self, connection: ConnectionId, request: api::SignUp) -> Reply {
        let name = request.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(Refusal::malformed(format!("A name has one to {MAX_NAME} characters.")));
        }
        if self.state.people.len() >= MAX_ACCOUNTS {
            return Err(Refusal::too_often("This demo server takes no more accounts."));
        }
        let email = request.email.unwrap_or_default().trim().to_lowercase();
        let password = request.password.unwrap_or_default();
        if !email.is_empty() {
            if !email.contains('@') || email.len() > 255 {
                return Err(Refusal::malformed("That is not an e-mail address."));
            }
            if password.chars().count() < 8 || password.len() > 1_024 {
                return Err(Refusal::malformed("A password has at least eight characters."));
            }
            if self.state.people.values().any(|person| person.email == email) {
                return Err(Refusal::conflict("There is an account with this e-mail address already."));
            }
            self.check_address(&email, request.email_verification_token.as_deref())?;
            self.settle_address(&email);
        }
        let id = self.state.mint.next(self.now);
        let mut person = Person::new(id, name, String::new());
        person.email = email;
        person.password = password;
        self.state.people.insert(id, person);
        self.new_login(connection, id)
    }

    fn new_login(&mut self, connection: ConnectionId, user: Id) -> Reply {
        let own: Vec<(i64, Id)> = self
            .state
            .logins
            .values()
            .filter(|login| login.user == user)
            .map(|login| (login.last_active, login.id))
            .collect();
        if own.len() >= MAX_LOGINS
            && let Some((_, oldest)) = own.into_iter().min()
        {
            self.end_login(oldest);
        }
        let id = self.state.mint.next(self.now);
        let token = secrets::token(self.state.seed, user, id);
        let device = Device::default();
        self.state.logins.insert(id, Login { id, user, token, device, last_active: self.now });
        self.enter(connection, user, id)
    }

    /// Binds a connection to a sign-in.
    fn enter(&mut self, connection: ConnectionId, user: Id, login: Id) -> Reply {
        let before = self.connected(user);
        let Some(found) = self.connections.get_mut(&connection) else { return Ok(None) };
        if found.login.is_some_and(|current| current != (user, login)) {
            return Err(Refusal::malformed("This connection is signed in already; open another one."));
        }
        found.login = Some((user, login));
        self.arrived = true;
        let device = found.device.clone().unwrap_or_default();
        let mut token = String::new();
        if let Some(record) = self.state.logins.get_mut(&login) {
            record.device = device;
            record.last_active = self.now;
            token.clone_from(&record.token);
        }
        if !before {
            self.tell_presence(user);
        }
        let user = self.user(user);
        Ok(Some(Answer::Authorization(api::Authorization { token, user, session_id: login })))
    }

    /// The sign-ins of the caller.
    pub(crate) fn get_sessions(&mut self, caller: Caller) -> Reply {
        let sessions = self.state.logins.values().filter(|login| login.user == caller.user).map(|login| api::Session {
            id: login.id,
            client_id: login.device.client_id,
            device_type: login.device.device_type.clone(),
            device_version: login.device.device_version.clone(),
            app_name: login.device.device_type.clone(),
            app_version: login.device.app_version.clone(),
            last_active: u64::try_from(login.last_active).unwrap_or(0),
            country: None,
            region: None,
        });
        Ok(Some(Answer::Sessions(api::Sessions { sessions: sessions.collect(), current: caller.login })))
    }

    /// Ends sign-ins of the caller.
    pub(crate) fn revoke_sessions(&mut self, caller: Caller, request: &api::RevokeSessions) -> Reply {
        let own = |id: &Id| self.state.logins.get(id).is_some_and(|login| login.user == caller.user);
        if !request.session_ids.iter().all(own) {
            return Err(Refusal::missing("session"));
        }
        for id in &request.session_ids {
            self.end_login(*id);
        }
        Ok(None)
    }

    /// Ends a sign-in: all connections of its person are told, its own are closed.
    pub(crate) fn end_login(&mut self, id: Id) {
        let Some(login) = self.state.logins.remove(&id) else { return };
        self.state.revoked.insert(id);
        let change = Change::SessionDeleted(wire::updates::UpdateSessionDeleted { session_id: id });
        let own: Vec<(ConnectionId, bool)> = self
            .connections
            .iter()
            .filter_map(|(connection, one)| one.login.map(|(user, with)| (*connection, user, with, one.silent)))
            .filter(|(_, user, with, silent)| *user == login.user && (*with == id || !silent))
            .map(|(connection, _, with, _)| (connection, with == id))
            .collect();
        for (connection, ended) in own {
            self.push(connection, change.clone());
            if ended {
                self.close(connection, 1008, "This session was ended.");
            }
        }
    }
}
