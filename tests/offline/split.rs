//! `show --split`: an overview, and a picture for each project.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Run, netmap};

/// A proxy, and two projects behind it of which one is called strangely.
fn snapshot(folder: &Path) -> String {
    let on = |networks: &[&str]| -> Vec<_> {
        networks.iter().map(|of| json!({"network": of, "network_id": of})).collect()
    };
    let container = |name: &str, project: Option<&str>, networks: &[&str]| {
        json!({"name": name, "id": name, "state": "running", "image": "busybox",
            "project": project, "endpoints": on(networks)})
    };
    let network = |name: &str| json!({"name": name, "id": name, "driver": "bridge"});
    let text = json!({"schema": "netmap/1",
    "networks": [network("edge"), network("shop_default"), network("evil_default")],
    "containers": [
        container("proxy", None, &["edge"]),
        container("shop-web-1", Some("shop"), &["edge", "shop_default"]),
        container("shop-db-1", Some("shop"), &["shop_default"]),
        container("evil-web-1", Some("../evil"), &["edge", "evil_default"]),
        container("evil-db-1", Some("../evil"), &["evil_default"]),
    ]});
    let file = folder.join("map.json");
    fs::write(&file, text.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

fn split(folder: &Path, name: &str, more: &[&str]) -> Run {
    let file = folder.join(name);
    let from = snapshot(folder);
    netmap(&[&["show", "--from", &from, "--split", "-o", file.to_str().unwrap()], more].concat())
}

/// The pictures in a folder.
fn pictures(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "map.json")
        .collect();
    names.sort();
    names
}

#[test]
fn an_overview_has_projects_as_cards_and_each_has_a_picture_beside_it() {
    for extension in ["svg", "png", "pdf"] {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("map.{extension}");
        let run = split(folder.path(), &name, &[]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
        assert!(
            run.err.contains("is an overview, and 2 projects have a picture each"),
            "{}",
            run.err
        );
        let expected = ["map-evil", "map-shop", "map"].map(|stem| format!("{stem}.{extension}"));
        assert_eq!(pictures(folder.path()), expected);
        // What netmap drew itself is written anew.
        assert_eq!(split(folder.path(), &name, &[]).code, 0);
        assert_eq!(split(folder.path(), &name, &["--check"]).code, 0);
    }
}

#[test]
fn an_overview_shows_what_lies_between_and_a_part_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    split(folder.path(), "map.svg", &[]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let (overview, shop) = (read("map.svg"), read("map-shop.svg"));
    assert!(overview.contains(r#"<g class="container" data-name="shop" data-project="shop""#));
    assert!(overview.contains(r#"data-count="2""#) && overview.contains("2 containers"));
    assert!(overview.contains(r#"data-name="proxy""#) && overview.contains(r#"data-name="edge""#));
    assert!(!overview.contains(r#"data-name="shop_default""#), "that is the project's own matter");
    for part in ["map-evil.svg", "map-shop.svg"] {
        assert!(overview.contains(part), "it says where the rest is: {part}");
    }
    assert!(
        shop.contains(r#"data-name="shop_default""#) && shop.contains(r#"data-name="shop-db-1""#)
    );
    assert!(!shop.contains("data-name=\"evil"));
    // A student's sheet gives no names away, nor do its files.
    let blank = tempfile::tempdir().unwrap();
    split(blank.path(), "map.svg", &["--blank", "names"]);
    assert_eq!(pictures(blank.path()), ["map-1.svg", "map-2.svg", "map.svg"]);
    assert!(!fs::read_to_string(blank.path().join("map.svg")).unwrap().contains("shop"));
}

#[test]
fn a_file_that_netmap_did_not_draw_is_left_alone_and_so_are_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("map-shop.svg");
    for text in ["my notes", "<svg><desc>of mine</desc></svg>"] {
        fs::write(&foreign, text).unwrap();
        let run = split(folder.path(), "map.svg", &[]);
        assert_eq!(run.code, 2);
        assert!(run.err.contains("map-shop.svg is there already"), "{}", run.err);
        assert_eq!(fs::read_to_string(&foreign).unwrap(), text);
        assert_eq!(pictures(folder.path()), ["map-shop.svg"], "nothing else was written");
    }
}

#[test]
fn a_check_looks_at_every_picture() {
    let folder = tempfile::tempdir().unwrap();
    split(folder.path(), "map.svg", &[]);
    fs::remove_file(folder.path().join("map-evil.svg")).unwrap();
    let run = split(folder.path(), "map.svg", &["--check"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("map-evil.svg is not there.\n"), "{}", run.out);
    assert!(!run.out.contains("map-shop.svg") && !run.out.contains("map.svg"), "{}", run.out);
    // What an earlier run drew is named, and no reason to fail: it may be another map's.
    split(folder.path(), "map.svg", &[]);
    let old = folder.path().join("map-gone.svg");
    fs::copy(folder.path().join("map-shop.svg"), old).unwrap();
    let run = split(folder.path(), "map.svg", &["--check"]);
    assert!(run.code == 0 && run.err.contains("map-gone.svg; delete what"), "{}", run.err);
}

#[test]
fn what_cannot_be_split_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let page = split(folder.path(), "map.html", &[]);
    assert!(page.code == 2 && page.err.contains("and not html"), "{}", page.err);
    let from = snapshot(folder.path());
    let nowhere = netmap(&["show", "--from", &from, "--split"]);
    assert!(nowhere.code == 2 && nowhere.err.contains("--split -o"), "{}", nowhere.err);
    let file = folder.path().join("one.svg");
    let one =
        netmap(&["show", "--from", "sample:module-5", "--split", "-o", file.to_str().unwrap()]);
    assert!(one.code == 0 && one.err.contains("no two projects"), "{}", one.err);
}

/// Containers of one project, on up to four of so many networks.
fn mesh(folder: &Path, containers: usize, networks: usize) -> String {
    let network = |number: usize| {
        let name = format!("shop_net{number}");
        json!({"name": name, "id": name, "driver": "bridge", "project": "shop"})
    };
    let container = |number: usize| {
        let on = (0..=number % 4).map(|nth| (number * (2 * nth + 3) + 5 * nth * nth) % networks);
        let on: BTreeSet<String> = on.map(|at| format!("shop_net{at}")).collect();
        let on: Vec<_> = on.iter().map(|of| json!({"network": of, "network_id": of})).collect();
        let name = format!("shop-service{number}-1");
        json!({"name": name, "id": name, "state": "running", "image": format!("app{number}"),
            "project": "shop", "service": format!("service{number}"), "endpoints": on})
    };
    let text = json!({"schema": "netmap/1",
        "networks": (0..networks).map(network).collect::<Vec<_>>(),
        "containers": (0..containers).map(container).collect::<Vec<_>>()});
    let file = folder.join("map.json");
    fs::write(&file, text.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_project_that_is_too_much_for_a_page_has_a_picture_for_each_network() {
    let folder = tempfile::tempdir().unwrap();
    let from = mesh(folder.path(), 90, 18);
    let file = folder.path().join("map.svg");
    let drawn = |more: &[&str]| {
        netmap(&[&["show", "--from", &from, "-o", file.to_str().unwrap()], more].concat())
    };
    let hint = drawn(&[]).err;
    assert!(hint.contains("--split draws a picture for each network, too"), "{hint}");
    let run = drawn(&["--split"]);
    let said = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("map.svg is too small to be read on its page; each of its 18 networks has a picture as well: map-net"), "{said}");
    assert!(!said.contains("The smallest text"), "each of them can be read: {said}");
    assert_eq!(pictures(folder.path()).len(), 19);
    let one = fs::read_to_string(folder.path().join("map-net7.svg")).unwrap();
    assert!(one.contains(">net7</title>"), "{}", &one[..600]);
    assert_eq!(one.matches("<g class=\"network ").count() - 1, 1, "its bar, and the legend's");
    let check = drawn(&["--split", "--check"]);
    assert_eq!(check.code, 0, "{}", check.err);
}
