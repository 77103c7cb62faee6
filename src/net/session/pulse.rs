//! Signs of life of the other side, and what follows when they are missing. Decides; the connection acts.
//!
//! - A ping goes out every while, and along with a request when nothing was heard lately: a user who writes is soon told.
//! - A ping or request that nothing follows is told after [`Timing::answer`], and taken back by whatever is heard next.
//! - After [`Timing::silence`] without anything the connection is dead, unless there was no way to ask it anything. After a sleep it is asked at once, and has [`Timing::probe`] from
//!   then on, however long the sleep was.

use super::Timing;
use crate::domain::Mono;
use std::time::Duration;

/// A request takes a ping along when nothing was heard for this part of the time in which a ping is to be answered.
const PAUSE: u32 = 5;

/// What time has brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Finding {
    /// The other side has been asked for a sign of life and gave none for so long.
    Silent(Duration),
    /// It does not live.
    Dead,
}

/// What is known of the other side's life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulse {
    timing: Timing,
    /// When it last showed that it lives.
    heard: Mono,
    /// When it was first asked since.
    asked: Option<Mono>,
    /// The core was told that it is silent.
    told: bool,
    /// When a connection that is in doubt is given up.
    doubted_until: Option<Mono>,
    next_ping: Mono,
}

impl Pulse {
    /// The connection has just opened.
    pub(super) fn new(timing: Timing, now: Mono) -> Self {
        Self { timing, heard: now, asked: None, told: false, doubted_until: None, next_ping: now }
    }

    /// Something was heard. Returns whether silence was told and is over.
    pub(super) fn heard(&mut self, now: Mono) -> bool {
        self.heard = now;
        self.asked = None;
        self.doubted_until = None;
        std::mem::take(&mut self.told)
    }

    /// Something is sent that is answered if anybody is there, or waits behind what the network does not take.
    pub(super) fn asked(&mut self, now: Mono) {
        self.asked.get_or_insert(now);
    }

    /// It was the time for a ping, whether one could be sent or not.
    pub(super) fn pinged(&mut self, now: Mono) {
        self.next_ping = now.plus(self.timing.ping);
    }

    /// The connection may have died unseen: it has a short while to show that it lives. Asking is the caller's business.
    pub(super) fn doubt(&mut self, now: Mono) {
        self.doubted_until.get_or_insert(now.plus(self.timing.probe));
    }

    /// The next ping goes out after so long at the latest.
    pub(super) fn ping_within(&mut self, pause: Duration, now: Mono) {
        self.next_ping = self.next_ping.min(now.plus(pause));
    }

    /// When the next ping is due by time alone.
    pub(super) fn next_ping(&self) -> Mono {
        self.next_ping
    }

    /// Whether a ping is to go along with a request that is sent now.
    pub(super) fn is_stale(&self, now: Mono) -> bool {
        self.asked.is_none() && now.since(self.heard) >= self.timing.answer / PAUSE
    }

    /// When [`Pulse::look`] will find something if nothing is heard. `able`: the other side can be asked; else it may be silent for as long as it likes.
    pub(super) fn deadline(&self, able: bool) -> Option<Mono> {
        let silent = self.asked.filter(|_| !self.told).map(|asked| asked.plus(self.timing.answer));
        [silent, able.then(|| self.dead_at())].into_iter().flatten().min()
    }

    /// What time has brought; each silence is told once. `able` as for [`Pulse::deadline`].
    pub(super) fn look(&mut self, now: Mono, able: bool) -> Option<Finding> {
        if able && now >= self.dead_at() {
            return Some(Finding::Dead);
        }
        let silent = self.asked.map(|asked| now.since(asked)).filter(|since| *since >= self.timing.answer);
        silent.filter(|_| !std::mem::replace(&mut self.told, true)).map(Finding::Silent)
    }

    /// Until when a connection that is in doubt may show that it lives.
    pub(super) fn doubted_until(&self) -> Option<Mono> {
        self.doubted_until
    }

