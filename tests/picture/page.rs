//! The page, used as people use it: in a browser, with its own content policy.

use std::process::Command;

use netmap::model::Snapshot;

use crate::chromium::Chromium;
use crate::maps;

/// Nine services that talk, on three networks.
pub const STORY: &str = r#"
name: shop
services:
  proxy: {image: "traefik:v3.1", ports: ["80:80"], networks: [edge], environment: {API_URL: "http://api:8000", WEB_URL: "http://web:3000"}}
  web: {image: "node:20", networks: [edge, app], environment: {API: "http://api:8000"}}
  api: {image: "acme/api:2", networks: [edge, app, data], environment: {DATABASE_URL: "postgres://u:p@db:5432/x", REDIS_URL: "redis://cache:6379"}}
  worker: {image: "acme/worker:2", deploy: {replicas: 3}, networks: [app, data], environment: {DATABASE_URL: "postgres://u:p@db:5432/x"}}
  mailer: {image: "acme/mailer:2", networks: [app], environment: {DB: "postgres://u:p@db:5432/x"}}
  queue: {image: "rabbitmq:3", networks: [app]}
  cache: {image: "redis:7", networks: [data], expose: ["6379"]}
  db: {image: "postgres:16", networks: [data], expose: ["5432"]}
networks: {edge: {}, app: {}, data: {internal: true}}
"#;

const DESK: (u32, u32) = (1400, 900);
const PHONE: (u32, u32) = (390, 844);

/// What the program shows of an input in a format.
pub fn shown(format: &str, input: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("map");
    std::fs::write(&from, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_netmap"));
    let run = command.args(["show", "--all", "--format", format, input]).arg(&from).output();
    let run = run.unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// The page that the program writes with these arguments.
fn written(arguments: &[&str], input: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("map"), folder.path().join("map.html"));
    std::fs::write(&from, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_netmap"));
    command.args(["show", "--all", input]).arg(&from).arg("-o").arg(&to).args(arguments);
    let run = command.output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::read_to_string(to).unwrap()
}

fn story() -> String {
    written(&[], "--compose", STORY)
}

fn page(map: &Snapshot) -> String {
    written(&[], "--from", &map.to_json())
}

/// Names of what is lit, in the order of the picture.
const LIT: &str =
    "[...document.querySelectorAll('.dim g.lit[data-name]')].map((g) => g.dataset.name).join(' ')";
const HASH: &str = "location.hash";
const FOUND: &str = "document.getElementById('found').textContent";
const HEADING: &str = "document.querySelector('#details h2')?.textContent ?? ''";
const SCALE: &str = "document.querySelector('svg.netmap').getBoundingClientRect().width
    / document.querySelector('svg.netmap').viewBox.baseVal.width";

/// Whether a card is in sight, whole.
fn is_seen(it: &mut Chromium, name: &str) -> bool {
    let seen = it.value(&format!(
        "(() => {{
            const box = document.querySelector('g[data-name=\"{name}\"]').getBoundingClientRect();
            const view = document.getElementById('view').getBoundingClientRect();
            return box.left >= view.left && box.right <= view.right
                && box.top >= view.top && box.bottom <= view.bottom;
        }})()"
    ));
    seen.as_bool().unwrap()
}

/// The middle of a card, in the window.
fn middle(it: &mut Chromium, name: &str) -> (f64, f64) {
    let of = |side: &str, size: &str| {
        format!(
            "(() => {{
                const box = document.querySelector('g[data-name=\"{name}\"] .box').getBoundingClientRect();
                return box.{side} + box.{size} / 2;
            }})()"
        )
    };
    (it.number(&of("left", "width")), it.number(&of("top", "height")))
}

fn assert_quiet(it: &Chromium) {
    assert!(it.faults.is_empty(), "{:?}", it.faults);
    assert_eq!(it.requests.len(), 1, "it asks for nothing: {:?}", it.requests);
}

