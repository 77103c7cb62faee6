//! The compiled schema and the method table against copies of the published tables, row for row, in both directions.
//!
//! `data/wire.tsv` lists every field, enum value and reserved number; `data/rpc.tsv` every method with its reply and class.

use std::collections::{BTreeMap, BTreeSet};

use nib::net::osmium::rpc::{self, Class, Method};
use nib::net::osmium::wire::{self, core};
use nib::net::{Frame, Out};
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet};

const WIRE_TABLE: &str = include_str!("data/wire.tsv");
const METHOD_TABLE: &str = include_str!("data/rpc.tsv");

fn descriptors() -> FileDescriptorSet {
    FileDescriptorSet::decode(wire::DESCRIPTORS).unwrap()
}

/// The descriptors as rows of the table, in no particular order.
fn compiled_rows() -> Vec<String> {
    let mut rows = Vec::new();
    for file in descriptors().file {
        assert_eq!(file.syntax(), "proto3", "{}", file.name());
        assert!(file.package().starts_with("osmium.client."), "{}", file.name());
        for message in &file.message_type {
            message_rows(file.package(), "", message, &mut rows);
        }
        for enumeration in &file.enum_type {
            enum_rows(file.package(), "", enumeration, &mut rows);
        }
    }
    rows
}

fn message_rows(package: &str, parent: &str, message: &DescriptorProto, rows: &mut Vec<String>) {
    let name = format!("{parent}{}", message.name());
    let mut own = Vec::new();
    for field in &message.field {
        let label = if field.label() == Label::Repeated {
            "repeated"
        } else if field.proto3_optional() {
            "optional"
        } else {
            "singular"
        };
        // A field marked optional lives in a oneof of its own that nobody wrote.
        let oneof = match field.oneof_index {
            Some(index) if !field.proto3_optional() => message.oneof_decl[usize::try_from(index).unwrap()].name(),
            _ => "-",
        };
        let deprecated = field.options.as_ref().is_some_and(|options| options.deprecated());
        own.push(format!(
            "{}\t{}\t{}\t{label}\t{oneof}\t{}",
            field.name(),
            field.number(),
            type_name(field),
            u8::from(deprecated)
        ));
    }
    for range in &message.reserved_range {
        for number in range.start()..range.end() {
            own.push(format!("<reserved>\t{number}\treserved\t-\t-\t0"));
        }
    }
    assert!(message.reserved_name.is_empty(), "{package}.{name} reserves a name, for which the table has no column");
    if own.is_empty() {
        own.push("<no-fields>\t0\tempty-message\t-\t-\t0".to_owned());
    }
    rows.extend(own.into_iter().map(|row| format!("message\t{package}\t{name}\t{row}")));
    let inner = format!("{name}.");
    for nested in &message.nested_type {
        message_rows(package, &inner, nested, rows);
    }
    for nested in &message.enum_type {
        enum_rows(package, &inner, nested, rows);
    }
}

fn enum_rows(package: &str, parent: &str, enumeration: &EnumDescriptorProto, rows: &mut Vec<String>) {
    let name = format!("{parent}{}", enumeration.name());
    for value in &enumeration.value {
        let deprecated = value.options.as_ref().is_some_and(|options| options.deprecated());
        rows.push(format!(
            "enum\t{package}\t{name}\t{}\t{}\tenum-value\t-\t-\t{}",
            value.name(),
            value.number(),
            u8::from(deprecated)
        ));
    }
    for range in &enumeration.reserved_range {
        rows.push(format!(
            "enum\t{package}\t{name}\t<reserved>\t{}..={}\treserved\t-\t-\t0",
            range.start(),
            range.end()
        ));
    }
}

fn type_name(field: &FieldDescriptorProto) -> String {
    let referenced = field.type_name().trim_start_matches('.');
    match field.r#type() {
        Type::Message => referenced.to_owned(),
        Type::Enum => format!("enum:{referenced}"),
        scalar => scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    }
}

fn table_rows(table: &str) -> Vec<String> {
    table.lines().skip(1).map(str::to_owned).collect()
}

fn assert_same_rows(expected: Vec<String>, actual: Vec<String>) {
    let unique = |rows: &[String]| rows.iter().cloned().collect::<BTreeSet<_>>();
    let (expected_set, actual_set) = (unique(&expected), unique(&actual));
    assert_eq!(expected_set.len(), expected.len(), "the table repeats a row");
    assert_eq!(actual_set.len(), actual.len(), "the code repeats a row");
    let missing: Vec<_> = expected_set.difference(&actual_set).collect();
    let surplus: Vec<_> = actual_set.difference(&expected_set).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "only in the table: {missing:#?}\nonly in the code: {surplus:#?}"
    );
}

