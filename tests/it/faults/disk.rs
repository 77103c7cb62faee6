//! A disk that is full: what cannot be kept says so and is not sent; what was kept arrives once, in order.

use super::client::{Beginning, Client, settle, until};
use super::clock::{Daytime, standing};
use super::compare::record;
use super::home::Home;
use super::osmium::Osmium;
use super::schedule::Far;
use nib::domain::ChatId;
use nib::state::Action;
use nib::state::outbox::Stage;
use std::time::Duration;

/// How many messages are written; more than there is room for.
const MESSAGES: usize = 60;
/// Pages that are left: not enough for so many messages of this length.
const PAGES: u64 = 12;
const LONG: usize = 1_500;
const PATIENCE: Duration = Duration::from_secs(60);

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

#[test]
fn on_a_full_disk_nothing_is_sent_that_is_not_kept_and_nothing_lost_that_is() {
    standing(async {
        let far = Osmium::start(3).await;
        let day = Daytime::new();
        let home = Home::of(&far.setup(far.address()));
        let begin = |seed, offline, max_pages| {
            Client::start(Beginning {
                account: home.account(),
                home: &home,
                day: &day,
                seed,
                front: true,
                offline,
                max_pages,
            })
        };
        let mut client = begin(1, false, None);
        assert!(until(&mut [&mut client], || 0, PATIENCE, |of| of[0].open().is_some() && of[0].is_quiet()).await);
        home.know(client.account());
        let chat: ChatId = client.open().expect("a chat is open");
        client.close().await;

        let size = std::fs::metadata(home.paths().store_file()).expect("a store").len();
        let most = u32::try_from(size / 4_096 + PAGES).expect("a small store");
        let mut client = begin(2, true, Some(most));
        assert!(until(&mut [&mut client], || 0, PATIENCE, |of| of[0].open() == Some(chat)).await);
        settle(&mut [&mut client], || 0).await;
        for number in 0..MESSAGES {
            client.act(Action::FocusComposer);
            client.act(Action::Insert(format!("m{number} {}", "x".repeat(LONG))));
            client.act(Action::Send);
            settle(&mut [&mut client], || 0).await;
        }
        let mut kept = Vec::new();
        let mut refused = 0;
        for (_, row) in client.rows() {
            match &row.stage {
                Stage::Queued => kept.push(first_word(&row.outgoing.text).to_owned()),
                Stage::Failed(why) => {
                    assert!(why.text.contains("there is no space left"), "{}", why.text);
                    refused += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(kept.len() + refused, MESSAGES, "everything is to be seen");
        assert!(!kept.is_empty() && refused > 0, "{} kept, {refused} refused", kept.len());
        client.close().await;

        let mut client = begin(3, false, None);
        assert!(until(&mut [&mut client], || 0, PATIENCE, |of| of[0].rows().count() == 0 && of[0].is_quiet()).await);
        let none = Home::empty();
        let mut witness = Client::start(Beginning {
            account: far.setup(far.address()),
            home: &none,
            day: &day,
            seed: 4,
            front: false,
            offline: false,
            max_pages: None,
        });
        assert!(until(&mut [&mut witness], || 0, PATIENCE, |of| of[0].is_quiet()).await);
        let there = record(&mut witness, chat).await.expect("history");
        let there: Vec<&str> = there.iter().map(|message| first_word(&message.body.text)).collect();
        let there: Vec<&str> = there.into_iter().filter(|name| name.starts_with('m')).collect();
        assert_eq!(there, kept, "what was kept, once, in order, and nothing else");
        client.close().await;
        witness.close().await;
    });
}
