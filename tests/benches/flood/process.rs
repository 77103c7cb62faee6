//! What the system says of a process: time, memory, how often it slept.

use std::fs;
use std::time::Duration;

/// How long a thread was on a processor, in nanoseconds.
fn on_processor(task: String) -> u64 {
    let text = fs::read_to_string(format!("{task}/schedstat")).unwrap_or_default();
    text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}

/// Time on a processor of the thread that asks.
pub(crate) fn own_cpu() -> Duration {
    Duration::from_nanos(on_processor("/proc/thread-self".to_owned()))
}

/// Reads from `/proc`; the process must be running.
#[derive(Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    fn tasks(self) -> Vec<String> {
        let folder = format!("/proc/{}/task", self.0);
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path().to_string_lossy().into_owned()).collect()
    }

    /// Time on a processor, of all threads that are running.
    pub(crate) fn cpu(self) -> Duration {
        Duration::from_nanos(self.tasks().into_iter().map(on_processor).sum())
    }

    /// Time on a processor of the threads of this name.
    pub(crate) fn cpu_of(self, name: &str) -> Duration {
        let is_it =
            |task: &String| fs::read_to_string(format!("{task}/comm")).is_ok_and(|comm| comm.trim_end() == name);
        Duration::from_nanos(self.tasks().into_iter().filter(is_it).map(on_processor).sum())
    }

    fn field(self, file: &str, name: &str) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/{file}", self.0)).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// Memory in use, in MiB.
    pub(crate) fn rss(self) -> f64 {
        self.field("smaps_rollup", "Rss:") as f64 / 1024.0
    }

    /// The most memory that was ever in use, in MiB.
    pub(crate) fn peak(self) -> f64 {
        self.field("status", "VmHWM:") as f64 / 1024.0
    }

    /// How often a thread went to sleep, and so had to be woken.
    pub(crate) fn sleeps(self) -> u64 {
        let count = |task: String| {
            let text = fs::read_to_string(format!("{task}/status")).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            line.and_then(|rest| rest.trim().parse().ok()).unwrap_or(0)
        };
        self.tasks().into_iter().map(count).sum()
    }
}
