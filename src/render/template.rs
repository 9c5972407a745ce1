//! Templates as docker's users know them from `--format '{{.Name}}'`: Go's
//! template language with docker's functions, a line for each row, and
//! `table` in front for columns with a heading. Nothing else uses gotmpl.

use gotmpl::{MissingKey, Template as GoTemplate, TemplateError, Value as GoValue};
use serde_json::Value;

use super::format::Row;
use super::style::width;
use crate::model::visible;

/// Least columns between two columns of a table.
const GAP: usize = 3;

/// Most rounds of all loops in one row.
const MOST_ROUNDS: u64 = 100_000;

/// What of a template is in front of it where it is to be a table.
const TABLE: &str = "table";

/// A template that was understood.
#[derive(Debug, Clone)]
pub struct Template {
    text: String,
    is_table: bool,
}

/// Why a template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// What is wrong.
    pub what: String,
    /// The field that is not there, if it is that.
    pub field: Option<String>,
}

impl Template {
    /// Whether the text is a template at all.
    pub fn is_one(text: &str) -> bool {
        text.contains("{{")
    }

    /// Reads a template.
    ///
    /// # Errors
    ///
    /// When it is none of Go's language, or names functions that are not there.
    pub fn read(text: &str) -> Result<Self, Misfit> {
        let trimmed = text.trim_start();
        let of_table = trimmed
            .strip_prefix(TABLE)
            .filter(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '{' || c == '\\'));
        // As docker does it: a shell hands on the two characters as they are.
        let text = of_table.map_or(text, str::trim_start).replace("\\t", "\t").replace("\\n", "\n");
        let template = Self { text, is_table: of_table.is_some() };
        template.compiled(false)?;
        Ok(template)
    }

    /// A line for each row.
    ///
    /// # Errors
    ///
    /// When the template asks for what no row has, or for what cannot be done
    /// with what a row has.
    pub fn render(&self, rows: &[Row], fields: &[&str]) -> Result<String, Misfit> {
        let template = self.compiled(false)?;
        let mut lines = Vec::with_capacity(rows.len() + 1);
        if self.is_table {
            lines.push(self.heading(fields));
        }
        for row in rows {
            let line = template.execute_to_string(&fields_of(row, fields)).map_err(misfit)?;
            lines.push(line);
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        Ok(if self.is_table { in_columns(&text) } else { text })
    }

    /// The template over the names of the fields, as they head a column.
    fn heading(&self, fields: &[&str]) -> String {
        let names = fields.iter().map(|field| (*field, GoValue::from(heading(field).as_str())));
        let names = names.map(|(field, name)| (field.into(), name)).collect();
        let row = GoValue::Map(std::sync::Arc::new(names));
        // Where a loop over a field's name makes no sense, the heading is empty.
        let template = self.compiled(true).ok();
        template.and_then(|template| template.execute_to_string(&row).ok()).unwrap_or_default()
    }

    /// With docker's functions; over a heading those that would spoil it leave
    /// it as it is.
    fn compiled(&self, over_heading: bool) -> Result<GoTemplate, Misfit> {
        let template = GoTemplate::new("format")
            .missing_key(MissingKey::Error)
            .max_range_iters(MOST_ROUNDS)
            .func("json", move |args| {
                text_of(args, |value| match value {
                    GoValue::String(text) if over_heading => text.to_string(),
                    value => one_line(&json(value)),
                })
            })
            .func("join", |args| match args {
                [list, between] => Ok(joined(list, &plain(between)).into_value()),
                _ => Err(TemplateError::Exec("join takes a list and what stands between".into())),
            })
            .func("split", |args| match args {
                [text, between] => Ok(split(&plain(text), &plain(between))),
                _ => Err(TemplateError::Exec("split takes a text and what stands between".into())),
            })
            .func("upper", |args| text_of(args, |value| plain(value).to_uppercase()))
            .func("lower", |args| text_of(args, |value| plain(value).to_lowercase()))
            .func("title", |args| text_of(args, |value| title(&plain(value))))
            .func("pad", |args| match args {
                [text, before, after] => {
                    let blanks = |n: &GoValue| " ".repeat(number(n).min(1000));
                    let text = plain(text);
                    let padded = match text.is_empty() {
                        true => text,
                        false => format!("{}{text}{}", blanks(before), blanks(after)),
                    };
                    Ok(padded.into_value())
                }
                _ => Err(TemplateError::Exec("pad takes a text and two numbers".into())),
            })
            .func("truncate", |args| match args {
                [text, most] => {
                    Ok(plain(text).chars().take(number(most)).collect::<String>().into_value())
                }
                _ => Err(TemplateError::Exec("truncate takes a text and a length".into())),
            });
        template.parse(&self.text).map_err(misfit)
    }
}

