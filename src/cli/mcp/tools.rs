//! The tools: what each takes, and the command line that it comes to. A value
//! is never taken for an option, and only what is listed here can be asked for.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

/// A tool: a command of netmap.
#[derive(Debug)]
pub struct ToolKind {
    /// Its name, which is the command's.
    pub name: &'static str,
    /// What it is good for.
    pub about: &'static str,
    /// Whether it does nothing but measure, which runs commands in containers.
    pub measures: bool,
    /// Whether the command takes `--no-exec`.
    takes_no_exec: bool,
    parameters: &'static [Parameter],
}

/// Something that a tool takes.
#[derive(Debug)]
struct Parameter {
    name: &'static str,
    about: &'static str,
    is_required: bool,
    kind: Kind,
}

/// What a parameter comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The next name.
    Name,
    /// All the names.
    Names,
    /// An option with its value.
    Option(&'static str),
    /// An option with its value, which says where to look.
    Source(&'static str),
    /// An option that is there or not.
    Switch(&'static str),
    /// What the command reads from its standard input.
    Input,
    /// How the answer is written.
    Format,
}

const fn parameter(name: &'static str, kind: Kind, about: &'static str) -> Parameter {
    Parameter { name, about, is_required: false, kind }
}

const fn required(name: &'static str, kind: Kind, about: &'static str) -> Parameter {
    Parameter { name, about, is_required: true, kind }
}

const SNAPSHOT: Parameter = parameter(
    "snapshot",
    Kind::Source("from"),
    "Path of a snapshot file, or sample:NAME, to look at instead of the engine",
);
const COMPOSE: Parameter = parameter(
    "compose",
    Kind::Source("compose"),
    "Path of a compose file to look at instead of the engine: what is planned",
);
const PROJECT: Parameter =
    parameter("project", Kind::Option("project"), "Only this compose project");
const FORMAT: Parameter = parameter(
    "format",
    Kind::Format,
    "`json` (with a documented schema) or `text` (shorter, for people); json unless said otherwise",
);

/// Every tool, in the order in which an assistant may want them.
pub const TOOLS: &[ToolKind] = &[
    ToolKind {
        name: "doctor",
        about: "What is wrong with the networks of the containers, how that was seen, and what fixes it",
        measures: false,
        takes_no_exec: true,
        parameters: &[
            parameter("names", Kind::Names, "Only what concerns these containers or networks"),
            SNAPSHOT,
            COMPOSE,
            PROJECT,
            FORMAT,
        ],
    },
    ToolKind {
        name: "why",
        about: "Whether one container reaches another (NAME or NAME:PORT), and if not, which step fails",
        measures: false,
        takes_no_exec: true,
        parameters: &[
            required("source", Kind::Name, "The container that wants to reach the other"),
            required("target", Kind::Name, "The other one, such as db or db:5432"),
            SNAPSHOT,
            COMPOSE,
            FORMAT,
        ],
    },
    ToolKind {
        name: "show",
        about: "The map: containers, networks, addresses, names, ports",
        measures: false,
        takes_no_exec: false,
        parameters: &[
            parameter("names", Kind::Names, "Only these containers or networks"),
            parameter("all", Kind::Switch("all"), "Stopped containers too"),
            SNAPSHOT,
            COMPOSE,
            PROJECT,
            FORMAT,
        ],
    },
    ToolKind {
        name: "probe",
        about: "Measure who really reaches whom, by name and by address, and compare it with the map",
        measures: true,
        takes_no_exec: false,
        parameters: &[
            parameter("source", Kind::Name, "From this container; without it, from all"),
            parameter("target", Kind::Name, "To this one"),
            PROJECT,
            FORMAT,
        ],
    },
    ToolKind {
        name: "check",
        about: "Hold the setup against assertions, written as a check file of netmap check",
        measures: false,
        takes_no_exec: true,
        parameters: &[
            required(
                "assertions",
                Kind::Input,
                "The check file's text, YAML with the keys networks, containers, names, reach, flows, findings and default: `reach:\\n  - web -> db:5432`",
            ),
            SNAPSHOT,
            COMPOSE,
            PROJECT,
            FORMAT,
        ],
    },
    ToolKind {
        name: "explain",
        about: "What a rule of the doctor means, how it is seen and fixed; without a rule, the list",
        measures: false,
        takes_no_exec: false,
        parameters: &[parameter("rule", Kind::Name, "The rule, such as wrong-name")],
    },
];

/// A command line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The command and its options.
    pub arguments: Vec<String>,
    /// The names that it is about.
    pub names: Vec<String>,
    /// What it reads.
    pub input: Option<String>,
    /// Whether it says itself where to look.
    pub names_source: bool,
    /// Whether the answer is JSON.
    pub is_json: bool,
    /// Whether the command takes `--no-exec`.
    pub takes_no_exec: bool,
}

impl ToolKind {
    /// The tool as an assistant is told of it.
    pub fn described(&self) -> Tool {
        let properties: JsonObject = self
            .parameters
            .iter()
            .map(|parameter| (parameter.name.to_owned(), parameter.schema()))
            .collect();
        let required: Vec<&str> =
            self.parameters.iter().filter(|p| p.is_required).map(|p| p.name).collect();
        let mut schema = JsonObject::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), Value::Object(properties));
        schema.insert("required".to_owned(), json!(required));
        schema.insert("additionalProperties".to_owned(), json!(false));
        let hints = ToolAnnotations::new().read_only(true).open_world(false);
        Tool::new(self.name, self.about, schema).with_annotations(hints)
    }

    /// The command line for these arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub fn call(&self, given: &JsonObject) -> Result<Call, String> {
        let mut call = Call { takes_no_exec: self.takes_no_exec, ..Call::default() };
        call.arguments.push(self.name.to_owned());
        if let Some(unknown) =
            given.keys().find(|key| !self.parameters.iter().any(|p| p.name == **key))
        {
            return Err(format!("`{}` takes no `{unknown}`", self.name));
        }
        let mut format = self.parameters.iter().any(|p| p.kind == Kind::Format).then_some("json");
        for parameter in self.parameters {
            let value = given.get(parameter.name).filter(|value| !value.is_null());
            let Some(value) = value else {
                if parameter.is_required {
                    return Err(format!("`{}` needs `{}`", self.name, parameter.name));
                }
                continue;
            };
            match parameter.kind {
                Kind::Name => call.names.push(parameter.text(value)?),
                Kind::Names => call.names.extend(parameter.texts(value)?),
                Kind::Option(option) => {
                    call.arguments.push(format!("--{option}={}", parameter.text(value)?));
                }
                Kind::Source(option) => {
                    call.arguments.push(format!("--{option}={}", parameter.path(value)?));
                    call.names_source = true;
                }
                Kind::Switch(option) => {
                    let on = value.as_bool().ok_or_else(|| parameter.wrong("true or false"))?;
                    call.arguments.extend(on.then(|| format!("--{option}")));
                }
                Kind::Input => {
                    call.names.push("-".to_owned());
                    call.input = Some(parameter.text(value)?);
                }
                Kind::Format => match value.as_str() {
                    Some("json") => {}
                    Some("text") => format = None,
                    _ => return Err(parameter.wrong("json or text")),
                },
            }
        }
        call.is_json = format.is_some();
        call.arguments.extend(format.map(|format| format!("--format={format}")));
        Ok(call)
    }
}