#[test]
#[ignore = "needs chromium"]
fn a_page_fits_its_window_at_every_width() {
    let mut it = Chromium::start();
    let maps =
        [maps::random(1, 3, 2, 2, "n"), maps::shop12(), maps::shop48(), maps::projects(300, 40)];
    for (map, containers) in maps.iter().zip([3, 12, 48, 300]) {
        let html = page(map);
        for size in [PHONE, (800, 1000), DESK] {
            it.open(&html, "", size);
            let wide = it.number("document.documentElement.scrollWidth");
            assert!(wide <= f64::from(size.0), "{containers} at {size:?}: {wide}");
            let beyond = it.number(
                "document.querySelector('svg.netmap').getBoundingClientRect().width
                    - document.getElementById('view').clientWidth",
            );
            assert!(beyond <= 1.0, "{containers} at {size:?}: {beyond} pixels are out of sight");
            it.key("0");
            let high = it.number(
                "document.querySelector('svg.netmap').getBoundingClientRect().height
                    - document.getElementById('view').clientHeight",
            );
            assert!(high <= 1.0, "{containers} at {size:?}: all of it fits, but for {high}");
            assert_eq!(
                it.number(
                    "JSON.parse(document.getElementById('data').textContent).containers.length"
                ),
                f64::from(containers)
            );
            assert_quiet(&it);
        }
    }
}

#[test]
#[ignore = "needs chromium"]
fn what_is_searched_comes_into_sight() {
    let mut it = Chromium::start();
    let html = page(&maps::projects(300, 40));
    for size in [PHONE, DESK] {
        it.open(&html, "", size);
        it.key("/");
        it.type_in("SERVICE-0120");
        assert_eq!(it.text(FOUND), "1 of 300 containers");
        assert!(it.text(LIT).contains("service-0120"));
        assert!(is_seen(&mut it, "service-0120"), "{size:?}");
        let text = it.number(SCALE) * 11.0;
        assert!(text >= 9.0, "and can be read: {text} at {size:?}");
        assert_eq!(it.text(HASH), "#search=SERVICE-0120");
        it.key("Enter");
        assert_eq!(it.text(HEADING), "service-0120");
        assert!(is_seen(&mut it, "service-0120"), "beside the panel, too: {size:?}");
        it.key("Escape");
        it.key("Escape");
        assert_eq!(
            (it.text(HASH), it.text(LIT), it.text(FOUND)),
            ("".into(), "".into(), "".into())
        );
        it.key("/");
        it.type_in("nothing has this name");
        assert_eq!(it.text(FOUND), "0 of 300 containers");
        assert_eq!(it.text(LIT), "");
    }
    // From hit to hit, and on from the last to the first.
    it.open(&story(), "", DESK);
    it.key("/");
    it.type_in("redis");
    let mut told = Vec::new();
    for _ in 0..3 {
        it.key("Enter");
        told.push(it.text(HEADING));
    }
    assert_eq!(told, ["cache", "cache", "cache"]);
    // Where things may move, the way ends there as well.
    it.open(&html, "", DESK);
    it.media("screen", "no-preference");
    it.key("/");
    it.type_in("service-0120");
    it.value("new Promise((done) => setTimeout(done, 700))");
    assert!(is_seen(&mut it, "service-0120"));
    assert_quiet(&it);
}

#[test]
#[ignore = "needs chromium"]
fn a_page_can_be_used_with_keys_alone() {
    let mut it = Chromium::start();
    it.open(&story(), "", DESK);
    let before = it.number(SCALE);
    it.key("+");
    assert!(it.number(SCALE) > before * 1.2);
    it.key("-");
    assert!((it.number(SCALE) - before).abs() < 0.01);
    // Tab leads into the picture once, and out of it again.
    let label =
        "document.activeElement.closest('svg') ? document.activeElement.ariaLabel ?? '' : ''";
    let mut stops = Vec::new();
    for _ in 0..16 {
        it.key("Tab");
        let on = it.text(label);
        if !on.is_empty() {
            stops.push(on);
            break;
        }
    }
    assert_eq!(stops.len(), 1, "a card has the focus");
    // Arrows lead to every card and bar in the end, each with a name.
    let mut seen = std::collections::BTreeSet::new();
    for key in "DDDDLLLUUUURRRRDDLLDDRRRUUULLLDDDRRUULDLDLURURDRDRULULLDDRRUU".chars() {
        it.key(match key {
            'D' => "ArrowDown",
            'U' => "ArrowUp",
            'L' => "ArrowLeft",
            _ => "ArrowRight",
        });
        seen.insert(it.text(label));
    }
    assert!(seen.len() >= 9, "{seen:?}");
    let is_said = |what: &str| seen.iter().any(|label| label.contains(what));
    assert!(
        is_said("talks to cache, db") && is_said("worker") && is_said("network data"),
        "{seen:?}"
    );
    it.key("Enter");
    let chosen = it.text(HEADING);
    assert!(!chosen.is_empty());
    assert_eq!(it.text("document.activeElement.ariaPressed"), "true");
    it.key("Escape");
    assert_eq!(it.text(HEADING), "");
    // What a screen reader is told.
    let tree = it.call("Accessibility.getFullAXTree", serde_json::json!({})).to_string();
    for said in [
        "api, planned, on app and data and edge, talks to cache, db",
        "\"columnheader\"",
        "Talks to",
    ] {
        assert!(tree.contains(said), "{said}");
    }
    assert_quiet(&it);
}

