//! `settings`: the second factor.

use crate::net::osmium::wire;
use wire::core::rpc_result::Result as Answer;
use wire::settings as api;

use super::super::ids::Id;
use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::{Challenge, secrets};
use super::super::totp::{self, base32};

/// How long a step up lasts, in milliseconds.
const STEP_UP_LIFE: i64 = 5 * 60_000;
/// Wrong answers before a step up is void.
const STEP_UP_TRIES: u8 = 5;

impl Server {
    /// Enrols, confirms or switches off one-time codes. Switching off needs a proof when they are on.
    pub(crate) fn setup_totp(&mut self, caller: Caller, request: &api::SetupTotp) -> Reply {
        let code = request.code.as_deref().filter(|code| !code.is_empty());
        if !request.enabled {
            if self.state.people.get(&caller.user).is_some_and(|me| me.totp.is_some()) {
                match (code, &request.step_up_token) {
                    (_, Some(token)) => self.check_step_up(caller.user, token)?,
                    (Some(code), None) => self.check_code(caller.user, code)?,
                    (None, None) => return Err(Refusal::forbidden("Prove it is you first: send a code.")),
                }
            }
            if let Some(me) = self.state.people.get_mut(&caller.user) {
                (me.totp, me.offered_totp) = (None, None);
                me.recovery.clear();
            }
            return Ok(Some(Answer::Totp(api::Totp::default())));
        }
        match code {
            None => self.offer_totp(caller.user),
            Some(code) => self.confirm_totp(caller.user, code),
        }
    }

    fn offer_totp(&mut self, user: Id) -> Reply {
        let purpose = self.state.fresh_code("totp secret");
        let mut secret = secrets::derive(self.state.seed, &purpose);
        secret.truncate(20);
        let Some(me) = self.state.people.get_mut(&user) else { return Err(Refusal::missing("account")) };
        if me.totp.is_some() {
            return Err(Refusal::conflict("One-time codes are on already."));
        }
        let account = if me.email.is_empty() { &me.username } else { &me.email };
        let url = format!("otpauth://totp/nib%20demo:{account}?secret={}&issuer=nib%20demo", base32(&secret));
        me.offered_totp = Some(secret);
        Ok(Some(Answer::Totp(api::Totp { enabled: false, url: Some(url), backup_codes: Vec::new() })))
    }

    fn confirm_totp(&mut self, user: Id, code: &str) -> Reply {
        let offered = self.state.people.get(&user).and_then(|me| me.offered_totp.clone());
        let Some(secret) = offered else { return Err(Refusal::malformed("Ask for a secret first.")) };
        if !totp::accepts(&secret, code, self.wall()) {
            return Err(Refusal::unknown_caller("The code is wrong or too old."));
        }
        self.state.codes += 1;
        let recovery = self.state.recovery_codes(user, self.state.codes);
        if let Some(me) = self.state.people.get_mut(&user) {
            (me.totp, me.offered_totp) = (Some(secret), None);
            me.recovery.clone_from(&recovery);
        }
        Ok(Some(Answer::Totp(api::Totp { enabled: true, url: None, backup_codes: backup_codes(&recovery) })))
    }

    /// Which second factors there are.
    pub(crate) fn get_mfa_methods(&mut self, caller: Caller) -> Reply {
        let Some(me) = self.state.people.get(&caller.user) else { return Err(Refusal::missing("account")) };
        let left = me.recovery.iter().filter(|(_, used)| !used).count();
        Ok(Some(Answer::MfaMethods(api::MfaMethods {
            totp_enabled: me.totp.is_some(),
            webauthn_credentials: Vec::new(),
            recovery_codes_remaining: u32::try_from(left).unwrap_or(u32::MAX),
        })))
    }

    /// Begins to prove again who one is: with the password alone, or with a challenge where there is a second factor.
    pub(crate) fn begin_mfa_step_up(&mut self, caller: Caller, request: &api::BeginMfaStepUp) -> Reply {
        self.check_own_password(caller.user, &request.password)?;
        let second = self.state.people.get(&caller.user).is_some_and(|me| me.totp.is_some());
        if !second {
            return Ok(Some(Answer::MfaStepUp(self.step_up(caller.user))));
        }
        let id = self.state.fresh_code("step up");
        let expires_at = self.wall() + STEP_UP_LIFE;
        self.remember(step_up_key(&id), Challenge { user: caller.user, expires_at, tries: STEP_UP_TRIES });
        Ok(Some(Answer::MfaStepUp(api::MfaStepUp {
            challenge_id: Some(id),
            expires_at: u64::try_from(self.now + STEP_UP_LIFE).ok(),
            totp: true,
            recovery_codes: true,
            ..Default::default()
        })))
    }