    /// In doubt, the time since the last sign of life says nothing: nobody was there to hear one.
    fn dead_at(&self) -> Mono {
        self.doubted_until.unwrap_or(self.heard.plus(self.timing.silence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Mono {
        Mono::default().plus(Duration::from_secs(seconds))
    }

    #[test]
    fn silence_is_told_once_and_ends_with_anything_heard() {
        let mut pulse = Pulse::new(Timing::default(), at(0));
        pulse.asked(at(0));
        assert_eq!((pulse.look(at(9), true), pulse.deadline(true)), (None, Some(at(10))));
        assert_eq!(pulse.look(at(12), true), Some(Finding::Silent(Duration::from_secs(12))));
        pulse.asked(at(30));
        assert_eq!((pulse.look(at(45), true), pulse.deadline(true)), (None, Some(at(75))));
        assert!(pulse.heard(at(50)) && !pulse.heard(at(51)));
        assert_eq!(pulse.look(at(100), true), None, "nothing was asked");
        assert_eq!(pulse.look(at(126), true), Some(Finding::Dead));
    }

    #[test]
    fn a_ping_may_come_sooner_and_never_later() {
        let mut pulse = Pulse::new(Timing::default(), at(0));
        pulse.pinged(at(0));
        assert_eq!(pulse.next_ping(), at(30));
        pulse.ping_within(Duration::from_secs(3), at(10));
        pulse.ping_within(Duration::from_secs(9), at(11));
        assert_eq!(pulse.next_ping(), at(13));
    }

    #[test]
    fn a_doubted_connection_has_a_short_while_that_more_doubt_does_not_lengthen() {
        let mut pulse = Pulse::new(Timing::default(), at(0));
        pulse.heard(at(100));
        pulse.doubt(at(110));
        pulse.asked(at(110));
        pulse.doubt(at(114));
        assert_eq!((pulse.look(at(114), true), pulse.deadline(true)), (None, Some(at(115))));
        let mut alive = pulse;
        assert!(!alive.heard(at(114)));
        assert_eq!(alive.look(at(120), true), None);
        assert_eq!(pulse.look(at(115), true), Some(Finding::Dead));
        // However long nobody looked.
        alive.doubt(at(9_000));
        assert_eq!((alive.look(at(9_004), true), alive.deadline(true)), (None, Some(at(9_005))));
        assert_eq!(alive.look(at(9_005), true), Some(Finding::Dead));
    }

    #[test]
    fn who_cannot_be_asked_may_be_silent() {
        let mut pulse = Pulse::new(Timing::default(), at(0));
        pulse.pinged(at(0));
        pulse.doubt(at(20));
        assert_eq!((pulse.look(at(5_000), false), pulse.deadline(false)), (None, None));
        pulse.asked(at(5_000));
        assert_eq!(pulse.deadline(false), Some(at(5_010)), "a request is to be followed by something");
        assert_eq!(pulse.look(at(5_010), false), Some(Finding::Silent(Duration::from_secs(10))));
        assert!(pulse.heard(at(5_020)));
        assert_eq!((pulse.look(at(5_094), true), pulse.look(at(5_095), true)), (None, Some(Finding::Dead)));
    }

    #[test]
    fn a_request_after_a_pause_takes_a_ping_along() {
        let mut pulse = Pulse::new(Timing::default(), at(0));
        assert!(!pulse.is_stale(at(1)) && pulse.is_stale(at(2)));
        pulse.asked(at(2));
        assert!(!pulse.is_stale(at(20)), "one is under way");
    }

    proptest! {
        #[test]
        fn nothing_is_found_before_the_deadline_and_something_at_it(steps in prop::collection::vec((0_u8..4, 0_u64..40), 0..60)) {
            let mut pulse = Pulse::new(Timing::default(), at(0));
            let mut now = 0;
            for (what, seconds) in steps {
                now += seconds;
                match what {
                    0 => _ = pulse.heard(at(now)),
                    1 => {
                        pulse.pinged(at(now));
                        pulse.asked(at(now));
                    }
                    2 => pulse.doubt(at(now)),
                    _ => _ = pulse.look(at(now), true),
                }
                let deadline = pulse.deadline(true).unwrap();
                let mut early = pulse;
                if at(now) < deadline {
                    prop_assert_eq!(early.look(at(now), true), None);
                }
                let found = early.look(deadline.max(at(now)), true);
                prop_assert!(found.is_some());
                // What was told is not due again: a loop that sleeps until the deadline does not spin.
                prop_assert!(found == Some(Finding::Dead) || early.deadline(true) > Some(deadline.max(at(now))));
            }
        }
    }
}
