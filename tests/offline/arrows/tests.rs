//! Small libraries with circles and without.

use super::{Sources, arrows, circles, ties};

/// The first circle of a library, as its ties; empty if there is none.
fn first_circle(files: &[(&str, &str)]) -> String {
    let sources: Sources =
        files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    let (arrows, read) = arrows(&sources);
    assert_eq!(read.len(), sources.len(), "every file is read");
    circles(&arrows).first().map(|circle| ties(circle)).unwrap_or_default()
}

#[test]
fn two_files_that_use_one_another_are_a_circle() {
    let circle = first_circle(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use super::b::B; pub struct A(B);"),
        ("b.rs", "pub struct B; fn f(_: crate::a::A) {}"),
        ("c.rs", "use crate::a::A; use crate::b::B; fn f(_: A, _: B) {}"),
    ]);
    assert_eq!(circle, "a.rs → b.rs: B, super::b::B\nb.rs → a.rs: crate::a::A");
}

#[test]
fn one_way_is_no_circle() {
    let circle = first_circle(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use super::b::B; pub struct A(B);"),
        (
            "b.rs",
            "//! crate::a::A\n/// [`A`](crate::a::A)\npub struct B; const S: &str = \"crate::a::A\";",
        ),
    ]);
    assert_eq!(circle, "", "neither comments nor texts count");
}

#[test]
fn a_circle_of_three_is_found_in_a_folder_below() {
    let circle = first_circle(&[
        ("lib.rs", "mod outer;"),
        ("outer/mod.rs", "mod a; mod b; mod inner;"),
        ("outer/a.rs", "pub fn a() { super::b::b() }"),
        ("outer/b.rs", "pub fn b() { super::inner::c::c() }"),
        ("outer/inner/mod.rs", "pub mod c;"),
        ("outer/inner/c.rs", "use super::super::a; pub fn c() { println!(\"{:?}\", a::a()) }"),
    ]);
    assert_eq!(
        circle,
        "outer/a.rs → outer/b.rs: super::b::b\n\
         outer/b.rs → outer/inner/c.rs: super::inner::c::c\n\
         outer/inner/c.rs → outer/a.rs: a::a",
        "the path stands among the arguments of a macro"
    );
}

#[test]
fn nested_braces_over_several_lines_are_read() {
    let circle = first_circle(&[
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "use crate::{\n  b::{\n    self,\n    B as Other,\n  },\n};\nfn f(_: Other) { b::g() }\npub struct A;",
        ),
        ("b.rs", "use crate::{a::{A}}; pub struct B(A); pub fn g() {}"),
    ]);
    assert_eq!(circle, "a.rs → b.rs: Other, b::g, crate::b::B\nb.rs → a.rs: A, crate::a::A");
}

#[test]
fn a_name_leads_to_the_file_that_defines_it() {
    let circle = first_circle(&[
        ("lib.rs", "mod folder;"),
        ("folder/mod.rs", "mod a; mod b; pub use a::A; pub(crate) use b::B;"),
        ("folder/a.rs", "use super::B; pub struct A(B);"),
        ("folder/b.rs", "use crate::folder::A; pub struct B(Box<A>);"),
    ]);
    assert_eq!(
        circle,
        "folder/a.rs → folder/b.rs: B, super::B\nfolder/b.rs → folder/a.rs: A, crate::folder::A",
        "mod.rs passes names on and is no part of it"
    );
}

#[test]
fn a_list_of_a_folder_may_define_what_its_files_use() {
    let list = "mod a; pub use a::A; pub struct Common;";
    let files = |list| {
        first_circle(&[
            ("lib.rs", "mod folder;"),
            ("folder/mod.rs", list),
            ("folder/a.rs", "use super::Common; pub struct A(Common);"),
        ])
    };
    assert_eq!(files(list), "");
    let using = format!("{list} fn f() -> A {{ a::A(Common) }}");
    let circle = "folder/a.rs → folder/mod.rs: Common, super::Common\n\
                  folder/mod.rs → folder/a.rs: A, a::A";
    assert_eq!(files(&using), circle, "but not use them at the same time");
}

#[test]
fn globs_are_followed() {
    let circle = first_circle(&[
        ("lib.rs", "mod a; mod b; mod all;"),
        ("all.rs", "pub use crate::a::*; pub use crate::b::*;"),
        ("a.rs", "use crate::all::*; pub struct A; fn f(_: B) {}"),
        ("b.rs", "use crate::a::*; pub struct B; fn f() -> A { A }"),
    ]);
    assert_eq!(circle, "a.rs → b.rs: B\nb.rs → a.rs: A");
}

#[test]
fn methods_given_in_another_file_count() {
    let first = "pub struct Map; impl Map { pub fn go(&self) { self.far(); } }";
    let files = |first| {
        first_circle(&[
            ("lib.rs", "mod map; mod more;"),
            ("map.rs", first),
            ("more.rs", "use super::map::Map; impl Map { pub(crate) fn far(&self) {} }"),
        ])
    };
    let back = "more.rs → map.rs: Map, super::map::Map";
    assert_eq!(files(first), format!("map.rs → more.rs: Map::far\n{back}"));
    let other = "pub struct Map; fn go(map: &Map) { map.far(); }";
    assert_eq!(files(other), format!("map.rs → more.rs: .far()\n{back}"));
    let field = "pub struct Map { far: u8 } impl Map { fn go(&self) -> u8 { self.far } }";
    assert_eq!(files(field), "");
}

#[test]
fn a_method_that_two_types_have_counts_only_where_the_type_is_plain() {
    let files = |first: &str| {
        first_circle(&[
            ("lib.rs", "mod map; mod more;"),
            (
                "map.rs",
                &format!("pub struct Map; struct Name; impl Name {{ fn far(&self) {{}} }} {first}"),
            ),
            ("more.rs", "use super::map::Map; impl Map { pub fn far(&self) {} }"),
        ])
    };
    assert_eq!(files("fn f(name: &Name) { name.far() }"), "");
    assert_ne!(files("impl Map { fn f(&self) { self.far() } }"), "");
    assert_ne!(files("fn f(map: &Map) { Map::far(map) }"), "");
}

#[test]
fn what_only_tests_see_does_not_count() {
    let circle = first_circle(&[
        ("lib.rs", "mod a; mod b; #[cfg(test)] mod testing;"),
        ("a.rs", "use super::b::B; pub struct A(B);"),
        (
            "b.rs",
            "pub struct B;\n#[cfg(test)]\nuse super::a::A;\n\
                  fn f() { #[cfg(test)] super::a::note(); }\n\
                  #[cfg(test)]\nmod tests { use super::super::a::A; }",
        ),
    ]);
    assert_eq!(circle, "");
}

#[test]
fn modules_within_a_file_belong_to_it() {
    let circle = first_circle(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub mod inner { use crate::b::B; pub struct Inner(B); }"),
        ("b.rs", "pub struct B; impl From<crate::a::inner::Inner> for B {}"),
    ]);
    assert_eq!(circle, "a.rs → b.rs: B, crate::b::B\nb.rs → a.rs: crate::a::inner::Inner");
}

#[test]
fn names_of_other_crates_lead_nowhere() {
    let circle = first_circle(&[
        ("lib.rs", "mod b; mod serde_json;"),
        ("b.rs", "use std::fmt; use serde_json::Value; pub struct B; fn f() { ::b::c() }"),
        ("serde_json.rs", "use super::b::B; pub struct Mine(B);"),
    ]);
    assert_eq!(circle, "");
}
