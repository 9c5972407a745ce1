//! The container engine: finding it, asking it, and putting its answers into
//! the model. The only layer that uses bollard; its types stop here.

mod answers;
mod bounded;
mod connect;
mod container;
mod contexts;
#[cfg(target_os = "linux")]
mod drops;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod engines;
mod exec;
mod flows;
mod identity;
mod image;
mod lenient;
mod made_with;
mod mounts;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod netlink;
mod observe;
mod place;
mod podman;
mod ports;
#[cfg(target_os = "linux")]
mod process;
mod scan;
mod small_file;
#[cfg(target_os = "linux")]
mod sock_diag;
mod ssh;
mod swarm;
mod tls;
mod translate;

pub use connect::Engine;
pub use contexts::names as context_names;
#[cfg(all(target_os = "linux", any(test, fuzzing)))]
pub use drops::read_by_chance as drops_by_chance;
#[cfg(target_os = "linux")]
pub use drops::{
    DropScene, Fault, Links, Packet, Plug, Reading, Side, Tally, Through, fault, rank,
};
#[cfg(not(target_os = "linux"))]
pub use elsewhere::Visitor;
pub use engines::{Engines, gather};
pub use exec::{Ended, Exec, Ran};
pub use flows::{Part, Told, Watch, Whom};
#[cfg(target_os = "linux")]
pub use namespaces::{Visitor, may_enter};
#[cfg(any(test, fuzzing))]
pub use observe::read_by_chance;
pub use observe::{ObserveOptions, look_inside, observe, observe_some};
pub use place::{Address, Choice, Environment, Origin, Place, choose};
#[cfg(target_os = "linux")]
pub use process::Process;
pub use scan::{Facts, ScanOptions, list, scan};
pub use ssh::Login;
