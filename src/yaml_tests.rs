//! Documents good and bad.

use super::*;

fn one(text: &str) -> Node {
    read(text, 0, &mut Budget::default()).expect(text).remove(0)
}

fn wrong(text: &str) -> String {
    let Malformed { spot, why, hint } =
        read(text, 0, &mut Budget::default()).expect_err(&text[..text.len().min(40)]);
    assert!(!hint.is_empty() && !hint.ends_with('.'), "{why}: {hint}");
    format!("{}:{} {why}", spot.line, spot.column)
}

#[test]
fn scalars_stay_as_written_and_know_their_place() {
    let node = one("version: 3.10\nservices:\n  web:\n    ports: [22:22, \"80:80\"]\n    tty: ~\n");
    assert_eq!(node.get("version").and_then(Node::text), Some("3.10"));
    let web = node.get("services").and_then(|s| s.get("web")).expect("web");
    let Some(Value::List(ports)) = web.get("ports").map(|ports| &ports.value) else {
        panic!("{web:?}")
    };
    assert_eq!(ports[0].text(), Some("22:22"));
    assert_eq!(ports[1].spot, Spot { file: 0, line: 4, column: 20 });
    assert_eq!(web.map().expect("a mapping")["ports"].key.column, 5);
    assert_eq!(web.get("tty").map(|tty| &tty.value), Some(&Value::Null));
}

#[test]
fn merge_keys_fill_in_what_is_not_said() {
    let node = one("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 0\n");
    let z = node.get("z").expect("z");
    let values: Vec<_> = ["a", "b", "c"].map(|key| z.get(key).and_then(Node::text)).into();
    assert_eq!(values, [Some("0"), Some("2"), Some("4")]);
    let node = one("x: &x {a: 1}\nz:\n  a: 0\n  <<: *x\n");
    assert_eq!(node.get("z").and_then(|z| z.get("a")).and_then(Node::text), Some("0"));
}

#[test]
fn tags_of_composes_own_are_kept_and_others_are_no_matter() {
    let node = one("a: !reset null\nb: !override [1]\nc: !vault x\n");
    let tag = |key: &str| node.get(key).and_then(|node| node.tag);
    assert_eq!((tag("a"), tag("b"), tag("c")), (Some(Tag::Reset), Some(Tag::Override), None));
}

#[test]
fn bad_text_is_an_error_with_its_place() {
    assert!(wrong("a: 1\nb: 2\na: 3\n").starts_with("3:1 the key `a` is there already, in line 1"));
    assert!(wrong("a:\n\tb: 1\n").starts_with("2:1 a tab"), "{}", wrong("a:\n\tb: 1\n"));
    assert!(wrong("a: &a [1, *a]\n").contains("inside of what it names"));
    assert!(wrong("a: &a\n  b: *a\n").contains("inside of what it names"));
    assert!(wrong("a: *nobody\n").starts_with("1:4 "), "{}", wrong("a: *nobody\n"));
    assert!(wrong("a: [1, 2\n").starts_with("1:4 "), "{}", wrong("a: [1, 2\n"));
    assert!(wrong("<<: 7\n").contains("`<<` needs a mapping"));
    assert!(wrong("? [1, 2]\n: 3\n").contains("a key must be plain text"));
}

#[test]
fn bombs_do_not_go_off() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let inner = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert!(wrong(&bomb).contains("aliases written out"), "{}", wrong(&bomb));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(100));
    assert!(wrong(&long).contains("aliases written out"));
    for deep in ["[", "- ", "{a: ", "? "] {
        wrong(&deep.repeat(100_000));
    }
}

#[test]
fn what_is_wrong_is_told_plainly() {
    assert!(wrong("- * resolves db").contains("needs quotes"), "{}", wrong("- * resolves db"));
    assert!(wrong("a: *b").contains("needs quotes"));
    assert!(wrong("a:\n\tb: 1").contains("a tab; YAML is indented with blanks"));
    let second = read_one("- a\n---\n- b\n").expect_err("two");
    assert_eq!((second.spot.line, second.spot.column), (3, 1));
    assert!(second.why.contains("a second document"));
    assert_eq!(read_one("").map(|node| node.value), Ok(Value::Null));
    assert_eq!(read_one("# a remark\n").map(|node| node.value), Ok(Value::Null));
}

#[test]
fn what_is_quoted_is_text() {
    let node = one("a: true\nb: \"true\"\nc: on\nd: |\n  true\n");
    let truth = |key: &str| node.get(key).and_then(Node::truth);
    assert_eq!(["a", "b", "c", "d"].map(truth), [Some(true), None, None, None]);
}

#[test]
fn several_documents_and_none() {
    assert_eq!(read("a: 1\n---\nb: 2\n", 0, &mut Budget::default()).map(|d| d.len()), Ok(2));
    assert_eq!(read("# nothing\n", 0, &mut Budget::default()).map(|d| d.len()), Ok(0));
}

/// A file may have as many values as its size tells of; aliases repeat no more for that.
#[test]
fn a_large_file_may_have_more_values() {
    let large = Budget::of(&"- web-1234-api\n".repeat(1 << 20));
    assert!(large.nodes > 1 << 20 && large.nodes < 1 << 22, "{large:?}");
    assert!(Budget::of("a: &a [x, x]\nb: [*a, *a]\n").nodes <= MOST_NODES + 10);
    assert!(read_one(&"- x\n".repeat(MOST_NODES)).is_ok());
}
