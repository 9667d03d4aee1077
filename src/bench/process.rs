//! What another process costs: its CPU time and memory, read from `/proc`. Only Linux has that; elsewhere there is
//! no figure, and the report says so.

use std::collections::BTreeMap;
use std::fs;

use serde::Serialize;

/// A process under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process(pub u32);

/// The CPU time of a process so far, thread by thread, in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cpu(BTreeMap<u32, u64>);

/// The memory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// Resident now, in KiB.
    pub resident_kib: u64,
    /// The most that ever was resident, in KiB.
    pub peak_kib: u64,
}

// === impl Process ===

impl Process {
    /// Its CPU time so far: the scheduler's own count of each thread, which has a resolution of nanoseconds where
    /// `/proc/PID/stat` counts in hundredths of a second. `None` where it cannot be read.
    #[must_use]
    pub fn cpu(self) -> Option<Cpu> {
        let mut threads = BTreeMap::new();
        for entry in fs::read_dir(format!("/proc/{}/task", self.0)).ok()? {
            let Some(thread) = entry.ok().and_then(|it| it.file_name().to_str()?.parse::<u32>().ok()) else { continue };
            // A thread may end between the listing and this read.
            let Ok(text) = fs::read_to_string(format!("/proc/{}/task/{thread}/schedstat", self.0)) else { continue };
            let Some(ran) = text.split_whitespace().next().and_then(|it| it.parse().ok()) else { continue };
            threads.insert(thread, ran);
        }
        (!threads.is_empty()).then_some(Cpu(threads))
    }

    /// Its memory. `None` where it cannot be read.
    #[must_use]
    pub fn memory(self) -> Option<Memory> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        let field = |name: &str| {
            let line = text.lines().find_map(|it| it.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Some(Memory { resident_kib: field("VmRSS:")?, peak_kib: field("VmHWM:")? })
    }
}

// === impl Cpu ===

impl Cpu {
    /// Nanoseconds since an earlier reading. What a thread used that ended in between is lost.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> u64 {
        let fresh = |(thread, ran): (&u32, &u64)| ran.saturating_sub(earlier.0.get(thread).copied().unwrap_or(0));
        self.0.iter().map(fresh).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_counted_by_thread() {
        let reading = |pairs: &[(u32, u64)]| Cpu(pairs.iter().copied().collect());
        let (before, after) = (reading(&[(1, 100), (2, 50)]), reading(&[(1, 130), (3, 7)]));
        assert_eq!(after.since(&before), 37);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_used_cpu_and_memory() {
        let me = Process(std::process::id());
        let before = me.cpu().expect("readable");
        let mut sum = 0u64;
        while me.cpu().expect("readable").since(&before) < 1_000_000 {
            sum = sum.wrapping_mul(31).wrapping_add(7);
        }
        let memory = me.memory().expect("readable");
        assert!(memory.resident_kib > 100 && memory.peak_kib >= memory.resident_kib / 2, "{memory:?} {sum}");
    }

    #[test]
    fn a_process_that_is_not_there_has_no_figures() {
        assert_eq!(Process(u32::MAX).cpu(), None);
        assert_eq!(Process(u32::MAX).memory(), None);
    }
}