#[test]
fn the_schema_is_the_published_one_row_for_row() {
    let expected = table_rows(WIRE_TABLE);
    assert_eq!(expected.len(), 1065, "the copy of the table is incomplete");
    assert_same_rows(expected, compiled_rows());
}

#[test]
fn every_optional_field_has_its_own_synthetic_oneof() {
    fn check(message: &DescriptorProto) {
        for (index, oneof) in message.oneof_decl.iter().enumerate() {
            let members: Vec<_> =
                message.field.iter().filter(|field| field.oneof_index == i32::try_from(index).ok()).collect();
            if members.iter().any(|field| field.proto3_optional()) {
                assert_eq!(members.len(), 1, "{}.{}", message.name(), oneof.name());
            }
        }
        message.nested_type.iter().for_each(check);
    }
    descriptors().file.iter().flat_map(|file| &file.message_type).for_each(check);
}

#[test]
fn every_message_and_enum_says_what_it_is_for() {
    // Paths of the source info: 4 and 5 are a file's messages and enums, 3 and 4 those nested in a message.
    fn paths(message: &DescriptorProto, path: Vec<i32>, all: &mut Vec<Vec<i32>>) {
        for (index, nested) in (0..).zip(&message.nested_type) {
            paths(nested, [path.as_slice(), &[3, index]].concat(), all);
        }
        for (index, _) in (0..).zip(&message.enum_type) {
            all.push([path.as_slice(), &[4, index]].concat());
        }
        all.push(path);
    }
    for file in descriptors().file {
        let mut all = Vec::new();
        for (index, message) in (0..).zip(&file.message_type) {
            paths(message, vec![4, index], &mut all);
        }
        for (index, _) in (0..).zip(&file.enum_type) {
            all.push(vec![5, index]);
        }
        assert!(!all.is_empty(), "{}", file.name());
        let locations = &file.source_code_info.as_ref().unwrap().location;
        for path in all {
            let location = locations.iter().find(|location| location.path == path).unwrap();
            let comment = location.leading_comments().trim();
            let line = location.span[0] + 1;
            assert!(comment.ends_with('.') && comment.contains(' '), "{}:{line} has no comment", file.name());
        }
    }
}

/// The members of the one real oneof of a message in the core package: name and number by type.
fn members(message: &str) -> BTreeMap<String, (String, u32)> {
    let set = descriptors();
    let core = set.file.iter().find(|file| file.package() == "osmium.client.core").unwrap();
    let message = core.message_type.iter().find(|candidate| candidate.name() == message).unwrap();
    let mut members = BTreeMap::new();
    for field in message.field.iter().filter(|field| field.oneof_index.is_some() && !field.proto3_optional()) {
        let member = (field.name().to_owned(), u32::try_from(field.number()).unwrap());
        let earlier = members.insert(type_name(field), member);
        // The typed pairing of the method table rests on this.
        assert_eq!(earlier, None, "two members of {} have the type {}", message.name(), type_name(field));
    }
    members
}

#[test]
fn the_methods_are_the_published_ones_row_for_row() {
    let results = members("RPCResult");
    let actual = rpc::METHODS.iter().map(|method| {
        let class = match method.class {
            Class::Read => "read",
            Class::IdempotentWrite => "idempotent-write",
            Class::Write => "non-idempotent-write",
        };
        let member = match method.reply {
            Some(reply) => {
                let (name, number) = &results[reply];
                format!("{name}={number}")
            }
            None => "-".to_owned(),
        };
        let early = if method.before_sign_in { "y" } else { "n" };
        let reply = method.reply.unwrap_or("()");
        format!("{}\t{}\t{}\t{reply}\t{member}\t{class}\t{early}", method.number, method.name, method.request)
    });
    // The last two columns, age and remarks, say nothing about the call.
    let expected = table_rows(METHOD_TABLE)
        .iter()
        .map(|row| row.split('\t').take(7).collect::<Vec<_>>().join("\t"))
        .collect::<Vec<_>>();
    assert_eq!(expected.len(), 118, "the copy of the table is incomplete");
    assert_same_rows(expected, actual.collect());
}