#[test]
#[ignore = "needs chromium"]
fn wheel_mouse_and_fingers_zoom_and_pan() {
    let mut it = Chromium::start();
    let html = page(&maps::shop48());
    it.open(&html, "", DESK);
    // As long as the picture is narrower than its window it stays in the middle.
    it.click((20.0, 700.0));
    it.key("+");
    let (at, before) = (middle(&mut it, "web"), it.number(SCALE));
    // A mouse is at whole pixels, and what is between is as much larger afterwards.
    let mouse = (at.0.floor(), at.1.floor());
    for _ in 0..4 {
        it.wheel(mouse, -200.0);
    }
    let (now, grown) = (middle(&mut it, "web"), it.number(SCALE) / before);
    assert!(grown > 2.0, "{before} at {at:?}, {now:?}");
    let awaited = (mouse.0 + (at.0 - mouse.0) * grown, mouse.1 + (at.1 - mouse.1) * grown);
    assert!(
        (now.0 - awaited.0).abs() < 2.0 && (now.1 - awaited.1).abs() < 2.0,
        "{awaited:?} {now:?}"
    );
    it.drag((600.0, 500.0), (700.0, 420.0));
    let dragged = middle(&mut it, "web");
    assert!((dragged.0 - now.0 - 100.0).abs() < 3.0, "{now:?} {dragged:?}");
    assert!((dragged.1 - now.1 + 80.0).abs() < 3.0, "{now:?} {dragged:?}");
    assert_eq!(it.text(HEADING), "", "a drag is no click");
    it.click(dragged);
    assert_eq!(it.text(HEADING), "web ×4");
    it.open(&html, "", PHONE);
    let before = it.number(SCALE);
    it.pinch((195.0, 500.0), 60.0);
    assert!(it.number(SCALE) > before * 2.0, "{before}");
    assert_quiet(&it);
}

