//! The embedded server against the recorded traffic of a real one: asked the same, it answers in the same shape.

use super::recorded;
use nib::demo::originchats::{Accounts, ConnectionId, Options, Output, Server};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The names of the fields and the types of the values.
fn shape(value: &Value, path: &str, into: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    into.entry(path.to_owned()).or_default().insert(kind);
    match value {
        Value::Array(list) => list.iter().for_each(|value| shape(value, &format!("{path}[]"), into)),
        Value::Object(fields) => {
            for (name, value) in fields {
                // Names of channels, roles and emoji are data, not shape.
                let data = matches!(path, ".unreads" | ".roles" | ".emojis") || path.ends_with(".reactions");
                let name = if data { "*" } else { name.as_str() };
                shape(value, &format!("{path}.{name}"), into);
            }
        }
        _ => {}
    }
}

fn shape_of(packet: &Value) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut found = BTreeMap::new();
    shape(packet, "", &mut found);
    found
}

/// A server, the clients of the recording, and what each heard.
struct Stage {
    server: Server,
    now: f64,
    heard: HashMap<ConnectionId, Vec<Value>>,
    ids: HashMap<String, String>,
}

impl Stage {
    fn new(accounts: Accounts) -> Self {
        let options = Options { accounts, ..Options::default() };
        Self { server: Server::new(options), now: 1_795_169_785.0, heard: HashMap::new(), ids: HashMap::new() }
    }

    fn take(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send(id, text) => self.heard.entry(id).or_default().push(serde_json::from_str(&text).unwrap()),
                Output::Close(_) => panic!("closed"),
            }
        }
    }

    fn heard(&mut self, id: ConnectionId) -> Vec<Value> {
        self.heard.remove(&id).unwrap_or_default()
    }

    fn sign_in(&mut self, name: &str) -> ConnectionId {
        let (id, outputs) = self.server.connect(self.now);
        self.take(outputs);
        let key = self.heard(id)[0]["val"]["validator_key"].as_str().unwrap().to_owned();
        let (status, body) = self.server.service.generate(&format!("tok-{name}"), &key, self.now);
        assert_eq!(status, 200);
        let body: Value = serde_json::from_str(&body).unwrap();
        self.say(id, &json!({"cmd": "auth", "validator": body["validator"]}));
        id
    }

    fn say(&mut self, id: ConnectionId, packet: &Value) {
        self.now += 0.01;
        let outputs = self.server.receive(id, &packet.to_string(), self.now);
        self.take(outputs);
    }

    /// Ids that the real server gave are those that this one gave in the same place.
    fn translated(&self, packet: &Value) -> Value {
        let mut text = packet.to_string();
        for (theirs, ours) in &self.ids {
            text = text.replace(theirs, ours);
        }
        serde_json::from_str(&text).unwrap()
    }

    fn learn(&mut self, theirs: &Value, ours: &Value) {
        match (theirs, ours) {
            (Value::String(theirs), Value::String(ours))
                if theirs.len() == 36 && ours.len() == 36 && theirs != ours =>
            {
                self.ids.insert(theirs.clone(), ours.clone());
            }
            (Value::Object(theirs), Value::Object(ours)) => {
                for (name, value) in theirs {
                    if let Some(other) = ours.get(name) {
                        self.learn(value, other);
                    }
                }
            }
            (Value::Array(theirs), Value::Array(ours)) => {
                theirs.iter().zip(ours).for_each(|(theirs, ours)| self.learn(theirs, ours));
            }
            _ => {}
        }
    }
}