/// Something that is text in a template.
trait IntoValue {
    fn into_value(self) -> GoValue;
}

impl IntoValue for String {
    fn into_value(self) -> GoValue {
        GoValue::String(self.into())
    }
}

fn misfit(error: TemplateError) -> Misfit {
    let field = match &error {
        TemplateError::MissingKey { key } => Some(key.clone()),
        _ => None,
    };
    let what = match &field {
        Some(field) => format!("the template asks for `.{field}`, which is no field here"),
        // `template: format:1:7: …` is for people who look for it in a file.
        None => format!("the template cannot be used: {error}").replace("template: format:", ""),
    };
    Misfit { what, field }
}

fn text_of(args: &[GoValue], of: impl Fn(&GoValue) -> String) -> Result<GoValue, TemplateError> {
    match args {
        [value] => Ok(of(value).into_value()),
        _ => Err(TemplateError::Exec("it takes one argument".into())),
    }
}

/// The value as it is printed.
fn plain(value: &GoValue) -> String {
    match value {
        GoValue::String(text) => text.to_string(),
        GoValue::Nil => String::new(),
        other => other.to_string(),
    }
}

fn number(value: &GoValue) -> usize {
    value.as_int().and_then(|n| usize::try_from(n).ok()).unwrap_or_default()
}

fn joined(list: &GoValue, between: &str) -> String {
    match list {
        GoValue::List(items) => items.iter().map(plain).collect::<Vec<_>>().join(between),
        other => plain(other),
    }
}

fn split(text: &str, between: &str) -> GoValue {
    let parts = text.split(between).filter(|part| !text.is_empty() || !part.is_empty());
    GoValue::List(parts.map(|part| part.to_owned().into_value()).collect())
}

fn title(text: &str) -> String {
    let mut starts = true;
    let letter = |c: char| {
        let upper = starts;
        starts = !c.is_alphanumeric();
        if upper { c.to_uppercase().collect() } else { c.to_string() }
    };
    text.chars().map(letter).collect()
}

/// `EXIT CODE` for `ExitCode`.
fn heading(field: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for c in field.chars() {
        if c.is_uppercase() && before.is_lowercase() && before != 'v' {
            words.push(' ');
        }
        words.extend(c.to_uppercase());
        before = c;
    }
    words
}

/// A row for a template: all fields, those it lacks empty.
fn fields_of(row: &Row, fields: &[&str]) -> GoValue {
    let empty = fields.iter().map(|field| ((*field).into(), GoValue::String("".into())));
    let own = row.iter().filter(|(_, value)| !value.is_null());
    let own = own.map(|(field, value)| (field.as_str().into(), value_of(value)));
    GoValue::Map(std::sync::Arc::new(empty.chain(own).collect()))
}

/// Data of other people's making, safe for a terminal.
fn value_of(value: &Value) -> GoValue {
    match value {
        Value::Null => GoValue::String("".into()),
        Value::Bool(truth) => GoValue::Bool(*truth),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => GoValue::Int(number),
            (None, Some(number)) => GoValue::Uint(number),
            (None, None) => GoValue::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => GoValue::String(visible(text).into()),
        Value::Array(list) => GoValue::List(list.iter().map(value_of).collect()),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| (visible(key).into(), value_of(value)));
            GoValue::Map(std::sync::Arc::new(entries.collect()))
        }
    }
}

/// The value as JSON data.
fn json(value: &GoValue) -> Value {
    match value {
        GoValue::Bool(truth) => (*truth).into(),
        GoValue::Int(number) => (*number).into(),
        GoValue::Uint(number) => (*number).into(),
        GoValue::Float(number) => (*number).into(),
        GoValue::String(text) => text.to_string().into(),
        GoValue::List(list) => list.iter().map(json).collect(),
        GoValue::Map(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.to_string(), json(value))).collect())
        }
        _ => Value::Null,
    }
}

fn one_line(value: &Value) -> String {
    value.to_string()
}