    /// Answers the challenge of a step up.
    pub(crate) fn complete_mfa_step_up(&mut self, caller: Caller, request: &api::CompleteMfaStepUp) -> Reply {
        use api::complete_mfa_step_up::Proof;
        let key = step_up_key(&request.challenge_id);
        let wall = self.wall();
        let known = self.state.challenges.get(&key);
        if !known.is_some_and(|one| one.user == caller.user && one.expires_at > wall && one.tries > 0) {
            return Err(Refusal::unknown_caller("That took too long. Start again with your password."));
        }
        let proof = match &request.proof {
            Some(Proof::Totp(code)) => self.check_code(caller.user, code),
            Some(Proof::RecoveryCode(code)) => self.use_recovery_code(caller.user, code),
            Some(Proof::WebauthnCredentialJson(_)) | None => Err(Refusal::malformed("The request holds no code.")),
        };
        if let Err(refusal) = proof {
            if let Some(one) = self.state.challenges.get_mut(&key) {
                one.tries -= 1;
            }
            return Err(refusal);
        }
        self.state.challenges.remove(&key);
        Ok(Some(Answer::MfaStepUp(self.step_up(caller.user))))
    }

    fn step_up(&mut self, user: Id) -> api::MfaStepUp {
        let token = self.state.fresh_code("step up token");
        let expires_at = self.wall() + STEP_UP_LIFE;
        self.remember(token_key(&token), Challenge { user, expires_at, tries: 1 });
        api::MfaStepUp {
            step_up_token: Some(token),
            expires_at: u64::try_from(self.now + STEP_UP_LIFE).ok(),
            ..Default::default()
        }
    }

    fn check_step_up(&mut self, user: Id, token: &str) -> Result<(), Refusal> {
        let wall = self.wall();
        let known = self.state.challenges.remove(&token_key(token));
        if known.is_some_and(|one| one.user == user && one.expires_at > wall) {
            Ok(())
        } else {
            Err(Refusal::forbidden("Prove it is you first: the step up is missing or too old."))
        }
    }

    fn check_own_password(&self, user: Id, password: &str) -> Result<(), Refusal> {
        if self.state.people.get(&user).is_some_and(|me| !me.password.is_empty() && me.password == password) {
            Ok(())
        } else {
            Err(Refusal::unknown_caller("The password is wrong."))
        }
    }

    /// Makes a new set of recovery codes; the old ones are void.
    pub(crate) fn regenerate_recovery_codes(
        &mut self,
        caller: Caller,
        request: &api::RegenerateRecoveryCodes,
    ) -> Reply {
        self.check_step_up(caller.user, &request.step_up_token)?;
        self.state.codes += 1;
        let recovery = self.state.recovery_codes(caller.user, self.state.codes);
        let Some(me) = self.state.people.get_mut(&caller.user) else { return Err(Refusal::missing("account")) };
        if me.totp.is_none() {
            return Err(Refusal::conflict("There is no second factor that the codes could stand in for."));
        }
        me.recovery.clone_from(&recovery);
        Ok(Some(Answer::RecoveryCodes(api::RecoveryCodes { recovery_codes: backup_codes(&recovery) })))
    }

    /// The recovery codes, for those who know the password.
    pub(crate) fn get_recovery_codes(&mut self, caller: Caller, request: &api::GetRecoveryCodes) -> Reply {
        self.check_own_password(caller.user, &request.password)?;
        let recovery = self.state.people.get(&caller.user).map(|me| me.recovery.clone()).unwrap_or_default();
        Ok(Some(Answer::RecoveryCodes(api::RecoveryCodes { recovery_codes: backup_codes(&recovery) })))
    }
}

/// Step ups share the table of challenges; the prefix keeps a code of one sort from opening the other.
fn step_up_key(id: &str) -> String {
    format!("step-up:{id}")
}

fn token_key(token: &str) -> String {
    format!("token:{token}")
}

fn backup_codes(recovery: &[(String, bool)]) -> Vec<api::BackupCode> {
    recovery.iter().map(|(code, used)| api::BackupCode { code: code.clone(), used: *used }).collect()
}