#[test]
fn asked_the_same_it_answers_in_the_same_shape() {
    let mut stage = Stage::new(Accounts::Service);
    let mut clients: HashMap<String, ConnectionId> = HashMap::new();
    for name in ["alice", "bob", "carol"] {
        let id = stage.sign_in(name);
        clients.insert(name.to_owned(), id);
    }
    let rows: Vec<_> = recorded();
    let steps = ["03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "25"];
    let (mut compared, mut lacking, mut silent) = (BTreeMap::<String, u32>::new(), BTreeSet::new(), 0);
    for (at, row) in rows.iter().enumerate() {
        let Some(step) = row.step.strip_prefix("rotur-mode: ").filter(|step| steps.contains(&&step[..2])) else {
            continue;
        };
        let Some(id) = (!row.from_server).then(|| clients.get(&row.conn)).flatten().copied() else { continue };
        stage.heard.clear();
        let asked = stage.translated(&row.packet);
        stage.say(id, &asked);
        let listener = &row.packet["listener"];
        if !listener.is_string() {
            continue;
        }
        let command = row.packet["cmd"].as_str().unwrap_or_default().to_owned();
        let answer = rows[at..]
            .iter()
            .find(|other| other.from_server && other.conn == row.conn && other.packet["listener"] == *listener);
        let ours = stage.heard(id).into_iter().find(|packet| packet["listener"] == *listener);
        match (answer, ours) {
            (None, None) => silent += 1,
            (Some(answer), Some(ours)) => {
                if ours["val"].as_str().is_some_and(|text| text.starts_with("Unknown command")) && answer.packet != ours
                {
                    lacking.insert(command);
                    continue;
                }
                stage.learn(&answer.packet, &ours);
                let theirs = answer.packet.clone();
                assert_eq!(theirs["cmd"], ours["cmd"], "{step}: {} answered with {ours}", row.packet);
                if theirs["cmd"] == "error" {
                    assert_eq!(theirs, ours, "{step}: {}", row.packet);
                }
                for (path, kinds) in shape_of(&theirs) {
                    let here = shape_of(&ours);
                    // A list that is empty here may be full there.
                    let missing =
                        path.contains("[]") && !here.contains_key(path.split("[]").next().unwrap_or_default());
                    let same = here.get(&path).is_some_and(|here| !here.is_disjoint(&kinds));
                    assert!(same || missing, "{step}: {} lacks {path} ({kinds:?}): {ours}", row.packet);
                }
                *compared.entry(command).or_default() += 1;
            }
            (theirs, ours) => {
                panic!("{step}: {} got {:?} here and {:?} there", row.packet, ours, theirs.map(|row| &row.packet))
            }
        }
    }
    let total: u32 = compared.values().sum();
    assert!(total >= 119 && compared.len() >= 41, "{total}: {compared:?}");
    assert!(silent >= 1, "what the real server swallows is swallowed");
    let known = [
        "channel_create",
        "push_get_vapid",
        "rate_limit_status",
        "role_create",
        "self_roles_list",
        "user_ban",
        "user_timeout",
        "user_update",
    ];
    assert_eq!(lacking.iter().map(String::as_str).collect::<BTreeSet<_>>(), known.into_iter().collect());
}

#[test]
fn accounts_of_its_own_are_made_and_refused_as_recorded() {
    let mut stage = Stage::new(Accounts::Both);
    let (id, outputs) = stage.server.connect(stage.now);
    stage.take(outputs);
    stage.heard(id);
    let rows: Vec<_> =
        recorded().into_iter().filter(|row| row.step.starts_with("cracked-mode: c1") && row.conn == "dave").collect();
    let mut asked = 0;
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| !row.from_server) {
        let answer = rows[at + 1..].iter().find(|row| row.from_server).unwrap();
        stage.say(id, &row.packet);
        let ours = stage.heard(id);
        assert_eq!(answer.packet["cmd"], ours[0]["cmd"], "{}", row.packet);
        assert_eq!(answer.packet["val"], ours[0]["val"], "{}", row.packet);
        asked += 1;
    }
    assert!(asked >= 6, "{asked}");
    let mut own = Stage::new(Accounts::Own);
    let (id, outputs) = own.server.connect(own.now);
    own.take(outputs);
    assert_eq!(own.heard(id)[0]["val"]["auth_mode"], "cracked-only");
    own.say(id, &json!({"cmd": "auth", "validator": "x"}));
    assert_eq!(own.heard(id)[0]["cmd"], "auth_error");
}

#[test]
fn a_proof_is_good_for_one_connection_and_a_while() {
    let mut stage = Stage::new(Accounts::Service);
    let mut connect = || {
        let (id, outputs) = stage.server.connect(stage.now);
        stage.take(outputs);
        let key = stage.heard(id)[0]["val"]["validator_key"].as_str().unwrap().to_owned();
        (id, key)
    };
    let ((first, key), (other, _)) = (connect(), connect());
    let (_, body) = stage.server.service.generate("tok-alice", &key, stage.now);
    let proof = serde_json::from_str::<Value>(&body).unwrap()["validator"].clone();
    let auth = json!({"cmd": "auth", "validator": proof});
    stage.say(other, &auth);
    assert_eq!(stage.heard(other)[0]["cmd"], "auth_error");
    stage.now += 301.0;
    stage.say(first, &auth);
    assert_eq!(stage.heard(first)[0]["cmd"], "auth_error");
    assert_eq!(stage.server.service.generate("tok-nobody", &key, stage.now).0, 403);
}

#[test]
fn a_server_that_is_started_again_gives_no_id_twice() {
    let said = |begin: f64| -> Vec<String> {
        let mut stage = Stage::new(Accounts::Service);
        stage.now = begin;
        let alice = stage.sign_in("alice");
        stage.heard(alice);
        for text in ["one", "two", "three"] {
            stage.say(alice, &json!({"cmd": "message_new", "channel": "general", "content": text}));
        }
        let heard = stage.heard(alice);
        heard.iter().filter_map(|packet| packet["message"]["id"].as_str().map(str::to_owned)).collect()
    };
    let (first, same, later) = (said(1_795_169_785.0), said(1_795_169_785.0), said(1_795_169_785.5));
    assert!(first.len() == 3 && first == same, "{first:?}, {same:?}");
    assert!(first.iter().all(|id| !later.contains(id)), "{first:?}, {later:?}");
}