/// Lines whose parts between tabs stand in columns.
fn in_columns(text: &str) -> String {
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    let columns = lines.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|at| lines.iter().filter_map(|line| line.get(at)).map(|cell| width(cell)).max())
        .map(Option::unwrap_or_default)
        .collect();
    let mut table = String::new();
    for line in &lines {
        let mut row = String::new();
        for (at, cell) in line.iter().enumerate() {
            row.push_str(cell);
            row.push_str(&" ".repeat(widths[at] + GAP - width(cell)));
        }
        table.push_str(row.trim_end());
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 6] = ["Name", "State", "ExitCode", "Networks", "Aliases", "Endpoints"];

    fn rows() -> Vec<Row> {
        let rows = serde_json::json!([
            {"Name": "web", "State": "running", "Networks": "back,front", "Aliases": ["www", "w"],
                "Endpoints": [{"Network": "front", "IPv4": "10.0.0.2"}, {"Network": "back"}]},
            {"Name": "a\u{1b}[31mb\nc", "State": "exited", "ExitCode": 1, "Networks": "", "Aliases": [],
                "Endpoints": []},
        ]);
        let Value::Array(rows) = rows else { panic!("a list") };
        rows.into_iter().map(|row| row.as_object().expect("a row").clone()).collect()
    }

    fn of(template: &str) -> String {
        let template = Template::read(template).expect("a template");
        template.render(&rows(), &FIELDS).expect("rows")
    }

    #[test]
    fn what_users_write_for_docker_means_the_same_here() {
        for (template, first) in [
            ("{{.Name}}", "web"),
            ("{{ .Name }}: {{.State}}", "web: running"),
            ("{{upper .Name}} {{title .State}} {{lower \"ABC\"}}", "WEB Running abc"),
            ("{{.Name | upper | printf \"%-5s|\"}}", "WEB  |"),
            ("{{join .Aliases \",\"}}", "www,w"),
            ("{{range .Endpoints}}{{.Network}} {{end}}", "front back "),
            ("{{range split .Networks \",\"}}<{{.}}>{{end}}", "<back><front>"),
            ("{{range $i, $e := .Aliases}}{{if $i}}, {{end}}{{$e}}{{end}}", "www, w"),
            ("{{if eq .State \"running\"}}up{{else}}down{{end}}", "up"),
            ("{{with .ExitCode}}code {{.}}{{else}}fine{{end}}", "fine"),
            ("{{json .Aliases}}", "[\"www\",\"w\"]"),
            ("{{json .Name}}", "\"web\""),
            ("{{if .Endpoints}}{{(index .Endpoints 0).IPv4}}{{end}}", "10.0.0.2"),
            ("{{len .Endpoints}} {{truncate .State 3}}{{pad .Name 1 2}}|", "2 run web  |"),
            ("{{.Name}}\\t{{.State}}", "web\trunning"),
            ("{{- .Name -}} x", "webx"),
            ("{{not (eq .Name \"web\")}} {{and .Name .State}}", "false running"),
        ] {
            assert_eq!(of(template).lines().next(), Some(first), "{template}");
        }
        assert!(of("{{json .}}").starts_with("{\"Aliases\":[\"www\",\"w\"],\"Endpoints\":"));
    }

    #[test]
    fn a_table_has_headings_and_columns() {
        let table = of("table {{.Name}}\\t{{.ExitCode}}\\t{{upper .State}}");
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].starts_with("NAME ") && lines.len() == 3, "{table}");
        let columns: Vec<Option<usize>> = ["STATE", "RUNNING", "EXITED"]
            .iter()
            .zip(&lines)
            .map(|(word, line)| line.find(word))
            .collect();
        assert!(columns[0].is_some() && columns.iter().all(|at| *at == columns[0]), "{table}");
        assert_eq!(lines[0].find("EXIT CODE"), lines[2].find("1   "), "{table}");
        assert!(of("table{{.Name}}").starts_with("NAME\n"));
        // It is `table` only where it stands alone in front.
        assert!(of("tables {{.Name}}").starts_with("tables web\n"));
    }

    #[test]
    fn nothing_in_a_row_acts_on_a_terminal_or_makes_a_line() {
        let text = of("{{.Name}}");
        assert_eq!(text.lines().count(), 2, "{text:?}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn what_cannot_be_is_said() {
        let wrong = Template::read("{{.Name").expect_err("not closed");
        assert!(wrong.what.contains("unclosed"), "{}", wrong.what);
        let wrong = Template::read("{{nosuch .Name}}").err();
        let template = Template::read("{{.Nam}}").expect("well-formed");
        let missing = template.render(&rows(), &FIELDS).expect_err("no such field");
        assert_eq!(missing.field.as_deref(), Some("Nam"));
        let late = || {
            let template = Template::read("{{nosuch .Name}}").ok()?;
            template.render(&rows(), &FIELDS).err()
        };
        let unknown = wrong.or_else(late).expect("no such function");
        assert!(unknown.what.contains("nosuch"), "{}", unknown.what);
        let endless = Template::read("{{range 100000000}}{{end}}").expect("well-formed");
        assert!(endless.render(&rows(), &FIELDS).is_err());
    }

    #[test]
    fn headings_are_words() {
        let heads = ["Name", "ExitCode", "ID", "IPv4", "NetworkMode", "HostIP"].map(heading);
        assert_eq!(heads, ["NAME", "EXIT CODE", "ID", "IPV4", "NETWORK MODE", "HOST IP"]);
    }
}
