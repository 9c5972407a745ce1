//! The sentences of a check file: `web -> api:8080 by address`,
//! `nothing outside back reaches db`, `api resolves db`, `none of localhost-dependency`.

use super::{
    Arrow, ArrowTarget, Claim, FindingsClaim, FlowClaim, FlowEnd, FlowTarget, Manner, Sources,
};
use crate::diagnose::{RULES, rule_named};
use crate::model::{FlowProtocol, Outcome, nearest};

/// What is wrong with a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// How many characters into the sentence.
    pub at: usize,
    /// What is wrong.
    pub why: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Result of reading a sentence.
type Read<T> = Result<T, Slip>;

/// A word of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    text: String,
    at: usize,
    /// A word in quotes is a name and nothing else.
    quoted: bool,
}

/// The words of a sentence, read from left to right.
struct Words {
    words: Vec<Word>,
    next: usize,
    end: usize,
}

impl Words {
    fn of(sentence: &str) -> Read<Self> {
        let chars: Vec<char> = sentence.chars().collect();
        let mut words = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let c = chars[at];
            if c.is_whitespace() {
                at += 1;
                continue;
            }
            if c == ',' {
                words.push(Word { text: ",".to_owned(), at, quoted: false });
                at += 1;
                continue;
            }
            let start = at;
            let quoted = matches!(c, '"' | '\'');
            let mut text = String::new();
            if quoted {
                let close = (at + 1..chars.len()).find(|end| chars[*end] == c);
                let close = close.ok_or_else(|| slip(at, "a quote is not closed"))?;
                text.extend(&chars[at + 1..close]);
                at = close + 1;
            }
            while at < chars.len() && !chars[at].is_whitespace() && chars[at] != ',' {
                text.push(chars[at]);
                at += 1;
            }
            words.push(Word { text, at: start, quoted });
        }
        Ok(Self { words, next: 0, end: chars.len() })
    }

    fn peek(&self) -> Option<&Word> {
        self.words.get(self.next)
    }

    fn take(&mut self) -> Option<Word> {
        let word = self.words.get(self.next).cloned();
        self.next += 1;
        word
    }

    /// Takes the next word if it is this one.
    fn takes(&mut self, text: &str) -> bool {
        let fits = self.peek().is_some_and(|word| !word.quoted && word.text == text);
        if fits {
            self.next += 1;
        }
        fits
    }

    /// Where the next word begins, or the sentence ends.
    fn here(&self) -> usize {
        self.peek().map_or(self.end, |word| word.at)
    }

    fn name(&mut self, what: &str) -> Read<Word> {
        let here = self.here();
        match self.take() {
            Some(word) if word.quoted || !is_sign(&word.text) => {
                if word.text.is_empty() {
                    return Err(slip(here, &format!("{what} is empty")));
                }
                if let Some(arrow) = ["<->", "-/->", "->"].iter().find(|a| word.text.contains(**a))
                {
                    let hint = word.text.replacen(arrow, &format!(" {arrow} "), 1);
                    return Err(hinted(here, "an arrow stands between blanks", hint));
                }
                Ok(word)
            }
            _ => Err(slip(here, &format!("{what} is missing here"))),
        }
    }

    /// `a, b, c`.
    fn names(&mut self, what: &str) -> Read<Vec<Word>> {
        let mut names = vec![self.name(what)?];
        while self.takes(",") {
            names.push(self.name(what)?);
        }
        Ok(names)
    }

    fn ends(&mut self) -> Read<()> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(slip(word.at, &format!("`{}` makes no sense here", word.text))),
        }
    }
}

fn is_sign(text: &str) -> bool {
    matches!(text, "," | "->" | "-/->" | "<->") || text.starts_with('(')
}

fn slip(at: usize, why: &str) -> Slip {
    Slip { at, why: why.to_owned(), hint: None }
}

fn hinted(at: usize, why: &str, hint: impl Into<String>) -> Slip {
    Slip { at, why: why.to_owned(), hint: Some(hint.into()) }
}

fn texts(words: Vec<Word>) -> Vec<String> {
    words.into_iter().map(|word| word.text).collect()
}

/// Who a sentence begins with; `true` when it says `nothing`.
fn sources(words: &mut Words) -> Read<(Sources, bool)> {
    let nothing = words.takes("nothing");
    if nothing || words.takes("everything") {
        let from = if words.takes("outside") {
            Sources::Outside(words.name("the network")?.text)
        } else if words.takes("on") {
            Sources::On(words.name("the network")?.text)
        } else if words.takes("but") {
            Sources::AllBut(texts(words.names("a container")?))
        } else {
            Sources::Everybody
        };
        return Ok((from, nothing));
    }
    let named = texts(words.names("a container")?);
    // `*` is everybody, also to the reader of a result.
    let from = if named == ["*"] { Sources::Everybody } else { Sources::Named(named) };
    Ok((from, false))
}