impl Parameter {
    fn schema(&self) -> Value {
        let mut schema = match self.kind {
            Kind::Switch(_) => json!({"type": "boolean"}),
            Kind::Names => json!({"type": "array", "items": {"type": "string"}}),
            Kind::Format => json!({"enum": ["json", "text"]}),
            Kind::Name | Kind::Option(_) | Kind::Source(_) | Kind::Input => {
                json!({"type": "string"})
            }
        };
        schema["description"] = json!(self.about);
        schema
    }

    fn wrong(&self, wanted: &str) -> String {
        format!("`{}` is to be {wanted}", self.name)
    }

    fn text(&self, value: &Value) -> Result<String, String> {
        let text = value.as_str().filter(|text| !text.is_empty() && !text.contains('\0'));
        text.map(str::to_owned).ok_or_else(|| self.wrong("a text"))
    }

    fn texts(&self, value: &Value) -> Result<Vec<String>, String> {
        let items = value.as_array().ok_or_else(|| self.wrong("a list of texts"))?;
        items.iter().map(|item| self.text(item)).collect()
    }

    /// A path; standard input is the assistant's own.
    fn path(&self, value: &Value) -> Result<String, String> {
        let text = self.text(value)?;
        if text == "-" { Err(self.wrong("a path")) } else { Ok(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(tool: &str, given: Value) -> Result<Call, String> {
        let tool = TOOLS.iter().find(|known| known.name == tool).expect("a tool");
        tool.call(given.as_object().expect("an object"))
    }

    #[test]
    fn a_value_is_never_an_option() {
        let call = call("doctor", json!({"names": ["--output=/tmp/x"], "compose": "-o"})).unwrap();
        assert_eq!(call.arguments, ["doctor", "--compose=-o", "--format=json"]);
        assert_eq!(call.names, ["--output=/tmp/x"]);
        assert!(call.names_source && call.is_json);
    }

    #[test]
    fn what_is_not_listed_is_refused() {
        for (tool, given) in [
            ("doctor", json!({"output": "/etc/passwd"})),
            ("doctor", json!({"names": "web"})),
            ("doctor", json!({"names": [""]})),
            ("doctor", json!({"snapshot": "-"})),
            ("why", json!({"source": "web"})),
            ("show", json!({"all": "yes"})),
            ("show", json!({"format": "svg"})),
        ] {
            assert!(call(tool, given.clone()).is_err(), "{tool} {given}");
        }
    }

    #[test]
    fn assertions_are_read_and_text_is_asked_for() {
        let call =
            call("check", json!({"assertions": "findings: none", "format": "text"})).unwrap();
        assert_eq!((call.arguments, call.names), (vec!["check".to_owned()], vec!["-".to_owned()]));
        assert_eq!(call.input.as_deref(), Some("findings: none"));
        assert!(!call.is_json);
    }
}
