//! x
mod env_file;
mod interpolate;
mod keys;
mod merge;
mod yaml;