/// A sentence of the section `names`.
pub fn names(sentence: &str) -> Read<Vec<Claim>> {
    const HINT: &str = "api resolves db, or: web does not resolve db";
    let mut words = Words::of(sentence)?;
    let (from, nothing) = sources(&mut words)?;
    let here = words.here();
    let wanted = if words.takes("resolves") || words.takes("resolve") {
        !nothing
    } else if (words.takes("does") || words.takes("do"))
        && words.takes("not")
        && words.takes("resolve")
    {
        if nothing {
            return Err(slip(here, "`nothing` and `not` in one sentence"));
        }
        false
    } else {
        return Err(hinted(here, "`resolves` or `does not resolve` is missing here", HINT));
    };
    let names = texts(words.names("a name")?);
    words.ends()?;
    Ok(vec![Claim::Resolves { from, names, wanted }])
}

/// A sentence of the section `reach`. `<->` makes two claims of it.
pub fn reach(sentence: &str) -> Read<Vec<Claim>> {
    const HINT: &str = "web -> api:8080, web -/-> db, or: nothing outside back reaches db";
    let mut words = Words::of(sentence)?;
    let (from, nothing) = sources(&mut words)?;
    let here = words.here();
    let arrow = words.take().filter(|word| !word.quoted).map(|word| word.text);
    let (wanted, back) = match arrow.as_deref() {
        Some("reaches" | "reach") => (!nothing, false),
        Some("->" | "-/->" | "<->") if nothing => {
            return Err(hinted(here, "`nothing` goes with `reaches`", "nothing reaches db"));
        }
        Some("->") => (true, false),
        Some("-/->") => (false, false),
        Some("<->") => (true, true),
        _ => return Err(hinted(here, "an arrow (`->`, `-/->`, `<->`) is missing here", HINT)),
    };
    let to = targets(&mut words)?;
    let manner = manner(&mut words)?;
    let class = class(&mut words, wanted)?;
    words.ends()?;
    let mut claims = Vec::new();
    if back {
        claims.push(backwards(here, &from, &to, &manner)?);
    }
    claims.insert(0, Claim::Reaches(Arrow { from, to, wanted, manner, class }));
    Ok(claims)
}

fn targets(words: &mut Words) -> Read<Vec<ArrowTarget>> {
    let targets = words.names("a container")?;
    targets
        .into_iter()
        .map(|word| {
            let Some((name, port)) = word.text.rsplit_once(':') else {
                return Ok(ArrowTarget { name: word.text, port: None });
            };
            let at = word.at + word.text.chars().count() - port.chars().count();
            if port.ends_with("/udp") || port.ends_with("/sctp") {
                return Err(slip(at, "only TCP ports can be tried: UDP gives no answer to go by"));
            }
            match port.trim_end_matches("/tcp").parse::<u16>() {
                Ok(port) if port > 0 && !name.is_empty() => {
                    Ok(ArrowTarget { name: name.to_owned(), port: Some(port) })
                }
                _ => Err(slip(at, &format!("`{port}` is no port (1 to 65535)"))),
            }
        })
        .collect()
}

fn manner(words: &mut Words) -> Read<Manner> {
    if words.takes("via") {
        return Ok(Manner::Via(words.name("a network or a name")?.text));
    }
    if !words.takes("by") {
        return Ok(Manner::Any);
    }
    let here = words.here();
    if words.takes("name") {
        Ok(Manner::Name)
    } else if words.takes("address") {
        Ok(Manner::Address)
    } else {
        Err(slip(here, "`by` goes with `name` or `address`"))
    }
}

/// `(timeout)`: how it is to fail.
fn class(words: &mut Words, wanted: bool) -> Read<Option<Outcome>> {
    const CLASSES: &[Outcome] =
        &[Outcome::Refused, Outcome::Timeout, Outcome::Unreachable, Outcome::NameNotFound];
    let Some(word) = words.peek().filter(|word| word.text.starts_with('(')).cloned() else {
        return Ok(None);
    };
    words.take();
    let text = word.text.trim_start_matches('(').trim_end_matches(')');
    let Some(class) = CLASSES.iter().find(|class| class.as_str() == text) else {
        let known = CLASSES.iter().map(|class| class.as_str());
        let hint = match nearest(text, known) {
            Some(near) => format!("did you mean `({near})`?"),
            None => "it is (refused), (timeout), (unreachable) or (name-not-found)".to_owned(),
        };
        return Err(hinted(word.at, &format!("`{text}` is no way to fail"), hint));
    };
    if wanted {
        return Err(slip(word.at, "only what is not to be reached (`-/->`) can fail in some way"));
    }
    Ok(Some(*class))
}

