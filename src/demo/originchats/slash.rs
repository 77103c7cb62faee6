//! Commands of the server: which there are, what they take, and what comes of them. It answers in the channel, in its own name.

use super::server::{Done, Fault, Server};
use serde_json::{Map, Value, json};

/// Its own and those of its bot, as they are told.
fn commands() -> Value {
    let option = |name: &str, about: &str, kind: &str, required: bool| json!({"name": name, "description": about, "type": kind, "required": required});
    let mut die = option("die", "Which kind of die", "enum", false);
    die["choices"] = json!(["d6", "d20", "coin"]);
    let command = |name: &str, about: &str, options: Vec<Value>, by: &str| {
        json!({"name": name, "description": about, "options": options, "whitelistRoles": null, "blacklistRoles": null,
            "ephemeral": false, "registeredBy": by})
    };
    let nickname = option("nickname", "Your new nickname (leave empty to clear)", "str", false);
    let roll = vec![
        option("count", "How many dice", "int", true),
        die,
        option("plus", "What is added", "float", false),
        option("sorted", "The largest first", "bool", false),
        option("for", "For whom", "user", false),
        option("because", "What it decides", "str", false),
    ];
    let mut announce = command(
        "announce",
        "Say something in the server's name",
        vec![option("text", "What", "str", true)],
        "originChats",
    );
    announce["whitelistRoles"] = json!(["owner"]);
    json!([
        command("help", "List all available slash commands", Vec::new(), "originChats"),
        command("nick", "Set or clear your display nickname", vec![nickname], "originChats"),
        command("roll", "Roll some dice", roll, "dicebot"),
        announce,
    ])
}

/// All commands.
pub(super) fn list() -> Done {
    Done::Reply(json!({"cmd": "slash_list", "commands": commands()}))
}

/// Whether an argument is of its kind.
fn fits(kind: &str, value: &Value, option: &Value) -> bool {
    match kind {
        "int" => value.is_i64() || value.is_u64(),
        "float" => value.is_number(),
        "bool" => value.is_boolean(),
        "enum" => option["choices"].as_array().is_some_and(|choices| choices.contains(value)),
        _ => value.is_string(),
    }
}

/// Refuses what a command does not take, and what it lacks.
fn check(command: &Value, args: &Map<String, Value>) -> Result<(), Fault> {
    let options = command["options"].as_array().map(Vec::as_slice).unwrap_or_default();
    let named = |name: &str| options.iter().find(|option| option["name"] == name);
    if let Some(stranger) = args.keys().find(|name| named(name).is_none()) {
        return Err(Fault::Said(format!("Unknown argument: {stranger}")));
    }
    for option in options {
        let (name, kind) = (option["name"].as_str().unwrap_or_default(), option["type"].as_str().unwrap_or_default());
        match args.get(name) {
            None if option["required"] == true => {
                return Err(Fault::Said(format!("Missing required argument: {name}")));
            }
            Some(value) if !fits(kind, value, option) => {
                return Err(Fault::Said(format!("Invalid value for '{name}': Expected {kind}")));
            }
            _ => {}
        }
    }
    Ok(())
}

impl Server {
    /// Runs a command.
    pub(super) fn slash_call(&mut self, user: usize, packet: &Value) -> Result<Done, Fault> {
        let name = packet["command"].as_str().unwrap_or_default();
        let all = commands();
        let known = all.as_array().and_then(|all| all.iter().find(|command| command["name"] == name));
        let Some(command) = known else { return Err(Fault::Said(format!("Unknown slash command: /{name}"))) };
        let nothing = Map::new();
        let args = match &packet["args"] {
            Value::Null => &nothing,
            Value::Object(args) => args,
            _ => return Err(Fault::Bare("Command args must be an object")),
        };
        let roles = self.users.get(user).map(|user| user.roles.as_slice()).unwrap_or_default();
        let strangers =
            command["whitelistRoles"].as_array().filter(|list| !roles.iter().any(|role| list.contains(&json!(role))));
        if let Some(role) = strangers.and_then(|list| list.first()).and_then(Value::as_str) {
            return Err(Fault::Said(format!("Access denied: '{role}' role required")));
        }
        check(command, args)?;
        let at = self.at(packet)?;
        if !self.allows(at, "view", user) {
            return Err(Fault::Bare("Access denied to this channel"));
        }
        let (content, author) = match name {
            "nick" => (self.nick(user, args)?, "originChats"),
            "roll" => (self.roll(args)?, "dicebot"),
            "announce" => (args.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(), "originChats"),
            _ => {
                let line = |command: &Value| {
                    let part = |part: &str| command[part].as_str().unwrap_or_default().to_owned();
                    format!("• `/{}` - {}", part("name"), part("description"))
                };
                let lines: Vec<String> = all.as_array().into_iter().flatten().map(line).collect();
                (format!("**Available Commands:**\n{}", lines.join("\n")), "originChats")
            }
        };
        let (id, now, who) = (self.uuid(), self.now, self.name_of(user));
        let message = json!({"user": author, "content": content, "timestamp": now, "id": id,
            "interaction": {"command": name, "username": who}, "pinned": false, "type": "message"});
        if let Some(messages) = self.messages_mut(at) {
            messages.push(message.clone());
        }
        let (event, channel) = self.placed(json!({"cmd": "message_new", "message": message}), at);
        Ok(Done::Global(event, channel))
    }

