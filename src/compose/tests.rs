//! Whole compose files, and what is planned in them.

use std::fs;

use super::*;
use crate::model::{Container, Endpoint, HostPorts, Unread};

/// A folder of files for one test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        for (name, text) in files {
            let path = folder.path(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("shop").join(name)
    }

    fn request(&self, files: &[&str]) -> Request {
        Request {
            files: files.iter().map(|file| self.path(file)).collect(),
            current_folder: PathBuf::from("/nonexistent"),
            ..Request::default()
        }
    }

    fn read(&self, files: &[&str]) -> Snapshot {
        read(&self.request(files)).expect("a plan")
    }

    /// The error, with the folder's name taken out of it.
    fn error(&self, files: &[&str]) -> String {
        self.relative(&read(&self.request(files)).expect_err("no plan").to_string())
    }

    /// What is refused, likewise.
    fn faults(&self, files: &[&str]) -> Vec<String> {
        faults(&self.read(files)).iter().map(|fault| self.relative(fault)).collect()
    }

    fn relative(&self, text: &str) -> String {
        let folder = self.path("").display().to_string();
        text.replace(&format!("{}/", folder.trim_end_matches('/')), "")
    }
}

/// The plan of one file.
fn plan(text: &str) -> Snapshot {
    Folder::new(&[("compose.yaml", text)]).read(&["compose.yaml"])
}

/// The error of one file.
fn error(text: &str) -> String {
    Folder::new(&[("compose.yaml", text)]).error(&["compose.yaml"])
}

/// `shop-web-1 on shop_front (web www) 10.0.0.2` for each container.
fn shown(snapshot: &Snapshot) -> Vec<String> {
    let endpoint = |endpoint: &Endpoint| {
        let mut text = format!(" on {} ({})", endpoint.network, endpoint.aliases.join(" "));
        for address in endpoint.addresses() {
            text.push_str(&format!(" {address}"));
        }
        text
    };
    let container = |container: &Container| {
        let endpoints: String = container.endpoints.iter().map(endpoint).collect();
        match container.endpoints.is_empty() {
            true => format!("{} in {}", container.name, container.network_mode),
            false => format!("{}{endpoints}", container.name),
        }
    };
    snapshot.containers.iter().map(container).collect()
}

/// What is refused, without the folder: `3:5 services.web: why`, and who does
/// where it is the engine.
fn faults(snapshot: &Snapshot) -> Vec<String> {
    let faults = &snapshot.plan.as_ref().expect("a plan").faults;
    let shown = |fault: &Fault| {
        let Fault { by, place, path, why, .. } = fault;
        let by = if *by == Refuser::Engine { "engine " } else { "" };
        format!("{by}{}:{} {path}: {why}", place.line, place.column)
    };
    faults.iter().map(shown).collect()
}

/// The notes, without the folder.
fn notes(snapshot: &Snapshot) -> Vec<String> {
    let short = |what: &str| what.rsplit('/').next().unwrap_or(what).to_owned();
    snapshot
        .unread
        .iter()
        .map(|unread| format!("{}: {}", short(&unread.what), unread.why))
        .collect()
}

#[test]
fn names_are_those_of_compose() {
    let snapshot = plan(
        "services:\n  web: {image: a}\n  named: {image: b, container_name: own}\n  two: {image: c, scale: 2}\n  \
         many: {image: d, deploy: {replicas: 2}}\n  off: {image: e, scale: 0}\n  built: {build: .}\n",
    );
    assert_eq!(
        shown(&snapshot),
        [
            "own on shop_default (named)",
            "shop-built-1 on shop_default (built)",
            "shop-many-1 on shop_default (many)",
            "shop-many-2 on shop_default (many)",
            "shop-two-1 on shop_default (two)",
            "shop-two-2 on shop_default (two)",
            "shop-web-1 on shop_default (web)",
        ]
    );
    assert_eq!(snapshot.containers[1].image, "shop-built");
    let plan = snapshot.plan.expect("a plan");
    assert_eq!(plan.project, "shop");
}

