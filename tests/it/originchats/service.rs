//! The stand-in of the account service as anybody on this machine may ask it, a page in the browser among them; and worlds that are made alike.

use nib::demo::originchats::{AccountService, RunningService, ServiceAccount, Together, start_sample, start_service};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

async fn service() -> RunningService {
    let accounts =
        vec![ServiceAccount::new("robin", "USR:1", "tok-robin"), ServiceAccount::new("<b>\"o'x&", "USR:2", "tok-odd")];
    start_service(AccountService::of(3, accounts), HERE, false).await.unwrap()
}

/// Sends these bytes; what comes back until the end.
async fn answer(service: &RunningService, asked: &[u8]) -> String {
    let mut stream = TcpStream::connect(service.url().strip_prefix("http://").unwrap()).await.unwrap();
    // It may hang up in the middle of too much.
    let _ = stream.write_all(asked).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

async fn get(service: &RunningService, path: &str, host: &str, more: &str) -> String {
    answer(service, format!("GET {path} HTTP/1.1\r\n{host}{more}\r\n").as_bytes()).await
}

async fn page(service: &RunningService, path: &str) -> String {
    get(service, path, "Host: localhost\r\n", "").await
}

fn code(service: &RunningService) -> String {
    let (status, body) = service.service.link("code", "", 1.0e12);
    assert_eq!(status, 200);
    serde_json::from_str::<Value>(&body).unwrap()["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn only_questions_to_an_address_are_answered() {
    let service = service().await;
    for host in ["localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:4444", "[::1]", "[::1]:9", "192.168.7.3:80"] {
        for path in ["/link", "/link/code?name=nib"] {
            let answer = get(&service, path, &format!("Host: {host}\r\n"), "").await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{host}: {answer}");
        }
    }
    let token = "Authorization: Bearer tok-robin\r\n";
    for host in [
        "",
        "Host:\r\n",
        "Host: evil.example\r\n",
        "Host: evil.example:80\r\n",
        "Host: localhost.evil.example\r\n",
        "Host: 127.0.0.1.evil.example\r\n",
        "Host: evil.example:127.0.0.1\r\n",
        "Host: 127.0.0.1@evil.example\r\n",
        "Host: [::1].evil.example\r\n",
        "Host: localhost\r\nHost: evil.example\r\n",
        "Host: localhost, evil.example\r\n",
    ] {
        for path in ["/link", "/link/code", "/link/allow?code=000000&name=robin", "/generate_validator?key=k"] {
            let answer = get(&service, path, host, token).await;
            assert!(answer.starts_with("HTTP/1.1 421 "), "{host:?} {path}: {answer}");
            assert!(!answer.contains("robin") && !answer.contains("evil"), "{answer}");
        }
    }
}

#[tokio::test]
async fn nothing_comes_back_as_it_was_sent() {
    let service = service().await;
    for hostile in [
        "<script>alert(1)</script>",
        "\"><script>alert(1)</script>",
        "%22%3E%3Cscript%3E",
        "'onfocus='x",
        "%0d%0aX-Own: 1",
    ] {
        for path in [format!("/link?code={hostile}"), format!("/link/allow?code={hostile}&name={hostile}")] {
            let answer = page(&service, &path).await;
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            for mark in ["<script", "\"><", "'onfocus", "<b>"] {
                assert!(!body.contains(mark), "{mark} in {body}");
            }
            assert!(!head.contains("X-Own"), "{head}");
            for guard in ["Content-Security-Policy: default-src 'none'", "nosniff", "no-store"] {
                assert!(head.contains(guard), "no {guard} in {head}");
            }
        }
    }
    let answer = page(&service, "/link").await;
    assert!(answer.contains("<option>robin</option><option>&lt;b&gt;&quot;o&#39;x&amp;</option>"), "{answer}");
    let long = page(&service, &format!("/link?code={}", "A".repeat(7_000))).await;
    assert!(long.len() < 2_000 && long.contains(&"A".repeat(32)), "{long}");
}

#[tokio::test]
async fn another_page_allows_nothing() {
    let service = service().await;
    let code = code(&service);
    let path = format!("/link/allow?code={code}&name=robin");
    let forged = get(&service, &path, "Host: localhost\r\n", "Sec-Fetch-Site: cross-site\r\n").await;
    assert!(forged.starts_with("HTTP/1.1 403 "), "{forged}");
    let asked = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    assert!(answer(&service, asked.as_bytes()).await.starts_with("HTTP/1.1 404 "));
    assert_eq!(service.service.link("status", &code, 1.0e12).0, 404);
    let typed = get(&service, &path, "Host: localhost\r\n", "Sec-Fetch-Site: same-origin\r\n").await;
    assert!(typed.starts_with("HTTP/1.1 200 "), "{typed}");
    assert_eq!(service.service.link("status", &code, 1.0e12).0, 200);
}

#[tokio::test]
async fn what_is_no_question_is_hung_up_on_and_the_next_is_answered() {
    let service = service().await;
    let endless = format!("GET /link HTTP/1.1\r\nHost: localhost\r\nX: {}", "x".repeat(1 << 20));
    for asked in [endless.as_bytes(), b"\xff\xfe\r\n\r\n", b"", b"GET"] {
        let mut stream = TcpStream::connect(service.url().strip_prefix("http://").unwrap()).await.unwrap();
        let _ = stream.write_all(asked).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    }
    for asked in [
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET /%ff%zz%?&=&==%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "x\r\nHost: ::1\r\n\r\n",
    ] {
        let answer = answer(&service, asked.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{asked:?}: {answer}");
    }
    assert!(page(&service, "/link").await.starts_with("HTTP/1.1 200 "));
}

#[test]
fn codes_are_few_and_good_for_ten_minutes() {
    let service = AccountService::new(1);
    let asked = |now: f64| service.link("code", "", now);
    assert!((0..1_000).all(|_| asked(10.0).0 == 200));
    assert_eq!(asked(600.0).0, 429);
    let (status, body) = asked(611.0);
    assert_eq!(status, 200);
    let code = serde_json::from_str::<Value>(&body).unwrap()["code"].as_str().unwrap().to_owned();
    assert!(service.allow(&code, "bob"));
    assert_eq!(service.link("status", &code, 1_200.0).0, 200);
    assert_eq!(service.link("user", &code, 1_211.5).0, 404);
}

/// All that one of the people can read of the servers.
fn all_of(together: &Together) -> Value {
    let read = |server: usize| {
        let ask = |packet: Value| {
            let answer = together.servers[server].with(|server, now| server.play("robin", &packet, now));
            answer.unwrap_or_else(|| panic!("no answer to {packet}"))
        };
        let channels = ask(json!({"cmd": "channels_get"}));
        let mut told = vec![ask(json!({"cmd": "users_list"})), ask(json!({"cmd": "roles_list"}))];
        for channel in channels["val"].as_array().unwrap() {
            if channel["type"] == "text" || channel["type"] == "chat" {
                told.push(ask(json!({"cmd": "messages_get", "channel": channel["name"], "limit": 200})));
            }
            for thread in channel["threads"].as_array().into_iter().flatten() {
                told.push(ask(json!({"cmd": "messages_get", "thread_id": thread["id"], "limit": 200})));
            }
        }
        told.push(channels);
        Value::Array(told)
    };
    let accounts: Vec<_> = together.accounts.iter().map(|one| json!([one.name, one.id, one.token])).collect();
    json!([accounts, read(0), read(1), read(2)])
}

#[tokio::test]
async fn the_same_seed_and_moment_make_the_same_servers() {
    let at = |millis| Some(1_795_097_400_000_i64 + millis);
    let made = async |seed, at| all_of(&start_sample(seed, at, 0, HERE, false).await.unwrap());
    let first = made(1, at(0)).await;
    assert!(first.to_string().len() > 20_000 && first[1].to_string().contains("thread_id"));
    assert_eq!(first, made(1, at(0)).await);
    assert_ne!(first, made(2, at(0)).await, "another seed");
    assert_ne!(first, made(1, at(3_600_000)).await, "another moment");
}

#[tokio::test]
async fn the_poll_of_the_sample_takes_votes_and_its_emoji_have_names() {
    let together = start_sample(1, None, 0, HERE, false).await.unwrap();
    let ask = |packet: Value| together.servers[0].with(|server, now| server.play("robin", &packet, now)).unwrap();
    let page = ask(json!({"cmd": "messages_get", "channel": "general", "limit": 200}));
    let messages = page["messages"].as_array().unwrap();
    let poll = messages.iter().find(|message| message["embeds"][0]["type"] == "poll").expect("a poll");
    let voted = ask(json!({"cmd": "poll_vote", "message_id": poll["id"], "option_ids": ["2"]}));
    assert_eq!((&voted["cmd"], &voted["option_ids"]), (&json!("poll_vote"), &json!(["2"])), "{voted}");
    let told = ask(json!({"cmd": "poll_get", "message_id": poll["id"]}));
    assert_eq!(told["poll"]["user_votes"], json!(["2"]));
    assert_eq!(told["poll"]["created_by"], poll["user"]);
    let emoji = ask(json!({"cmd": "emoji_get_all"}));
    let named = |wire: &str| emoji["emojis"][wire.rsplit('/').next().unwrap()]["name"].is_string();
    let reactions = messages.iter().filter_map(|message| message["reactions"].as_object());
    let own: Vec<&String> = reactions.flat_map(|all| all.keys()).filter(|wire| wire.contains("/emojis/")).collect();
    assert!(!own.is_empty() && own.iter().all(|wire| named(wire)), "{own:?} in {emoji}");
}
