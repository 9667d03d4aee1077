//! Who holds a port: asked only after binding to it failed, to name the culprit.

use std::fmt;
use std::fs;

/// A process that listens on a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    /// Its process id.
    pub(super) pid: u32,
    /// Its program's name, as the system knows it.
    pub(super) program: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (pid {})", self.program, self.pid)
    }
}

/// The process that listens on `port`, where the system tells (Linux, and only for processes of the same user).
#[must_use]
pub(super) fn of(port: u16) -> Option<Holder> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let inodes: Vec<String> = tables
        .iter()
        .filter_map(|it| fs::read_to_string(it).ok())
        .flat_map(|table| table.lines().filter_map(|line| listening_inode(line, port)).collect::<Vec<_>>())
        .collect();
    let wanted: Vec<String> = inodes.iter().map(|it| format!("socket:[{it}]")).collect();
    if wanted.is_empty() {
        return None;
    }
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let pids = processes.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    pids.into_iter().find(|pid| holds(*pid, &wanted)).map(|pid| {
        let program = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let program = if program.trim().is_empty() { "another program" } else { program.trim() };
        Holder { pid, program: program.to_owned() }
    })
}

/// The socket's inode, if a line of the kernel's table is of a socket that listens on `port`. The columns: number,
/// local `ADDRESS:PORT` in hexadecimal, remote, state (`0A` = listening), queues, timer, retransmits, uid, timeout,
/// inode.
fn listening_inode(line: &str, port: u16) -> Option<String> {
    let mut columns = line.split_whitespace();
    let local = columns.nth(1)?;
    let state = columns.nth(1)?;
    let inode = columns.nth(5)?;
    let (_, local_port) = local.rsplit_once(':')?;
    (state == "0A" && u16::from_str_radix(local_port, 16) == Ok(port)).then(|| inode.to_owned())
}

fn holds(pid: u32, wanted: &[String]) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    files
        .flatten()
        .filter_map(|it| fs::read_link(it.path()).ok())
        .any(|link| link.to_str().is_some_and(|link| wanted.iter().any(|it| it == link)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernels_table() {
        let line =
            "   0: 0100007F:2124 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 48213 1 0000";
        assert_eq!(listening_inode(line, 8484), Some("48213".to_owned()));
        assert_eq!(listening_inode(line, 8485), None);
        let established = line.replace(" 0A ", " 01 ");
        assert_eq!(listening_inode(&established, 8484), None);
        assert_eq!(listening_inode("  sl  local_address rem_address   st", 8484), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_very_process_is_found() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let holder = of(socket.local_addr().unwrap().port()).unwrap();
        assert_eq!(holder.pid, std::process::id());
    }
}
