//! The volumes and mounts that a container was made with. A new one takes those of the
//! old one; what is mounted in memory is nobody else's, and has options.

use serde_json::Value;

use crate::model::{MadeWith, RunOption, Volumes};

/// What a container has mounted, as it is read.
#[derive(Debug, Default)]
pub struct Mounts {
    /// Whether any is in memory.
    has_memory: bool,
    /// Whether a path of another one is more than one word to a shell.
    is_odd: bool,
    /// Whether one is in the place of the engine's `/etc/resolv.conf`.
    pub own_resolv_conf: bool,
}

/// The file in which the engine tells a container its name servers.
const RESOLV_CONF: &str = "/etc/resolv.conf";

impl Mounts {
    /// Reads what `--volume` made.
    pub fn take_binds(&mut self, binds: &Value) {
        let mut binds = binds.as_array().into_iter().flatten().filter_map(Value::as_str);
        self.own_resolv_conf |=
            binds.clone().any(|bind| bind.split(':').nth(1) == Some(RESOLV_CONF));
        self.is_odd |= !binds.all(is_a_word);
    }

    /// Reads what `--mount` made, with options for what is in memory. What else a mount
    /// may be made with is lost where each is given by itself.
    pub fn take(&mut self, mounts: &Value, made_with: &mut MadeWith) {
        let mounts = mounts.as_array().map_or(&[][..], Vec::as_slice);
        self.has_memory |= mounts.iter().any(is_in_memory);
        for mount in mounts {
            let takes = |part: &str, kept: &[&str]| {
                !self.has_memory || keys_of(&mount[part]).all(|key| kept.contains(&key))
            };
            let is_kept = match mount["Type"].as_str() {
                Some("tmpfs") => {
                    made_with.options.push(RunOption::with("--mount", in_memory(mount)));
                    takes("TmpfsOptions", &["SizeBytes", "Mode"])
                }
                Some("bind") => takes("BindOptions", &["Propagation"]),
                // A volume that is there needs no driver.
                Some("volume") => takes("VolumeOptions", &["DriverConfig", "Labels"]),
                _ => false,
            };
            self.is_odd |= !is_in_memory(mount) && !has_plain_paths(mount);
            self.own_resolv_conf |= mount["Target"] == RESOLV_CONF;
            if !is_kept && !made_with.others.iter().any(|other| other == "Mounts") {
                made_with.others.push("Mounts".to_owned());
            }
        }
    }

    /// How a new container comes by them.
    pub fn volumes(&self) -> Volumes {
        match (self.has_memory, self.is_odd) {
            (false, false) => Volumes::Either,
            (false, true) => Volumes::FromOld,
            (true, false) => Volumes::OneByOne,
            (true, true) => Volumes::ByHand,
        }
    }
}

fn is_in_memory(mount: &Value) -> bool {
    mount["Type"] == "tmpfs"
}

/// Whether a shell makes one word of a text, and no other one.
fn is_a_word(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || "/._-:,@%+=~^".contains(c))
}

fn has_plain_paths(mount: &Value) -> bool {
    let paths = [&mount["Source"], &mount["Target"]];
    // A colon would end it.
    paths.into_iter().filter_map(Value::as_str).all(|path| is_a_word(path) && !path.contains(':'))
}

/// A mount in memory, as `--mount` takes it: a line of CSV.
fn in_memory(mount: &Value) -> String {
    let options = &mount["TmpfsOptions"];
    let path = format!("destination={}", mount["Target"].as_str().unwrap_or_default());
    let path = match path.contains([',', '"']) {
        true => format!("\"{}\"", path.replace('"', "\"\"")),
        false => path,
    };
    let mut fields = vec!["type=tmpfs".to_owned(), path];
    let number = |key: &str| options[key].as_u64().filter(|number| *number > 0);
    fields.extend(number("SizeBytes").map(|size| format!("tmpfs-size={size}")));
    fields.extend(number("Mode").map(|mode| format!("tmpfs-mode={mode:o}")));
    fields.extend((mount["ReadOnly"] == true).then(|| "readonly".to_owned()));
    fields.join(",")
}

/// The keys of a mapping that say something.
fn keys_of(value: &Value) -> impl Iterator<Item = &str> {
    let pairs = value.as_object().into_iter().flatten();
    let says = |value: &Value| match value {
        Value::Null => false,
        Value::Bool(set) => *set,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    };
    pairs.filter(move |(_, value)| says(value)).map(|(key, _)| key.as_str())
}
