//! `settings`: the account, the profile, presence, preferences.

use crate::net::osmium::wire;
use wire::core::rpc_result::Result as Answer;
use wire::settings as api;
use wire::types::user_status::Status;

use super::super::refusal::{Refusal, Reply};
use super::super::server::{Caller, Server};
use super::super::state::Person;
use super::communities::{checked_name, checked_username};

/// The longest text of a profile, in characters.
const MAX_BIO: usize = 1_024;
/// Activities of one person at most.
const MAX_ACTIVITIES: usize = 8;
/// Communities in a chosen order at most.
const MAX_ORDER: usize = 1_000;

impl Server {
    fn me(&mut self, caller: Caller) -> Result<&mut Person, Refusal> {
        self.state.people.get_mut(&caller.user).ok_or_else(|| Refusal::missing("account"))
    }

    /// Changes what is given of the caller's profile.
    pub(crate) fn edit_profile(&mut self, caller: Caller, request: api::EditProfile) -> Reply {
        let name = request.name.as_deref().map(checked_name).transpose()?;
        if request.bio.as_deref().is_some_and(|bio| bio.chars().count() > MAX_BIO) {
            return Err(Refusal::malformed(format!("A profile text has at most {MAX_BIO} characters.")));
        }
        let username = request.username.map(|name| name.trim().trim_start_matches('@').to_owned());
        if let Some(wanted) = username.as_deref().filter(|wanted| !wanted.is_empty()) {
            checked_username(wanted)?;
            if self.state.by_username(wanted).is_some_and(|person| person.id != caller.user) {
                return Err(Refusal::conflict("Somebody else has this user name."));
            }
        }
        let me = self.me(caller)?;
        me.name = name.unwrap_or_else(|| me.name.clone());
        me.username = username.unwrap_or_else(|| me.username.clone());
        me.bio = request.bio.unwrap_or_else(|| me.bio.clone());
        me.icon = request.icon.map_or(me.icon, |icon| Some(icon).filter(|icon| *icon != 0));
        me.color = request.color.map_or(me.color, |color| Some(color & 0xff_ff_ff).filter(|color| *color != 0));
        me.theme_color = request.theme_color.or(me.theme_color);
        me.banner_in_voice = request.show_banner_in_voice.or(me.banner_in_voice);
        self.tell_user(caller.user);
        Ok(None)
    }

    /// Sets or removes the caller's picture.
    pub(crate) fn edit_profile_photo(&mut self, caller: Caller, request: api::EditProfilePhoto) -> Reply {
        let photo = request.file.map(|file| self.finish_photo(caller.user, file)).transpose()?;
        self.me(caller)?.photo = photo;
        self.tell_user(caller.user);
        Ok(None)
    }

    /// Sets or removes the caller's banner.
    pub(crate) fn edit_profile_banner(&mut self, caller: Caller, request: api::EditProfileBanner) -> Reply {
        let banner = request.file.map(|file| self.finish_photo(caller.user, file)).transpose()?;
        self.me(caller)?.banner = banner;
        Ok(None)
    }

    /// What the caller's account is.
    pub(crate) fn get_account(&mut self, caller: Caller) -> Reply {
        let me = self.me(caller)?;
        Ok(Some(Answer::Account(api::Account {
            email: Some(me.email.clone()).filter(|email| !email.is_empty()),
            confirmed: !me.email.is_empty(),
            has_password: !me.password.is_empty(),
            totp_enabled: me.totp.is_some(),
            pending_delete: me.pending_delete,
        })))
    }