#[test]
fn the_project_is_named_in_composes_own_order() {
    let folder = Folder::new(&[
        ("compose.yaml", "name: in-file\nservices: {web: {image: a}}\n"),
        ("plain.yaml", "services: {web: {image: a}}\n"),
        ("Some Folder!/compose.yaml", "services: {web: {image: a}}\n"),
    ]);
    let name = |file: &str, asked: Option<&str>, variable: Option<&str>| {
        let mut request = folder.request(&[file]);
        request.project_name = asked.map(str::to_owned);
        request
            .environment
            .extend(variable.map(|v| ("COMPOSE_PROJECT_NAME".to_owned(), v.to_owned())));
        read(&request).expect("a plan").plan.expect("a plan").project
    };
    assert_eq!(name("compose.yaml", Some("asked"), Some("variable")), "asked");
    assert_eq!(name("compose.yaml", None, Some("variable")), "variable");
    assert_eq!(name("compose.yaml", None, Some("")), "in-file");
    assert_eq!(name("plain.yaml", None, None), "shop");
    assert_eq!(name("Some Folder!/compose.yaml", None, None), "somefolder");
    let mut request = folder.request(&["plain.yaml"]);
    request.project_name = Some("_Odd.Name_".to_owned());
    assert!(read(&request).expect_err("no name").to_string().contains("no name for a project"));
}

#[test]
fn compose_1_names_containers_with_underscores() {
    let folder = Folder::new(&[("compose.yaml", "services: {web: {build: .}}\n")]);
    let mut request = folder.request(&["compose.yaml"]);
    request.environment.insert("COMPOSE_COMPATIBILITY".to_owned(), "true".to_owned());
    let snapshot = read(&request).expect("a plan");
    assert_eq!(
        (snapshot.containers[0].name.as_str(), snapshot.containers[0].image.as_str()),
        ("shop_web_1", "shop_web")
    );
}

#[test]
fn included_projects_bring_their_services_and_variables() {
    let folder = Folder::new(&[
        (
            "compose.yaml",
            "include:\n  - infra/compose.yaml\n  - path: [mail/compose.yaml, mail/more.yaml]\n    env_file: mail/settings.env\n\
             services:\n  web: {image: a, networks: [data]}\n",
        ),
        (".env", "TAG=outer\n"),
        (
            "infra/compose.yaml",
            "name: inner\nservices:\n  db: {image: 'db:${TAG}-${INNER}', networks: [data], env_file: db.env}\nnetworks: {data: {internal: true}}\n",
        ),
        ("infra/.env", "TAG=inner\nINNER=yes\n"),
        ("infra/db.env", "UPSTREAM=http://web:8080\n"),
        ("mail/compose.yaml", "services: {mail: {image: 'mail:${MAIL}'}}\n"),
        ("mail/more.yaml", "services: {mail: {ports: ['25:25']}}\n"),
        ("mail/settings.env", "MAIL=7\n"),
    ]);
    let snapshot = folder.read(&["compose.yaml"]);
    assert_eq!(
        shown(&snapshot),
        [
            "shop-db-1 on shop_data (db)",
            "shop-mail-1 on shop_default (mail)",
            "shop-web-1 on shop_data (web)",
        ]
    );
    assert_eq!(snapshot.containers[0].image, "db:outer-yes");
    assert_eq!(snapshot.containers[0].references[0].to_string(), "web:8080");
    assert_eq!(
        (snapshot.containers[1].image.as_str(), snapshot.containers[1].requested.len()),
        ("mail:7", 1)
    );
    assert!(
        snapshot.networks.iter().any(|network| network.name == "shop_data" && network.internal)
    );
    assert_eq!(notes(&snapshot), Vec::<String>::new());
    let plan = snapshot.plan.expect("a plan");
    assert_eq!(plan.files.len(), 4);
    let place = plan.place(&["services", "web", "networks", "data"]).expect("a place");
    assert!(place.file.ends_with("shop/compose.yaml") && place.line == 6, "{place}");
}

