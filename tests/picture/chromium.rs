//! Debian's chromium, headless, told what to do over a pipe: its DevTools
//! protocol, of which this knows what the tests need.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A browser with one page.
pub struct Chromium {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: Option<String>,
    last: u64,
    /// What the page complained of, and what it asked for.
    pub faults: Vec<String>,
    pub requests: Vec<String>,
    folder: TempDir,
}

impl Chromium {
    /// Starts it.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // It reads from descriptor 3 and writes to descriptor 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh"])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let to = child.stdin.take().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (send, from) = mpsc::channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while out.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let _ = send.send(serde_json::from_slice(&message).unwrap());
                message.clear();
            }
        });
        let (faults, requests) = (Vec::new(), Vec::new());
        let mut it = Self { child, to, from, session: None, last: 0, faults, requests, folder };
        let target = it.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = it.call("Target.attachToTarget", attach);
        it.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            it.call(&format!("{domain}.enable"), json!({}));
        }
        it
    }

    /// Opens a page in a window of this size; nothing in it moves by itself.
    pub fn open(&mut self, html: &str, hash: &str, (width, height): (u32, u32)) {
        self.faults.clear();
        self.requests.clear();
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": width < 500});
        self.call("Emulation.setDeviceMetricsOverride", size);
        self.call("Emulation.setTouchEmulationEnabled", json!({"enabled": width < 500}));
        self.media("screen", "reduce");
        let page = self.folder.path().join(format!("page-{}.html", self.last));
        std::fs::write(&page, html).unwrap();
        let url = format!("file://{}{hash}", page.display());
        self.call("Page.navigate", json!({"url": url}));
        self.wait("Page.loadEventFired");
    }

    /// What the page is shown on, and whether things may move.
    pub fn media(&mut self, media: &str, motion: &str) {
        let feature = json!([{"name": "prefers-reduced-motion", "value": motion}]);
        self.call("Emulation.setEmulatedMedia", json!({"media": media, "features": feature}));
    }

    /// The value of an expression on the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let result = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        assert!(result.get("exceptionDetails").is_none(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// The same where it is text.
    pub fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression}: {value}")).to_owned()
    }

    /// The same where it is a number.
    pub fn number(&mut self, expression: &str) -> f64 {
        let value = self.value(expression);
        value.as_f64().unwrap_or_else(|| panic!("{expression}: {value}"))
    }

    /// Presses a key, and lets it go.
    pub fn key(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        let mut event = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code});
        if key.len() == 1 {
            event["text"] = json!(key);
        }
        self.call("Input.dispatchKeyEvent", event);
        self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key}));
    }

    /// Types text where the focus is.
    pub fn type_in(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Turns the wheel.
    pub fn wheel(&mut self, (x, y): (f64, f64), by: f64) {
        let event = json!({"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": by});
        self.call("Input.dispatchMouseEvent", event);
        self.settle();
    }

    /// Presses the mouse button here, and lets it go there.
    pub fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        let between = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        for (kind, (x, y), buttons) in [
            ("mouseMoved", from, 0),
            ("mousePressed", from, 1),
            ("mouseMoved", between, 1),
            ("mouseMoved", to, 1),
            ("mouseReleased", to, 0),
        ] {
            let event = json!({"type": kind, "x": x, "y": y, "button": "left",
                "buttons": buttons, "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event);
        }
        self.settle();
    }

    /// Clicks.
    pub fn click(&mut self, at: (f64, f64)) {
        self.drag(at, at);
    }

    /// Two fingers move apart, each by so many pixels.
    pub fn pinch(&mut self, (x, y): (f64, f64), by: f64) {
        let two = |apart: f64| json!([{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}]);
        for (kind, points) in [
            ("touchStart", two(40.0)),
            ("touchMove", two(40.0 + by / 2.0)),
            ("touchMove", two(40.0 + by)),
            ("touchEnd", json!([])),
        ] {
            self.call("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points}));
        }
        self.settle();
    }

    /// The page on paper.
    pub fn pdf(&mut self) -> Vec<u8> {
        self.media("", "reduce");
        let options = json!({"preferCSSPageSize": true, "printBackground": true});
        let pdf = self.call("Page.printToPDF", options);
        STANDARD.decode(pdf["data"].as_str().unwrap()).unwrap()
    }

    /// The page as it looks.
    pub fn screenshot(&mut self) -> Vec<u8> {
        let png = self.call("Page.captureScreenshot", json!({"format": "png"}));
        STANDARD.decode(png["data"].as_str().unwrap()).unwrap()
    }

    /// Waits until what was asked for is on the screen.
    fn settle(&mut self) {
        self.value(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
        );
    }

    /// Calls a method, and gives its result.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("chromium is installed");
        let id = self.last;
        let answer = self.hear(|message| message["id"] == id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn wait(&mut self, event: &str) {
        self.hear(|message| message["method"] == event);
    }

    /// Listens until the message is there that was waited for.
    fn hear(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.from.recv_timeout(left).expect("chromium answers");
            match message["method"].as_str() {
                Some("Runtime.exceptionThrown" | "Log.entryAdded") => {
                    self.faults.push(message["params"].to_string());
                }
                Some("Network.requestWillBeSent") => {
                    let url = &message["params"]["request"]["url"];
                    self.requests.push(url.as_str().unwrap_or_default().to_owned());
                }
                _ => {}
            }
            if is_it(&message) {
                return message;
            }
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
