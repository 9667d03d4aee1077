//! Binding: both loopback addresses on one port, or a refusal that says who holds it. A port held on 127.0.0.1 alone
//! could be taken on [::1] by any other user of the machine, who would then be sent tokens and prompts.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

/// Connections the kernel may queue.
const BACKLOG: i32 = 1024;
/// Free ports tried when any port will do but one of the two addresses is taken.
const TRIES: usize = 16;

/// The bound listeners.
#[derive(Debug)]
pub struct Listening {
    /// 127.0.0.1.
    pub v4: TcpListener,
    /// [::1]; `None` on a machine without IPv6.
    pub v6: Option<TcpListener>,
    /// The port of both.
    pub port: u16,
}

/// The port cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody holds it.
    #[error("{address} is in use")]
    Taken {
        /// The exact address.
        address: SocketAddr,
    },
    /// Anything else the system says.
    #[error("{address} cannot be bound: {source}")]
    Failed {
        /// The exact address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// Binds `port` on both loopback addresses; 0 = any free port. Must be called within the runtime.
///
/// # Errors
/// Either address is taken or cannot be bound. A machine without IPv6 is no error.
pub fn bind(port: u16) -> Result<Listening, BindError> {
    let mut tries = if port == 0 { TRIES } else { 1 };
    loop {
        let v4 = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let address = v4
            .local_addr()
            .map_err(|source| BindError::Failed { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), source })?;
        let port = address.port();
        match listen(SocketAddr::from((Ipv6Addr::LOCALHOST, port))) {
            Ok(v6) => return Ok(Listening { v4, v6: Some(v6), port }),
            Err(BindError::Failed { source, .. }) if lacks_ipv6(&source) => {
                return Ok(Listening { v4, v6: None, port });
            }
            Err(error) => {
                tries -= 1;
                if tries == 0 {
                    return Err(error);
                }
            }
        }
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, BindError> {
    let bound = || -> io::Result<TcpListener> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        // Without it a restart would wait a minute for connections that ended just before.
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    bound().map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::Taken { address },
        _ => BindError::Failed { address, source },
    })
}

/// No IPv6 at all, or no [::1] on the loopback interface.
fn lacks_ipv6(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable || error.kind() == io::ErrorKind::Unsupported || {
        // EAFNOSUPPORT has no `ErrorKind` of its own; 97 is Linux, 47 macOS and the BSDs.
        matches!(error.raw_os_error(), Some(97 | 47))
    }
}