#[test]
fn gateway_priorities_profiles_and_shared_stacks() {
    let folder = Folder::new(&[(
        "compose.yaml",
        "services:\n  a: {image: a, networks: {one: {gw_priority: 5, priority: 1}, two: {priority: 9, mac_address: '02:42:AC:11:00:09'}}}\n  \
         b: {image: b, network_mode: 'service:a', ports: ['80:80']}\n  debug: {image: c, profiles: [debug, test], depends_on: {a: {condition: service_started, required: false}}}\n  \
         c: {image: c, network_mode: 'container:elsewhere'}\nnetworks: {one: {}, two: {name: fixed-name}}\n",
    )]);
    let snapshot = folder.read(&["compose.yaml"]);
    assert_eq!(
        shown(&snapshot),
        [
            "shop-a-1 on fixed-name (a) on shop_one (a)",
            "shop-b-1 in container:shop-a-1",
            "shop-c-1 in container:elsewhere"
        ]
    );
    let a = &snapshot.containers[0];
    assert_eq!(a.network_mode.to_string(), "fixed-name");
    assert_eq!(a.endpoints.iter().map(|e| e.gateway_priority).collect::<Vec<_>>(), [None, Some(5)]);
    assert_eq!(a.endpoints[0].mac.as_deref(), Some("02:42:ac:11:00:09"));
    assert!(snapshot.containers[1].requested.is_empty(), "a sidecar publishes nothing");
    for profile in ["test", "*"] {
        let mut request = folder.request(&["compose.yaml"]);
        request.profiles = vec![profile.to_owned()];
        assert_eq!(read(&request).expect("a plan").containers.len(), 4, "{profile}");
    }
    let mut request = folder.request(&["compose.yaml"]);
    request.environment.insert("COMPOSE_PROFILES".to_owned(), "other, debug".to_owned());
    let of_variable = read(&request).expect("a plan");
    assert_eq!(of_variable.containers.len(), 4);
    // The variable may be meant for other files.
    let told = |unread: &Unread| unread.what.contains("profile");
    assert!(!of_variable.unread.iter().any(told), "{:?}", of_variable.unread);
    request.profiles = vec!["debgu".to_owned()];
    let unread = read(&request).expect("a plan").unread;
    let told: Vec<_> = unread.iter().map(|u| format!("{}: {}", u.what, u.why)).collect();
    let expected = "the profile `debgu`: no service has it; did you mean `debug`?";
    assert!(told.iter().any(|told| told == expected), "{told:?}");
}

#[test]
fn a_folder_stands_for_its_file_and_the_override() {
    let folder = Folder::new(&[
        ("docker-compose.yml", "services: {web: {image: a, ports: ['80:80']}}\n"),
        (
            "docker-compose.override.yml",
            "services: {web: {ports: !override ['81:80'], environment: !reset {}}}\n",
        ),
        ("empty/readme", ""),
    ]);
    let snapshot = folder.read(&["."]);
    assert_eq!(snapshot.containers[0].requested.len(), 1);
    assert_eq!(snapshot.containers[0].requested[0].host_port, HostPorts::One(81));
    // A file that is named comes alone.
    assert_eq!(
        folder.read(&["docker-compose.yml"]).containers[0].requested[0].host_port,
        HostPorts::One(80)
    );
    // A folder that is named and has none stands for nothing; what is above it is named.
    let error = read(&folder.request(&["empty"])).expect_err("no plan");
    assert!(error.to_string().ends_with("empty: there is no compose file in this folder"));
    let hint = error.hint().unwrap_or_default();
    assert!(hint.starts_with("netmap looks for compose.yaml, compose.yml, "), "{hint}");
    assert!(hint.ends_with("/docker-compose.yml") && !hint.contains(".."), "{hint}");
    // Where the user stands, Compose looks further up.
    let mut request = folder.request(&["empty"]);
    request.current_folder = folder.path("empty");
    assert_eq!(read(&request).expect("a plan").containers[0].requested.len(), 1);
}