    /// Changes the password; other sessions end where that is asked for.
    pub(crate) fn change_password(&mut self, caller: Caller, request: api::ChangePassword) -> Reply {
        if request.new_password.chars().count() < 8 || request.new_password.len() > 1_024 {
            return Err(Refusal::malformed("A password has at least eight characters."));
        }
        let me = self.me(caller)?;
        if me.password != request.current_password {
            return Err(Refusal::unknown_caller("The current password is wrong."));
        }
        me.password = request.new_password;
        if request.revoke_sessions {
            let others: Vec<_> = self
                .state
                .logins
                .values()
                .filter(|login| login.user == caller.user && login.id != caller.login)
                .map(|login| login.id)
                .collect();
            for login in others {
                self.end_login(login);
            }
        }
        Ok(None)
    }

    /// Changes the e-mail address at once; this server sends no mail to confirm it.
    pub(crate) fn change_email(&mut self, caller: Caller, request: &api::ChangeEmail) -> Reply {
        let email = request.new_email.trim().to_lowercase();
        if !email.contains('@') || email.len() > 255 {
            return Err(Refusal::malformed("That is not an e-mail address."));
        }
        if self.state.people.values().any(|person| person.email == email && person.id != caller.user) {
            return Err(Refusal::conflict("There is an account with this e-mail address already."));
        }
        self.me(caller)?.email = email;
        Ok(None)
    }

    /// Says whether the caller is there and what they are doing.
    pub(crate) fn change_status(&mut self, caller: Caller, request: api::ChangeStatus) -> Reply {
        if Status::try_from(request.status).is_err() {
            return Err(Refusal::malformed("There is no such presence."));
        }
        let too_long = |one: &wire::types::user_status::Activity| prost::Message::encoded_len(one) > 1_024;
        if request.activities.len() > MAX_ACTIVITIES || request.activities.iter().any(too_long) {
            return Err(Refusal::malformed(format!("At most {MAX_ACTIVITIES} short activities can be told.")));
        }
        let me = self.me(caller)?;
        me.chosen = request.status;
        me.activities = request.activities;
        self.tell_presence(caller.user);
        Ok(None)
    }

    /// Sets how much of a chat or community notifies the caller.
    pub(crate) fn change_notification_preferences(
        &mut self,
        caller: Caller,
        request: api::ChangeNotificationPreferences,
    ) -> Reply {
        use api::change_notification_preferences::Scope;
        if wire::types::NotifPrefs::try_from(request.prefs).is_err() {
            return Err(Refusal::malformed("There is no such choice."));
        }
        match request.scope {
            Some(Scope::ChatRef(reference)) => {
                let key = self.state.resolve(caller.user, Some(reference))?;
                self.me(caller)?.chat_prefs.insert(key, request.prefs);
            }
            Some(Scope::CommunityId(id)) => {
                self.state.community(caller.user, id)?;
                self.me(caller)?.community_prefs.insert(id, request.prefs);
                if let Some(change) = self.community_change(id, caller.user) {
                    self.tell_person(caller.user, None, &change);
                }
            }
            None => return Err(Refusal::malformed("The request names neither a chat nor a community.")),
        }
        Ok(None)
    }

    /// Reads the caller's settings, or changes those that are given.
    pub(crate) fn edit_user_settings(&mut self, caller: Caller, request: api::EditUserSettings) -> Reply {
        let me = self.me(caller)?;
        if let Some(given) = request.settings {
            if let Some(order) = given.community_order {
                if order.community_ids.len() > MAX_ORDER {
                    return Err(Refusal::malformed("The order names too many communities."));
                }
                me.community_order = order.community_ids;
            }
            me.mail = given.email_preferences.or(me.mail);
        }
        let community_order = Some(api::user_settings::CommunityOrder { community_ids: me.community_order.clone() });
        Ok(Some(Answer::UserSettings(api::UserSettings { community_order, email_preferences: me.mail })))
    }

    /// Marks the account to be deleted, or takes that back. The demo ends before anything is deleted.
    pub(crate) fn delete_account(&mut self, caller: Caller, request: &api::DeleteAccount) -> Reply {
        self.me(caller)?.pending_delete = !request.cancel.unwrap_or(false);
        Ok(None)
    }
}
