//! What is lost on its way: waited for, and asked for again.

use super::*;

#[test]
fn a_lost_connection_is_waited_for_and_what_is_there_stays() {
    let mut desk = Desk::new(600_000);
    desk.begin(600_000);
    desk.disk();
    desk.serve(0, u64::MAX);
    desk.disk();
    let had = desk.written.len();
    let (id, ..) = desk.asked[0];
    desk.event(Event::Link(HOME, LinkEvent::Down { reason: DownReason::Quiet, retry_in: Duration::from_secs(9) }));
    desk.answer(id, Err(Refusal::ours(RefusalKind::LinkLost, "lost")));
    assert_eq!(desk.stage(), Stage::Waiting);
    while desk.disk() {}
    assert_eq!((desk.asked.len(), desk.written.len()), (0, had));
    let caps = Caps { part: PART, ..Script::caps() };
    let me = user(ME, "me");
    desk.event(Event::Link(HOME, LinkEvent::SignedIn { me, session: None, token: Secret::new(String::new()), caps }));
    desk.run();
    assert!(desk.named && desk.written == desk.content);
}

#[test]
fn a_loss_is_waited_out_and_a_full_session_is_none() {
    for taken in [false, true] {
        let mut desk = Desk::new(600_000);
        desk.begin(600_000);
        desk.disk();
        for _ in 0..4 {
            let (id, ..) = desk.asked.pop_front().expect("a part is asked for");
            match taken {
                true => desk.answer(id, Err(Refusal::ours(RefusalKind::LinkLost, "lost"))),
                false => desk.event(Event::NotTaken(HOME, id)),
            }
            while desk.disk() {}
            assert_eq!((desk.stage(), desk.asked.len()), (Stage::Waiting, 0), "not in the same moment");
            assert!(desk.script.timers.contains_key(&nib::state::Timer::Download));
            desk.rest();
            desk.disk();
        }
        let (id, ..) = desk.asked[0];
        if taken {
            desk.answer(id, Err(Refusal::ours(RefusalKind::LinkLost, "lost")));
            assert_eq!(desk.failed(), "the connection was lost again and again");
        } else {
            // However often.
            desk.run();
            assert!(desk.named && desk.written == desk.content);
        }
    }
}