#[test]
fn nothing_secret_is_kept() {
    let text = "services:\n  web:\n    image: a\n    command: run --db postgres://root:hunter2@db:5432/x --password hunter2\n    \
        environment: {DB: 'mysql://u:hunter2@db/x', PASSWORD: hunter2}\n    labels: {auth.password: hunter2, link: 'http://u:hunter2@x/'}\n    \
        healthcheck: {test: ['CMD', 'curl', '-u', 'u:hunter2', 'http://localhost:80/']}\n    env_file: secret.env\n";
    let folder = Folder::new(&[
        ("compose.yaml", text),
        ("secret.env", "API=http://u:hunter2@api:8080/\nS=hunter2\n"),
    ]);
    let snapshot = folder.read(&["compose.yaml"]);
    assert!(!snapshot.to_json().contains("hunter2"), "{}", snapshot.to_json());
    let hosts: Vec<String> =
        snapshot.containers[0].references.iter().map(ToString::to_string).collect();
    for host in ["db:5432", "db:3306", "api:8080", "localhost:80"] {
        assert!(hosts.contains(&host.to_owned()), "{host} in {hosts:?}");
    }
}

#[test]
fn dependencies_are_labels_and_no_connections() {
    let snapshot = plan(
        "services:\n  web: {image: a, depends_on: {db: {condition: service_healthy, restart: true}}}\n  db: {image: b}\n",
    );
    let web = &snapshot.containers[1];
    assert_eq!(web.labels["com.docker.compose.depends_on"], "db:service_healthy:true");
    assert_eq!(web.references, []);
}

#[test]
fn what_is_not_understood_is_named_and_the_rest_goes_on() {
    let snapshot = plan(
        "versoin: 3\nservices:\n  web:\n    imgae: a\n    image: b\n    ports: [banana, '80:80']\n    networks: {frnot: {alias: x}}\n    \
         depends_on: [dv]\n    scale: many\n    x-own: anything\n  db: nonsense\n  hid: {image: a, profiles: [p]}\n  two: {image: a, network_mode: host, networks: [front], depends_on: [hid]}\n\
         networks:\n  front: {enable_ipv6: maybe, ipam: {config: [{subnet: 10.0.0.0}]}}\n",
    );
    assert_eq!(shown(&snapshot), ["shop-two-1 on host ()", "shop-web-1 in none"]);
    assert_eq!(
        notes(&snapshot),
        [
            "compose.yaml:1:1 `versoin`: there is no such key; did you mean `version`?",
            "compose.yaml:4:5 `services.web.imgae`: there is no such key; did you mean `image`?",
            "compose.yaml:6:13 `services.web.ports.0`: `banana` is no port",
            "compose.yaml:7:16 `services.web.networks.frnot`: the file has no network `frnot`; did you mean `front`?",
            "compose.yaml:7:24 `services.web.networks.frnot.alias`: there is no such key; did you mean `aliases`?",
            "compose.yaml:8:18 `services.web.depends_on.dv`: there is no service `dv`; did you mean `db`?",
            "compose.yaml:9:12 `services.web.scale`: a whole number was expected, and this is something else",
            "compose.yaml:11:7 `services.db`: this is text, and a mapping was expected",
            "compose.yaml:13:49 `services.two.networks`: Compose takes `networks` or `network_mode`, not both; the mode counts here",
            "compose.yaml:13:71 `services.two.depends_on.hid`: the service `hid` has a profile that is not switched on (--profile)",
            "compose.yaml:15:3 `networks.front`: no service is on it, so Compose does not make it",
            "compose.yaml:15:24 `networks.front.enable_ipv6`: true or false was expected, and this is something else",
        ]
    );
    // All but the network that nothing is on is refused.
    assert_eq!(faults(&snapshot).len(), 11);
}