#[test]
#[ignore = "needs chromium"]
fn an_address_leads_to_a_card_and_to_filters() {
    let mut it = Chromium::start();
    let html = story();
    it.open(&html, "#focus=web", DESK);
    assert_eq!(it.text(HEADING), "web");
    let panel = "document.getElementById('panel').innerText";
    let said = it.text(panel);
    for told in
        ["shop-web-1", "node:20", "web server", "Talks to", "api:8000", "Is talked to by", "proxy"]
    {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert_eq!(it.text(LIT), "shop_edge shop_app shop-proxy-1 shop-web-1 shop-api-1");
    // A link in the panel goes on, and the address with it.
    it.value("[...document.querySelectorAll('#details button.link')].find((b) => b.textContent === 'api').click()");
    assert_eq!((it.text(HASH), it.text(HEADING)), ("#focus=api".into(), "api".into()));
    it.value("location.hash = '#focus=data'");
    it.value("new Promise((done) => setTimeout(done, 100))");
    assert_eq!(it.text(HEADING), "data");
    assert!(it.text(panel).contains("Members (6)"));
    // One of three that share a card.
    it.open(&html, "#focus=shop-worker-2", DESK);
    assert_eq!(it.text(HEADING), "worker-2");
    assert!(is_seen(&mut it, "worker"));
    it.open(&html, "#focus=nobody&project=nothing&network=&x=%00", DESK);
    assert_eq!((it.text(HEADING), it.text(LIT)), (String::new(), String::new()));
    let shop = page(&maps::shop48());
    it.open(&shop, "#project=billing&network=billing-data", DESK);
    assert_eq!(it.text(FOUND), "7 of 48 containers");
    let rows = "[...document.querySelectorAll('#tables tbody')][0].querySelectorAll('tr:not([hidden])').length";
    assert_eq!(it.number(rows), 7.0);
    it.value("(() => { const list = document.getElementById('network'); list.value = ''; list.dispatchEvent(new Event('change')); })()");
    assert_eq!(it.text(FOUND), "9 of 48 containers");
    assert_eq!(it.text(HASH), "#project=billing");
    let frames = "[...new Set([...document.querySelectorAll('g.project.lit')].map((g) => g.dataset.name))].join()";
    assert_eq!(it.text(frames), "billing");
    let mut stopped = maps::shop12();
    stopped.containers[2].state = netmap::model::State::Exited;
    it.open(&page(&stopped), "#state=exited", DESK);
    assert_eq!(it.text(FOUND), "1 of 12 containers");
    assert_quiet(&it);
}

#[test]
#[ignore = "needs chromium"]
fn the_doctor_s_page_tells_what_is_wrong_and_each_card_its_findings() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("wrong.html");
    let mut command = Command::new(env!("CARGO_BIN_EXE_netmap"));
    let run = command.args(["doctor", "--from", "sample:module-5", "-o"]).arg(&to).output();
    assert_eq!(run.unwrap().status.code(), Some(1), "there is something wrong");
    let html = std::fs::read_to_string(to).unwrap();
    let mut it = Chromium::start();
    for size in [PHONE, DESK] {
        // At first glance, on a phone as well.
        it.open(&html, "", size);
        let told = it.text("document.getElementById('findings').innerText");
        for said in ["look for mongo in themselves", "mongo has no name", "create the network app"]
        {
            assert!(told.contains(said), "{said}: {told}");
        }
        let below = "document.querySelector('#findings .finding').getBoundingClientRect()";
        assert!(it.number(&format!("{below}.top")) > 0.0, "{size:?}");
        assert!(it.number(&format!("{below}.bottom")) <= f64::from(size.1), "{size:?}");
        it.value("[...document.querySelectorAll('#findings button.link')].find((b) => b.textContent === 'mongo').click()");
        assert_eq!((it.text(HASH), it.text(HEADING)), ("#focus=mongo".into(), "mongo".into()));
        let panel = it.text("document.getElementById('details').innerText");
        assert!(panel.contains("Findings") && panel.contains("2"), "{panel}");
        assert!(panel.contains("mongo has no name that the others could use."), "{panel}");
        assert!(is_seen(&mut it, "mongo"), "{size:?}");
        assert_quiet(&it);
    }
    let table = "document.querySelector('#tables .findings').innerText";
    assert!(it.text(table).contains("mongo has no name"), "who cannot see it is told as well");
    assert!(!page(&maps::shop12()).contains("class=\"findings\""), "nobody looked");
}

const UPRIGHT: &str = "0 0 594.95996 841.91998";
const LYING: &str = "0 0 841.91998 594.95996";

/// How many pages a PDF has, and how large they are.
fn pages(pdf: &[u8]) -> (usize, String) {
    let text = String::from_utf8_lossy(pdf);
    let count = text.matches("/Type /Page\n").count().max(text.matches("/Type /Page/").count());
    let size = text.split("/MediaBox [").nth(1).and_then(|rest| rest.split(']').next());
    (count, size.unwrap_or_default().to_owned())
}

