//! The container engine: finding it, asking it, and putting its answers into
//! the model. The only layer that uses bollard; its types stop here.

mod bounded;
mod connect;
mod container;
mod contexts;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod engines;
mod exec;
mod image;
mod lenient;
mod made_with;
#[cfg(target_os = "linux")]
mod namespaces;
mod observe;
mod place;
mod podman;
mod ports;
#[cfg(target_os = "linux")]
mod process;
mod scan;
mod small_file;
mod ssh;
mod swarm;
mod tls;
mod translate;

pub use connect::Engine;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::Visitor;
pub use engines::{Engines, gather};
pub use exec::{Ended, Exec, Ran};
#[cfg(target_os = "linux")]
pub use namespaces::{Visitor, may_enter};
#[cfg(any(test, fuzzing))]
pub use observe::read_by_chance;
pub use observe::{ObserveOptions, observe, observe_some};
pub use place::{Address, Choice, Environment, Origin, Place, choose};
#[cfg(target_os = "linux")]
pub use process::Process;
pub use scan::{ScanOptions, scan};
pub use ssh::Login;
