//! The processes of the benchmark: the provider and the relay are this program again, llmroute is the real binary in
//! a throw-away home.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use llmroute::bench::load::{Pace, Pool};
use llmroute::bench::process::{Memory, Process};
use llmroute::bench::shape::{Endpoint, Shape};
use llmroute::sim::Sim;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use crate::relay::Relay;

const LLMROUTE: &str = env!("CARGO_BIN_EXE_llmroute");

/// Everything that runs.
pub(crate) struct Stage {
    pub(crate) direct: Endpoint,
    pub(crate) relay: Actor,
    pub(crate) llmroute: Option<Actor>,
    pub(crate) notes: Vec<String>,
    _provider: Child,
    home: TempDir,
}

/// A process under test.
pub(crate) struct Actor {
    pub(crate) endpoint: Endpoint,
    pub(crate) process: Process,
    /// From its start to its first answered request.
    pub(crate) start: Duration,
    /// After that one request.
    pub(crate) idle: Option<Memory>,
    _child: Child,
}

/// What a child of this program can be.
pub(crate) trait Acting {
    fn address(&self) -> SocketAddr;
}

impl Acting for Relay {
    fn address(&self) -> SocketAddr {
        Self::address(self)
    }
}

impl Acting for Sim {
    fn address(&self) -> SocketAddr {
        self.addr()
    }
}

/// The life of a child: says where it listens, and goes on until its parent is gone.
pub(crate) async fn act(actor: impl Acting) -> anyhow::Result<()> {
    println!("{}", actor.address());
    let mut rest = Vec::new();
    tokio::io::stdin().read_to_end(&mut rest).await?;
    Ok(())
}

impl Stage {
    /// Starts all of it.
    pub(crate) async fn set(floor_only: bool) -> anyhow::Result<Self> {
        let (provider, address) = child(&["act-provider"]).await.context("the simulated provider")?;
        let direct = endpoint(address, "sim-bench", None);
        let began = now();
        let (relay, at) = child(&["act-relay", &address.to_string()]).await.context("the bare relay")?;
        let relay = Actor::meet(relay, endpoint(at, "sim-bench", None), began).await.context("the bare relay")?;
        let home = tempfile::tempdir()?;
        let mut stage = Self { direct, relay, llmroute: None, notes: Vec::new(), _provider: provider, home };
        if !floor_only {
            set_up(stage.home.path(), address).await?;
            stage.llmroute = Some(serve(stage.home.path(), &mut stage.notes).await?);
        }
        Ok(stage)
    }
}

impl Actor {
    /// Waits for the first answered request.
    async fn meet(child: Child, endpoint: Endpoint, began: Instant) -> anyhow::Result<Self> {
        let process = Process(child.id().context("it ended at once")?);
        let mut last = "nothing listens there".to_owned();
        while began.elapsed() < Duration::from_secs(20) {
            if let Ok(mut pool) = Pool::open(endpoint.clone(), Shape::SmallChat, 1).await {
                let run = pool.run(1, Pace::Closed).await?;
                if run.failed == 0 {
                    let start = began.elapsed();
                    // Whatever it puts off until after its start is idle memory as well.
                    tokio::time::sleep(Duration::from_millis(800)).await;
                    return Ok(Self { endpoint, process, start, idle: process.memory(), _child: child });
                }
                last = run.first_failure.unwrap_or(last);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("no request was answered within 20 s: {last}")
    }
}

fn endpoint(address: SocketAddr, model: &str, bearer: Option<String>) -> Endpoint {
    Endpoint { address, path: "/v1/chat/completions".to_owned(), model: model.to_owned(), bearer }
}

/// Starts this program again as an actor and reads where it listens.
async fn child(args: &[&str]) -> anyhow::Result<(Child, SocketAddr)> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let out = child.stdout.take().context("no stdout")?;
    let line = BufReader::new(out).lines().next_line().await?.context("it said nothing")?;
    Ok((child, line.parse()?))
}

/// Fills the throw-away home: one provider, its key, a group of one target, prices.
async fn set_up(home: &Path, provider: SocketAddr) -> anyhow::Result<()> {
    let base = format!("http://{provider}/v1");
    let commands: [(&[&str], &str); 4] = [
        (&["providers", "add", "sim", "--base-url", &base, "--speaks", "openai-chat"], ""),
        (&["keys", "add", "sim", "--stdin"], "sk-bench-0123456789abcdef\n"),
        (&["groups", "set", "bench", "sim/sim-bench=1"], ""),
        (&["prices", "set", "sim/sim-bench", "in=3", "out=15"], ""),
    ];
    for (args, input) in commands {
        let mut child = Command::new(LLMROUTE)
            .arg("--home")
            .arg(home)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| LLMROUTE.to_owned())?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!("llmroute {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
    }
    Ok(())
}

/// Starts llmroute with everything on. Its token is found where it puts it: a small file in the home.
async fn serve(home: &Path, notes: &mut Vec<String>) -> anyhow::Result<Actor> {
    // Asking for the token takes a first, short life, so that the measured one starts with the token at hand.
    let token = {
        let (_warm_up, port) = spawn(home, &[])?;
        wait_for(port).await?;
        find_token(home)
    };
    let auth: &[&str] = if token.is_some() { &[] } else { &["--no-auth"] };
    if token.is_none() {
        notes.push("llmroute ran without its token check: no token was found in its home".to_owned());
    }
    let began = now();
    let (child, port) = spawn(home, auth)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Actor::meet(child, endpoint(address, "bench", token), began).await.context("llmroute serve")
}

fn spawn(home: &Path, auth: &[&str]) -> anyhow::Result<(Child, u16)> {
    let port = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let child = Command::new(LLMROUTE)
        .arg("--home")
        .arg(home)
        .args(["serve", "--port", &port.to_string()])
        .args(auth)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| LLMROUTE.to_owned())?;
    Ok((child, port))
}

async fn wait_for(port: u16) -> anyhow::Result<()> {
    let began = now();
    while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
        if began.elapsed() > Duration::from_secs(20) {
            bail!("llmroute serve does not listen on port {port}");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// The local token: it has a prefix of its own.
fn find_token(home: &Path) -> Option<String> {
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let small = entry.metadata().is_ok_and(|it| it.len() < 1024);
            let text = if small { std::fs::read_to_string(&path).unwrap_or_default() } else { String::new() };
            if text.starts_with("llmr_") {
                return Some(text.trim().to_owned());
            }
        }
    }
    None
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}
