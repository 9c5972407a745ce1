//! The container engine: finding it, asking it, and putting its answers into
//! the model. The only layer that uses bollard; its types stop here.

mod bounded;
mod connect;
mod contexts;
mod exec;
mod observe;
#[cfg(target_os = "linux")]
mod process;
mod scan;
mod translate;

pub use connect::{Address, Choice, Engine, Environment, Origin, Place, choose};
pub use exec::{Ended, Exec, Ran};
pub use observe::{ObserveOptions, observe, observe_some};
#[cfg(target_os = "linux")]
pub use process::Process;
pub use scan::{ScanOptions, scan};