#[test]
fn every_request_member_has_exactly_one_method() {
    let from_schema: BTreeSet<_> =
        members("ClientMessage").into_iter().map(|(request, (name, number))| (number, name, request)).collect();
    let from_table: BTreeSet<_> =
        rpc::METHODS.iter().map(|method| (method.number, method.name.to_owned(), method.request.to_owned())).collect();
    assert_eq!(from_table.len(), rpc::METHODS.len(), "a method is listed twice");
    assert_eq!(from_schema, from_table);
    assert!(rpc::METHODS.is_sorted_by(|one, next| one.number < next.number), "lookup by number needs this order");
}

#[test]
fn every_result_member_is_the_reply_of_some_method() {
    let replies: BTreeSet<_> = rpc::METHODS.iter().filter_map(|method| method.reply).collect();
    for (reply, (name, _)) in members("RPCResult") {
        // A refusal answers any method and is the reply of none.
        if name != "error" {
            assert!(replies.contains(reply.as_str()), "no method is answered with {name}");
        }
    }
}

#[test]
fn a_wrapped_request_is_written_under_its_number() {
    fn check<M: Method>() {
        let frame = core::ClientMessage { id: 0, message: Some(M::default().wrap()) };
        let mut expected = Vec::new();
        prost::encoding::encode_key(M::NUMBER, prost::encoding::WireType::LengthDelimited, &mut expected);
        expected.push(0);
        assert_eq!(frame.encode_to_vec(), expected, "{}", M::NAME);
        assert_eq!(rpc::by_number(M::NUMBER).unwrap().name, M::NAME);
    }
    check::<wire::auth::LegacySignIn>();
    check::<wire::auth::SignIn>();
    check::<wire::auth::Authorize>();
    check::<wire::oauth::Authorize>();
    check::<wire::communities::GetRoomStates>();
    check::<wire::voice::GetRoomStates>();
    check::<wire::messages::SendMessage>();
    check::<wire::voice::DisconnectUser>();
}

#[test]
fn the_shortest_frames_have_the_observed_bytes() {
    assert_eq!(core::ClientMessage { id: 1, message: None }.encode_to_vec(), [0x08, 0x01], "keepalive");
    let empty = |id, req_id| {
        let result = core::RpcResult { req_id, ..Default::default() };
        core::ServerMessage { id, message: Some(core::server_message::Message::Result(result)) }.encode_to_vec()
    };
    assert_eq!(empty(11, 300), [0x08, 0x0b, 0x1a, 0x03, 0x08, 0xac, 0x02], "an empty result");
    assert_eq!(empty(0, 0), [0x1a, 0x00], "an empty result to a request without an id");
}

#[test]
fn an_unknown_member_is_skipped_and_the_rest_is_read() {
    // Update number 999, then the frame's id.
    let bytes = [0x12, 0x03, 0xba, 0x3e, 0x00, 0x08, 0x07];
    let frame = core::ServerMessage::decode(bytes.as_slice()).unwrap();
    assert_eq!(frame.id, 7);
    let Some(core::server_message::Message::Update(update)) = frame.message else { panic!("not an update") };
    assert_eq!(update.update, None);
}

#[test]
fn debug_output_never_holds_a_secret() {
    let secret = SECRET;
    let proof = wire::auth::complete_sign_in::Proof::RecoveryCode(secret.to_owned());
    let requests = [
        wire::auth::SignIn { email: "ada@example.org".to_owned(), password: secret.to_owned() }.wrap(),
        wire::auth::Authorize { token: secret.to_owned() }.wrap(),
        wire::auth::CompleteSignIn { challenge_id: secret.to_owned(), proof: Some(proof) }.wrap(),
    ];
    for request in requests {
        let text = format!("{:?}", core::ClientMessage { id: 1, message: Some(request) });
        assert!(!text.contains(secret), "{text}");
        assert!(text.contains("<redacted>"), "{text}");
    }
    let authorization = wire::auth::Authorization { token: secret.to_owned(), session_id: 77, user: None };
    let text = format!(
        "{:?}",
        wire::auth::SignIn::wrap_reply(wire::auth::SignInResult {
            result: Some(wire::auth::sign_in_result::Result::Authorization(authorization)),
        })
    );
    assert!(!text.contains(secret) && text.contains("77"), "{text}");
}

/// Fields of text and bytes that may be printed, one a line. Whatever is not here holds a secret until somebody decides otherwise.
const HARMLESS: &str = include_str!("data/harmless.txt");

/// Every message by its full name.
fn messages() -> BTreeMap<String, DescriptorProto> {
    fn add(parent: &str, message: &DescriptorProto, all: &mut BTreeMap<String, DescriptorProto>) {
        let name = format!("{parent}.{}", message.name());
        message.nested_type.iter().for_each(|nested| add(&name, nested, all));
        all.insert(name, message.clone());
    }
    let mut all = BTreeMap::new();
    for file in descriptors().file {
        file.message_type.iter().for_each(|message| add(file.package(), message, &mut all));
    }
    all
}