#[test]
#[ignore = "needs chromium"]
fn a_page_prints_on_a4_with_its_tables() {
    let mut it = Chromium::start();
    for (html, size) in [(story(), UPRIGHT), (page(&maps::projects(300, 40)), LYING)] {
        // What was chosen on the screen is no matter of the paper.
        it.open(&html, "#search=db", DESK);
        let (count, told) = pages(&it.pdf());
        assert!((2..=20).contains(&count), "{count} pages");
        assert_eq!(told, size, "A4");
        it.media("print", "reduce");
        let (wide, high) = if size == UPRIGHT { (718, 1046) } else { (1046, 718) };
        let sheet = serde_json::json!({"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": false});
        it.call("Emulation.setDeviceMetricsOverride", sheet);
        let visible = |what: &str| format!("document.querySelector('{what}').checkVisibility()");
        assert_eq!(it.value(&visible("header")), false);
        assert_eq!(it.value(&visible("#panel")), false);
        let box_of = |what: &str, side: &str| {
            format!("document.querySelector('{what}').getBoundingClientRect().{side}")
        };
        let drawn = it.number(&box_of("svg.netmap", "width"));
        assert!(drawn <= f64::from(wide), "{drawn}");
        let drawn = it.number(&box_of("svg.netmap", "height"));
        assert!(drawn <= f64::from(high), "{drawn}");
        let table = it.number(&box_of("#tables table", "width"));
        assert!((400.0..=f64::from(wide) + 1.0).contains(&table), "{table}");
        let hidden = it.number("[...document.querySelectorAll('#tables tr')].filter((row) => row.getBoundingClientRect().height === 0).length");
        assert_eq!(hidden, 0.0, "all rows are on paper");
        let faint = it.number("[...document.querySelectorAll('svg.netmap g')].filter((g) => getComputedStyle(g).opacity !== '1').length");
        assert_eq!(faint, 0.0, "nothing is dimmed on paper");
    }
}

#[test]
#[ignore = "needs chromium"]
fn names_from_strangers_do_no_harm_on_a_page() {
    let mut it = Chromium::start();
    for name in [
        "</script><script>document.title='broken'</script>",
        "<!--<script>",
        "<img src=x onerror=\"document.title='broken'\">",
        "\"onload=\"document.title='broken'",
        "__proto__",
        "constructor",
        "a&b=c#focus=d",
        "\u{2028}\\u003c'`${1}",
        "\u{202e}evil",
        "",
    ] {
        let html = page(&crate::hostile::map_of(name));
        it.open(&html, "", DESK);
        it.value("document.querySelector('g.container').dispatchEvent(new MouseEvent('click', { bubbles: true }))");
        let own = it.number("document.querySelectorAll('script').length");
        assert_eq!(own, 2.0, "{name}");
        assert_eq!(it.number("document.querySelectorAll('img').length"), 0.0, "{name}");
        assert_ne!(it.text("document.title"), "broken");
        assert_ne!(it.text("document.getElementById('details').innerText"), "", "{name}");
        // What was chosen can be found again by the address.
        let heading = it.text(HEADING);
        it.value("location.hash = location.hash + '&'");
        it.value("new Promise((done) => setTimeout(done, 50))");
        assert_eq!(it.text(HEADING), heading, "{name}");
        for typed in [name, "x"] {
            it.value("document.getElementById('search').focus()");
            it.type_in(typed);
        }
        assert_quiet(&it);
    }
}

#[test]
fn a_student_s_sheet_gives_nothing_away() {
    for blank in ["names", "addresses"] {
        let html = written(&["--blank", blank], "--from", &maps::shop12().to_json());
        assert!(!html.contains("10.0.0.2"), "{blank}");
        assert_eq!(html.contains("replica"), blank == "addresses", "{blank}");
    }
}

#[test]
#[ignore = "needs chromium"]
fn a_sheet_without_data_can_still_be_moved() {
    let mut it = Chromium::start();
    it.open(&written(&["--blank", "names"], "--from", &maps::shop12().to_json()), "", DESK);
    let before = it.number(SCALE);
    it.key("+");
    assert!(it.number(SCALE) > before);
    assert_eq!(it.value("document.querySelector('form').checkVisibility()"), false);
    assert_quiet(&it);
}

/// Writes screenshots for people to look at, where `NETMAP_SHOTS` names a folder.
#[test]
#[ignore = "needs chromium"]
fn screenshots_for_who_wants_to_look() {
    let Some(folder) = std::env::var_os("NETMAP_SHOTS") else { return };
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let mut it = Chromium::start();
    for (name, html, hash) in [
        ("story", story(), "#focus=api"),
        ("3", page(&maps::random(1, 3, 2, 2, "n")), ""),
        ("12", page(&maps::shop12()), ""),
        ("59", page(&maps::hub59()), "#project=gitlab"),
        ("300", page(&maps::projects(300, 40)), ""),
    ] {
        for size in [PHONE, (800, 1000), DESK] {
            it.open(&html, hash, size);
            let shot = it.screenshot();
            std::fs::write(folder.join(format!("{name}-{}.png", size.0)), shot).unwrap();
        }
        std::fs::write(folder.join(format!("{name}.pdf")), it.pdf()).unwrap();
    }
}