/// A mode names a network as the engine knows it, which is by another name than the file.
#[test]
fn a_mode_that_names_a_network_of_the_file_is_told() {
    let told = |mode: &str, back: &str| {
        let text = format!(
            "services:\n  web: {{image: a, network_mode: {mode}}}\n  db: {{image: a, networks: [back]}}\n\
             networks:\n  back: {back}\n  bridge:\n"
        );
        faults(&plan(&text))
    };
    let known = |name: &str| {
        format!(
            "engine 2:33 services.web.network_mode: a mode names a network of the engine, which knows \
             `back` of this file as `{name}`"
        )
    };
    assert_eq!(told("back", ""), [known("shop_back")]);
    assert_eq!(told("back", "{name: b}"), [known("b")]);
    // The engine has a network of this name, or may have one.
    let fine = [
        ("back", "{external: true}"),
        ("back", "{name: back}"),
        ("shop_back", ""),
        ("elsewhere", ""),
        ("bridge", ""),
        ("host", ""),
    ];
    for (mode, back) in fine {
        assert_eq!(told(mode, back), [""; 0], "{mode} {back}");
    }
    let snapshot = plan("services: {web: {image: a, network_mode: back}}\nnetworks: {back: }\n");
    let form = snapshot.plan.expect("a plan").faults[0].form.clone();
    let (under, name) = ("networks".to_owned(), "back".to_owned());
    assert_eq!(form, Some(Form::Listed { under, name }));
}

/// One name is one container's: who is given it as well is drawn without.
#[test]
fn a_name_that_is_given_twice_is_told_once() {
    let snapshot = plan(
        "services:\n  a: {image: a, container_name: one}\n  b: {image: b, container_name: one}\n  \
         c: {image: c, container_name: one, scale: 2}\n",
    );
    let names: Vec<&str> = snapshot.containers.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["one", "shop-b-1", "shop-c-1", "shop-c-2"]);
    let faults = &snapshot.plan.as_ref().expect("a plan").faults;
    let forms: Vec<_> = faults.iter().map(|fault| (fault.place.line, fault.form.clone())).collect();
    let nameless = |service: &str, or_another| {
        Some(Form::Nameless { service: service.to_owned(), or_another })
    };
    let expected = [(3, nameless("b", true)), (4, nameless("c", true)), (4, nameless("c", false))];
    assert_eq!(forms, expected);
    let map = crate::graph::Map::new(&snapshot);
    let findings = crate::diagnose::diagnose(&map, None, |_| true).findings;
    assert!(findings.iter().all(|finding| finding.rule == "refused-file"), "{findings:#?}");
}

#[test]
fn variables_without_a_value_are_named_once() {
    let snapshot = plan(
        "services:\n  a: {image: 'a:${TAG}'}\n  b: {image: 'b:$TAG', hostname: '${NAME:?say who}', labels: {price: '5$'}}\n",
    );
    assert_eq!(
        notes(&snapshot),
        [
            "compose.yaml:2:14 `$TAG`: not set, so taken as empty, here and in 1 value more",
            "compose.yaml:3:34 `services.b.hostname`: the variable `NAME` is required and not set; the file says: say who",
        ]
    );
}

#[test]
fn bad_files_are_errors_with_their_place() {
    assert_eq!(error(""), "compose.yaml:1:1: the file is empty");
    assert_eq!(error("# only a comment\n"), "compose.yaml:1:1: the file is empty");
    assert_eq!(
        error("- a\n- b\n"),
        "compose.yaml:1:1: a compose file has keys such as `services` at its top, and this is a list"
    );
    assert_eq!(
        error("services:\n  a: {image: x}\n  a: {image: y}\n"),
        "compose.yaml:3:3: the key `a` is there already, in line 2"
    );
    assert!(error("services:\n\ta: {image: x}\n").starts_with("compose.yaml:2:1: a tab"));
    assert!(error("services: {a: &x {b: *x}}\n").contains("inside of what it names"));
    assert_eq!(
        Folder::new(&[]).error(&["gone.yaml"]),
        "gone.yaml: cannot read it: No such file or directory"
    );
    let binary = Folder::new(&[]);
    fs::create_dir_all(binary.path("")).expect("a folder");
    fs::write(binary.path("b.yaml"), b"a: 1\nb: \xff\xfe\n").expect("a file");
    assert_eq!(binary.error(&["b.yaml"]), "b.yaml:2: it is not in UTF-8");
}

