//! Pictures: what they hold, whether their parts keep apart, and what a
//! browser makes of them.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

mod maps;

#[test]
#[ignore = "writes the maps as files"]
fn write_maps() {
    let folder = std::path::PathBuf::from(std::env::var("NETMAP_MAPS").unwrap());
    for (name, map) in [
        ("shop12", maps::shop12()),
        ("proxy36", maps::proxy36()),
        ("shop48", maps::shop48()),
        ("hub59", maps::hub59()),
        ("projects300", maps::projects(300, 40)),
        ("projects3000", maps::projects(3000, 400)),
        ("random12", maps::random(1, 12, 4, 3, "r")),
        ("random60", maps::random(2, 60, 10, 3, "r")),
        ("random300", maps::random(3, 300, 40, 6, "r")),
    ] {
        std::fs::write(folder.join(format!("{name}.json")), map.to_json()).unwrap();
    }
}