    fn nick(&mut self, user: usize, args: &Map<String, Value>) -> Result<String, Fault> {
        let nickname = args.get("nickname").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        if nickname.chars().count() > 20 {
            return Err(Fault::Error("Nickname must be 20 characters or less"));
        }
        let Some(known) = self.users.get_mut(user) else { return Err(Fault::Error("User not found")) };
        known.nickname = Some(nickname.clone()).filter(|name| !name.is_empty());
        let (who, account) = (known.name.clone(), known.id.clone());
        Ok(if nickname.is_empty() {
            self.tell_all(&json!({"cmd": "nickname_remove", "user": account, "username": who}), None, None);
            "Nickname cleared".to_owned()
        } else {
            let event = json!({"cmd": "nickname_update", "user": account, "username": who, "nickname": nickname});
            self.tell_all(&event, None, None);
            format!("Nickname set to **{nickname}**")
        })
    }

    fn roll(&mut self, args: &Map<String, Value>) -> Result<String, Fault> {
        let count = args.get("count").and_then(Value::as_i64).and_then(|count| usize::try_from(count).ok());
        let count = count.filter(|count| (1..=20).contains(count));
        let count = count.ok_or(Fault::Error("Roll 1 to 20 dice"))?;
        let text = |name: &str| args.get(name).and_then(Value::as_str);
        let sides = match text("die") {
            Some("d20") => 20,
            Some("coin") => 2,
            _ => 6,
        };
        let mut rolled: Vec<u32> = (0..count).map(|_| self.random.u32(1..=sides)).collect();
        if args.get("sorted").and_then(Value::as_bool) == Some(true) {
            rolled.sort_unstable_by(|one, other| other.cmp(one));
        }
        let sum = f64::from(rolled.iter().sum::<u32>()) + args.get("plus").and_then(Value::as_f64).unwrap_or(0.0);
        let shown: Vec<String> = rolled.iter().map(u32::to_string).collect();
        let whom = text("for").map(|who| format!(" for @{who}")).unwrap_or_default();
        let why = text("because").map(|why| format!(", because {why}")).unwrap_or_default();
        Ok(format!("Rolled {} = **{sum}**{whom}{why}", shown.join(" + ")))
    }

    /// Messages that call somebody, newest first, from everywhere that they may look.
    pub(super) fn pings(&self, user: usize, packet: &Value) -> Done {
        let number = |name: &str, otherwise: u64| packet[name].as_u64().unwrap_or(otherwise);
        let (limit, offset) = (number("limit", 50).clamp(1, 100), number("offset", 0));
        let me = self.name_of(user).to_lowercase();
        let calls = |message: &&Value| {
            let text = message["content"].as_str().unwrap_or_default();
            let pings = super::chat::pings(text, json!([]));
            let named = pings["users"]
                .as_array()
                .is_some_and(|all| all.iter().filter_map(Value::as_str).any(|name| name.to_lowercase() == me));
            let answered = message["reply_to"]["user"].as_str().is_some_and(|name| name.to_lowercase() == me);
            let own = message["user"].as_str().is_some_and(|name| name.to_lowercase() == me);
            !own && (named || answered && message["ping"] != false)
        };
        let mut found: Vec<Value> = Vec::new();
        for (channel, known) in self.channels.iter().enumerate() {
            if !self.allows(super::chat::At { channel, thread: None }, "view", user) {
                continue;
            }
            let placed = |message: &Value, thread: Option<&str>| {
                let mut told = message.clone();
                told["channel"] = json!(known.name);
                if let Some(thread) = thread {
                    told["thread_id"] = json!(thread);
                }
                told
            };
            found.extend(known.messages.iter().filter(calls).map(|message| placed(message, None)));
            for thread in &known.threads {
                found.extend(thread.messages.iter().filter(calls).map(|message| placed(message, Some(thread.id()))));
            }
        }
        let at = |message: &Value| message["timestamp"].as_f64().unwrap_or(0.0);
        found.sort_by(|one, other| at(other).total_cmp(&at(one)));
        let total = found.len();
        let page: Vec<Value> = found
            .into_iter()
            .skip(usize::try_from(offset).unwrap_or(usize::MAX))
            .take(usize::try_from(limit).unwrap_or(100))
            .collect();
        Done::Reply(json!({"cmd": "pings_get", "messages": page, "offset": offset, "limit": limit, "total": total}))
    }
}