#[test]
fn files_do_not_leave_the_folder_nor_go_round_in_a_circle() {
    let include = |path: &str| format!("include: ['{path}']\nservices: {{a: {{image: x}}}}\n");
    let outside = Folder::new(&[
        ("compose.yaml", &include("../outside.yaml")),
        ("../outside.yaml", "services: {}\n"),
    ]);
    assert_eq!(
        outside.error(&["compose.yaml"]).rsplit('`').next(),
        Some(": it lies outside of the project's folder")
    );
    let absolute = Folder::new(&[("compose.yaml", &include("/etc/passwd"))]);
    assert_eq!(
        absolute.error(&["compose.yaml"]),
        "compose.yaml:1:11: cannot read `/etc/passwd`: it lies outside of the project's folder"
    );
    let link = Folder::new(&[("compose.yaml", &include("link.yaml"))]);
    std::os::unix::fs::symlink("/etc/passwd", link.path("link.yaml")).expect("a link");
    assert_eq!(
        link.error(&["compose.yaml"]),
        "compose.yaml:1:11: cannot read `link.yaml`: it lies outside of the project's folder"
    );
    // Where the user stands above both, they may name one another.
    let mut request = outside.request(&["compose.yaml"]);
    request.current_folder = outside.0.path().to_owned();
    assert_eq!(read(&request).expect("a plan").containers.len(), 1);

    let circle =
        Folder::new(&[("compose.yaml", &include("b.yaml")), ("b.yaml", &include("compose.yaml"))]);
    let told = |folder: &Folder| folder.faults(&["compose.yaml"]);
    assert_eq!(
        told(&circle),
        ["1:11 include.0: this file includes itself, directly or through others"]
    );
    let gone = Folder::new(&[("compose.yaml", &include("gone.yaml"))]);
    assert_eq!(told(&gone), ["1:11 include.0: cannot read `gone.yaml`: it is not there"]);
    let folder = Folder::new(&[("compose.yaml", &include("sub")), ("sub/x", "")]);
    assert_eq!(told(&folder), ["1:11 include.0: cannot read `sub`: it is no file"]);
    let far = plan(&include("oci://docker.io/x/y"));
    assert_eq!(
        notes(&far),
        ["compose.yaml:1:11 `include.0`: it lies elsewhere, and netmap fetches nothing"]
            .map(|note| note.to_owned())
    );
}