#[test]
fn every_field_is_harmless_by_name_or_in_a_message_that_prints_nothing() {
    let mut printed = Vec::new();
    for (name, message) in messages() {
        let name = name.trim_start_matches("osmium.client.");
        let text = |field: &&FieldDescriptorProto| matches!(field.r#type(), Type::String | Type::Bytes);
        if !wire::REDACTED.contains(&name) {
            printed.extend(message.field.iter().filter(text).map(|field| format!("{name}.{}", field.name())));
        }
    }
    printed.sort();
    assert_eq!(printed, HARMLESS.lines().collect::<Vec<_>>());
}

/// Encodings of a message that between them hold every member of every oneof. Texts are `SECRET` in messages that print nothing.
fn samples(name: &str, all: &BTreeMap<String, DescriptorProto>, depth: usize) -> Vec<Vec<u8>> {
    let message = &all[name];
    let hidden = wire::REDACTED.contains(&name.trim_start_matches("osmium.client."));
    let sample = |field: &FieldDescriptorProto| -> Vec<Vec<u8>> {
        let parts = match field.r#type() {
            // The only texts that messages with a secret show all the same.
            Type::String if hidden && !matches!(field.name(), "scope" | "product_id") => {
                vec![SECRET.as_bytes().to_vec()]
            }
            Type::Bytes if hidden => vec![SECRET.as_bytes().to_vec()],
            Type::String | Type::Bytes => vec![b"plain".to_vec()],
            Type::Message if depth > 0 => samples(field.type_name().trim_start_matches('.'), all, depth - 1),
            _ => return Vec::new(),
        };
        let number = u32::try_from(field.number()).unwrap();
        let written = |part: Vec<u8>| {
            let mut bytes = Vec::new();
            prost::encoding::encode_key(number, prost::encoding::WireType::LengthDelimited, &mut bytes);
            prost::encoding::encode_varint(part.len() as u64, &mut bytes);
            [bytes, part].concat()
        };
        parts.into_iter().map(written).collect()
    };
    let mut choices: BTreeMap<(bool, i32), Vec<Vec<u8>>> = BTreeMap::new();
    for field in &message.field {
        let place = match field.oneof_index {
            Some(index) if !field.proto3_optional() => (true, index),
            _ => (false, field.number()),
        };
        choices.entry(place).or_default().extend(sample(field));
    }
    choices.retain(|_, choice| !choice.is_empty());
    let most = choices.values().map(Vec::len).max().unwrap_or(1);
    (0..most).map(|at| choices.values().flat_map(|choice| choice[at % choice.len()].clone()).collect()).collect()
}

const SECRET: &str = "hunter2-swordfish";

#[test]
fn no_message_prints_what_opens_a_door() {
    let all = messages();
    let holds = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
    let mut hidden = 0;
    let mut check = |bytes: &[u8], printed: [String; 2]| {
        hidden += usize::from(holds(bytes));
        for text in printed {
            assert!(!text.contains(SECRET), "{text}");
            assert!(!holds(bytes) || text.contains("<redacted>"), "{text}");
        }
    };
    for bytes in samples("osmium.client.core.ClientMessage", &all, 9) {
        let frame = core::ClientMessage::decode(bytes.as_slice()).unwrap();
        check(&bytes, [format!("{frame:?}"), format!("{frame:#?}")]);
    }
    for bytes in samples("osmium.client.core.ServerMessage", &all, 9) {
        let frame = core::ServerMessage::decode(bytes.as_slice()).unwrap();
        check(&bytes, [format!("{frame:?}"), format!("{frame:#?}")]);
    }
    assert!(hidden >= wire::REDACTED.len(), "only {hidden} frames held a secret");
}

#[test]
fn frames_tell_their_size_alone() {
    let request = wire::auth::Authorize { token: SECRET.to_owned() }.wrap();
    let bytes = core::ClientMessage { id: 1, message: Some(request) }.encode_to_vec();
    let frames = vec![Frame::Binary(bytes.clone().into()), Frame::Text(SECRET.to_owned())];
    let out = Out { frames, ..Out::default() };
    let text = format!("{out:?} {out:#?}");
    assert!(!text.contains(SECRET) && !text.contains("swordfish"), "{text}");
    assert!(text.contains(&format!("Binary({} bytes)", bytes.len())), "{text}");
}