/// The way back of `<->`.
fn backwards(at: usize, from: &Sources, to: &[ArrowTarget], manner: &Manner) -> Read<Claim> {
    let Sources::Named(from) = from else {
        return Err(slip(at, "`<->` needs names on both sides"));
    };
    if to.iter().any(|target| target.port.is_some()) || matches!(manner, Manner::Via(_)) {
        return Err(hinted(at, "`<->` takes no port and no `via`", "write two arrows"));
    }
    Ok(Claim::Reaches(Arrow {
        from: Sources::Named(to.iter().map(|target| target.name.clone()).collect()),
        to: from.iter().map(|name| ArrowTarget { name: name.clone(), port: None }).collect(),
        wanted: true,
        manner: manner.clone(),
        class: None,
    }))
}

/// A sentence of the section `flows`.
pub fn flows(sentence: &str) -> Read<Vec<Claim>> {
    const HINT: &str = "web -> api:8080, web -/-> db, only api -> db, or: nothing -> internet";
    let mut words = Words::of(sentence)?;
    let only = words.takes("only");
    let (from, nothing) = match only {
        true => (Sources::AllBut(texts(words.names("a container")?)), true),
        false => sources(&mut words)?,
    };
    let here = words.here();
    let arrow = words.take().filter(|word| !word.quoted).map(|word| word.text);
    let wanted = match arrow.as_deref() {
        Some("->") => !nothing,
        Some("-/->") if nothing => {
            return Err(hinted(here, "it says no twice", "nothing -> internet"));
        }
        Some("-/->") => false,
        _ => return Err(hinted(here, "an arrow (`->` or `-/->`) is missing here", HINT)),
    };
    let to = words.names("a container, internet or host")?;
    let to = to.into_iter().map(flow_target).collect::<Read<_>>()?;
    words.ends()?;
    Ok(vec![Claim::Flows(FlowClaim { from, to, wanted })])
}

/// `api`, `api:8080`, `api:53/udp`, `internet:443`, `host`.
fn flow_target(word: Word) -> Read<FlowTarget> {
    let (name, port) = match word.text.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() => (name, Some(port)),
        _ => (word.text.as_str(), None),
    };
    let at = word.at + name.chars().count() + 1;
    let wrong = |port: &str| slip(at, &format!("`{port}` is no port (1 to 65535, such as 53/udp)"));
    let (port, protocol) = match port {
        None => (None, None),
        Some(text) => {
            let (number, protocol) = match text.split_once('/') {
                Some((number, "tcp")) => (number, Some(FlowProtocol::Tcp)),
                Some((number, "udp")) => (number, Some(FlowProtocol::Udp)),
                Some((number, "sctp")) => (number, Some(FlowProtocol::Sctp)),
                Some(_) => return Err(wrong(text)),
                None => (text, None),
            };
            let number = number.parse::<u16>().ok().filter(|port| *port > 0);
            (Some(number.ok_or_else(|| wrong(text))?), protocol)
        }
    };
    let end = match name {
        "internet" if !word.quoted => FlowEnd::Internet,
        "host" if !word.quoted => FlowEnd::Host,
        name => FlowEnd::Container(name.to_owned()),
    };
    Ok(FlowTarget { end, port, protocol })
}

/// A sentence of the section `findings`.
pub fn findings(sentence: &str) -> Read<Vec<Claim>> {
    const HINT: &str = "no errors, no warnings, none, or: none of localhost-dependency";
    let mut words = Words::of(sentence)?;
    let claim = if words.takes("no") {
        let here = words.here();
        if words.takes("errors") {
            FindingsClaim::NoErrors
        } else if words.takes("warnings") {
            FindingsClaim::NoWarnings
        } else {
            return Err(hinted(here, "`no` goes with `errors` or `warnings`", HINT));
        }
    } else if words.takes("none") {
        if words.takes("of") {
            let rules = words.names("a rule")?;
            for rule in &rules {
                if rule_named(&rule.text).is_none() {
                    let known = RULES.iter().map(|rule| rule.name);
                    let hint = match nearest(&rule.text, known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "netmap explain lists them".to_owned(),
                    };
                    let why = format!("the doctor has no rule `{}`", rule.text);
                    return Err(hinted(rule.at, &why, hint));
                }
            }
            FindingsClaim::NoneOf(texts(rules))
        } else {
            FindingsClaim::Nothing
        }
    } else {
        return Err(hinted(words.here(), "this is no sentence about findings", HINT));
    };
    words.ends()?;
    Ok(vec![Claim::Findings(claim)])
}

#[cfg(test)]
#[path = "sentence_tests.rs"]
mod tests;