#[test]
fn services_do_not_extend_one_another_in_a_circle() {
    let told = |text: &str| faults(&plan(text));
    assert_eq!(
        told("services:\n  a: {extends: b}\n  b: {extends: {service: a}}\n"),
        ["2:16 services.a.extends: `a` extends itself, directly or through others"]
    );
    assert_eq!(
        told("services:\n  a: {extends: nobody}\n"),
        ["2:16 services.a.extends: there is no service `nobody` to extend"]
    );
    let two = Folder::new(&[
        ("compose.yaml", "services: {a: {extends: {file: b.yaml, service: b}}}\n"),
        ("b.yaml", "services: {b: {extends: {file: compose.yaml, service: a}}}\n"),
    ]);
    let told = two.faults(&["compose.yaml"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with("extends itself, directly or through others"), "{told:?}");
    // However long a chain is, and in whichever order its services stand.
    for number in [|n: u32| n, |n: u32| 100 - n] {
        let service = |n: u32| {
            let (own, base) = (number(n), number(n.saturating_sub(1)));
            match n {
                0 => format!("  s{own:03}: {{image: x}}\n"),
                _ => format!("  s{own:03}: {{extends: s{base:03}, expose: ['{n}']}}\n"),
            }
        };
        let text = format!("services:\n{}", (0..=100).map(service).collect::<String>());
        let last = plan(&text).containers.into_iter().map(|container| container.exposed.len());
        assert_eq!(last.max(), Some(100));
    }
    let mut growing = "services:\n  s0: {image: x, extra_hosts: [a:1.1.1.1]}\n".to_owned();
    for n in 1..5000 {
        growing
            .push_str(&format!("  s{n}: {{extends: s{}, extra_hosts: ['h{n}:1.1.1.1']}}\n", n - 1));
    }
    assert!(error(&growing).contains("extend"), "{}", error(&growing));
}

#[test]
fn nothing_is_drawn_up_without_end() {
    let snapshot = plan(
        "services: {a: {image: x, scale: 4000000000}, b: {image: x, ports: ['1-65535:1-65535'], scale: 900}}\n",
    );
    assert!(snapshot.containers.len() < 1500);
    assert!(notes(&snapshot).iter().any(|note| note.contains("too much to draw up")));
    let folder = Folder::new(&[]);
    fs::create_dir_all(folder.path("")).expect("a folder");
    let file = fs::File::create(folder.path("big.yaml")).expect("a file");
    file.set_len(100 << 20).expect("room");
    assert_eq!(folder.error(&["big.yaml"]), "big.yaml: it is larger than 4 MB and no compose file");
}

/// The compose files of the corpus, to be damaged.
fn corpus() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
    let setups = fs::read_dir(folder).expect("the corpus");
    let mut texts: Vec<String> = setups
        .map(|setup| setup.expect("a setup").path().join("compose.yaml"))
        .map(|path| fs::read_to_string(path).expect("a compose file"))
        .collect();
    texts.sort();
    texts
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever happens to a file, reading it ends with a plan or an error.
    #[test]
    fn damaged_files_end_with_a_plan_or_an_error(
        which in 0usize..22,
        damage in proptest::collection::vec(
            (0.0f64..1.0, 0usize..12, "[ \n\t:\\-\\[\\]{}&*!|>'\"%@`$#,?~a-z0-9\u{e9}]{0,4}"), 1..8),
    ) {
        let texts = corpus();
        let mut text = texts[which % texts.len()].clone();
        for (place, cut, put) in damage {
            let mut from = (place * text.len() as f64) as usize;
            while !text.is_char_boundary(from) {
                from -= 1;
            }
            let mut to = (from + cut).min(text.len());
            while !text.is_char_boundary(to) {
                to += 1;
            }
            text.replace_range(from..to, &put);
        }
        let folder = Folder::new(&[("compose.yaml", &text)]);
        match read(&folder.request(&["compose.yaml"])) {
            Ok(snapshot) => {
                // What was read can be mapped, written and read again.
                let map = crate::graph::Map::new(&snapshot);
                for from in map.containers().take(4) {
                    for to in map.containers().take(4) {
                        map.predict(from, to);
                    }
                }
                let back = Snapshot::read(snapshot.to_json().as_bytes()).expect("it reads back");
                proptest::prop_assert_eq!(back, snapshot);
            }
            Err(error) => proptest::prop_assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn an_env_file_leads_nowhere_outside_of_the_project() {
    let compose = "services: {web: {image: 'busybox:${TAG:-none}'}}\n";
    let image = |folder: &Folder| folder.read(&["compose.yaml"]).containers[0].image.clone();
    let link = |to: &str| {
        let folder = Folder::new(&[("compose.yaml", compose), ("../secret", "TAG=hunter2\n")]);
        std::os::unix::fs::symlink(to, folder.path(".env")).expect("a link");
        folder
    };
    let inside = Folder::new(&[("compose.yaml", compose), ("other.env", "TAG=1\n")]);
    std::os::unix::fs::symlink("other.env", inside.path(".env")).expect("a link");
    assert_eq!(image(&inside), "busybox:1");
    for to in ["../secret", "/etc/passwd", "/dev/zero"] {
        let error = link(to).error(&["compose.yaml"]);
        assert_eq!(
            error,
            ".env: cannot read the project's variables: it lies outside of the project's folder",
            "{to}"
        );
    }
    // A link that leads to nothing is none.
    assert_eq!(image(&link("gone")), "busybox:none");
    let pipe = Folder::new(&[("compose.yaml", compose)]);
    let made = std::process::Command::new("mkfifo").arg(pipe.path(".env")).status();
    assert!(made.expect("mkfifo runs").success());
    assert!(pipe.error(&["compose.yaml"]).ends_with("it is no file"));
    // Who names it reads it wherever it leads.
    let named = link("../secret");
    let mut request = named.request(&["compose.yaml"]);
    request.env_files = vec![named.path(".env")];
    assert_eq!(read(&request).expect("a plan").containers[0].image, "busybox:hunter2");
    let hint = read(&named.request(&["compose.yaml"])).expect_err("no plan").hint();
    assert!(hint.is_some_and(|hint| hint.starts_with("--env-file ")));
}

#[test]
fn compose_file_in_an_env_file_names_files_of_the_project() {
    let of = |named: &str| {
        Folder::new(&[
            (".env", &format!("COMPOSE_FILE={named}\n")),
            ("a/b.yaml", "services: {b: {image: x}}\n"),
            ("../outside.yaml", "services: {c: {image: x}}\n"),
        ])
    };
    assert_eq!(of("a/b.yaml").read(&[""]).containers.len(), 1);
    for named in ["../outside.yaml", "/etc/passwd", "-", "a/b.yaml:../outside.yaml"] {
        let error = of(named).error(&[""]);
        assert!(error.contains("COMPOSE_FILE names `"), "{named}: {error}");
    }
    let outside = of("../outside.yaml");
    let mut request = outside.request(&[""]);
    let process = [("COMPOSE_FILE".to_owned(), "../outside.yaml".to_owned())];
    request.environment = process.into();
    assert_eq!(read(&request).expect("the user's own word").containers.len(), 1);
}

#[test]
fn an_included_env_file_that_leads_outside_is_told_of() {
    let folder = Folder::new(&[
        ("compose.yaml", "include: [in/compose.yaml]\n"),
        ("in/compose.yaml", "services: {web: {image: 'x:${TAG:-none}'}}\n"),
    ]);
    std::os::unix::fs::symlink("/etc/hostname", folder.path("in/.env")).expect("a link");
    let plan = folder.read(&["compose.yaml"]);
    assert_eq!(plan.containers[0].image, "x:none");
    assert!(plan.unread[0].why.ends_with("it lies outside of the project's folder"));
}

#[test]
fn a_folder_that_is_closed_is_told_of_itself() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[("in/compose.yaml", "services: {web: {image: busybox}}\n")]);
    let closed = folder.path("in");
    let open_to = |mode| {
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    open_to(0o600);
    let read = ["in", "in/compose.yaml"].map(|asked| read(&folder.request(&[asked])));
    // Root may look into it.
    let is_closed = std::fs::metadata(closed.join(".")).is_err();
    open_to(0o700);
    for read in read {
        match read {
            Ok(_) => assert!(!is_closed),
            Err(error) => assert!(
                is_closed && error.to_string().contains("in: cannot look into this folder: "),
                "{error}"
            ),
        }
    }
}

/// What is wrong with one part of a project says nothing of the others, and what may be in a
/// part that was not read is not missed.
#[test]
fn every_part_that_cannot_be_read_is_told() {
    let folder = Folder::new(&[
        (
            "compose.yaml",
            "include: [gone.yaml, broken.yaml, good.yaml]\n\
             services:\n  a: {extends: {file: gone.yaml, service: x}}\n  b: {extends: nobody}\n  \
             c: {extends: b, ports: ['80']}\n  d: {image: d, prots: ['80'], depends_on: [x]}\n",
        ),
        ("broken.yaml", "services: [\n"),
        ("good.yaml", "services:\n  good: {image: g, networks: [nowhere]}\n"),
    ]);
    let told = folder.faults(&["compose.yaml"]);
    let parts = [
        "include.0: cannot read `gone.yaml`",
        "services.a.extends: cannot read `gone.yaml`",
        "services.b.extends: there is no service `nobody`",
        "services.d.prots: there is no such key; did you mean `ports`?",
        // What is no YAML.
        " : ",
    ];
    assert_eq!(told.len(), parts.len(), "{told:#?}");
    for part in parts {
        assert!(told.iter().any(|told| told.contains(part)), "{part}: {told:#?}");
    }
    assert_eq!(folder.read(&["compose.yaml"]).containers.len(), 5);
}
