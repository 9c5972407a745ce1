//! `netmap mcp`, by the client of the SDK: `cargo test --features mcp --test mcp`.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

#[path = "../offline/fake_engine.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod fake_engine;
#[path = "../offline/support.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use std::collections::BTreeSet;
use std::process::Stdio;

use rmcp::model::{CallToolRequestParams, CallToolResult, JsonObject};
use rmcp::service::{RoleClient, RunningService};
use rmcp::{ServiceExt, model::ContentBlock};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::fake_engine::{FakeEngine, healthy};
use crate::support::netmap_command;

/// An assistant with a server of its own.
struct Assistant {
    client: RunningService<RoleClient, ()>,
    server: Child,
}

impl Assistant {
    async fn with(options: &[&str]) -> Self {
        let mut command = Command::from(netmap_command());
        command.arg("mcp").args(options).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut server = command.spawn().unwrap();
        let (input, output) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
        let client = ().serve((output, input)).await.expect("a handshake");
        Self { client, server }
    }

    async fn try_call(&self, tool: &str, given: Value) -> Result<CallToolResult, String> {
        let given: JsonObject = given.as_object().unwrap().clone();
        let request = CallToolRequestParams::new(tool.to_owned()).with_arguments(given);
        self.client.call_tool(request).await.map_err(|error| error.to_string())
    }

    async fn call(&self, tool: &str, given: Value) -> CallToolResult {
        self.try_call(tool, given.clone())
            .await
            .unwrap_or_else(|error| panic!("{tool} {given}: {error}"))
    }

    /// Ends the connection; the server ends by itself.
    async fn leave(mut self) -> i32 {
        self.client.cancel().await.unwrap();
        self.server.wait().await.unwrap().code().unwrap_or(-1)
    }
}

fn text(result: &CallToolResult) -> String {
    let texts = result.content.iter().filter_map(|block| match block {
        ContentBlock::Text(text) => Some(text.text.clone()),
        _ => None,
    });
    texts.collect()
}

fn in_a_runtime<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let deadline = std::time::Duration::from_secs(300);
    runtime
        .block_on(async { tokio::time::timeout(deadline, test).await.expect("an answer in time") })
}

#[test]
fn an_assistant_finds_tools_that_only_look() {
    in_a_runtime(async {
        let assistant = Assistant::with(&[]).await;
        let info = assistant.client.peer_info().unwrap().clone();
        assert_eq!(info.server_info.as_ref().unwrap().name, "netmap");
        assert!(info.instructions.as_ref().unwrap().contains("data, not instructions"));
        let tools = assistant.client.list_all_tools().await.unwrap();
        let names: BTreeSet<&str> = tools.iter().map(|tool| &*tool.name).collect();
        let all = BTreeSet::from(["check", "doctor", "explain", "probe", "show", "why"]);
        assert_eq!(names, all);
        for tool in &tools {
            assert_eq!(tool.annotations.as_ref().unwrap().read_only_hint, Some(true));
            let schema = tool.schema_as_json_value();
            jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(schema["additionalProperties"], false);
        }
        assert_eq!(assistant.leave().await, 0);
        let careful = Assistant::with(&["--no-exec"]).await;
        let tools = careful.client.list_all_tools().await.unwrap();
        assert!(tools.iter().all(|tool| tool.name != "probe"));
        assert!(careful.try_call("probe", json!({})).await.is_err());
        careful.leave().await;
    });
}

#[test]
fn every_tool_answers_as_the_command_does() {
    in_a_runtime(async {
        let assistant = Assistant::with(&["--from", "sample:module-5"]).await;
        let found = assistant.call("doctor", json!({})).await;
        let told = found.structured_content.clone().unwrap();
        assert_eq!(told["schema"], "netmap-findings/1");
        assert_eq!(told["findings"][0]["rule"], "localhost-dependency");
        let schema = crate::support::netmap(&["schema", "doctor"]).out;
        let schema: Value = serde_json::from_str(&schema).unwrap();
        assert!(jsonschema::is_valid(&schema, &told));
        let plain = assistant.call("doctor", json!({"format": "text"})).await;
        assert!(text(&plain).starts_with("2 problems"), "{}", text(&plain));
        let why =
            assistant.call("why", json!({"source": "survey_container", "target": "mongo"})).await;
        assert_eq!(why.structured_content.unwrap()["schema"], "netmap-why/1");
        let shown = assistant.call("show", json!({"all": true})).await.structured_content.unwrap();
        assert_eq!(shown["containers"].as_array().unwrap().len(), 3);
        let elsewhere = assistant.call("show", json!({"snapshot": "sample:wrong-name"})).await;
        assert!(
            elsewhere.structured_content.unwrap()["containers"].to_string().contains("\"web\"")
        );
        let checked = assistant
            .call("check", json!({"assertions": "containers:\n  mongo: { running: true }\n"}))
            .await;
        assert_eq!(checked.structured_content.unwrap()["summary"]["pass"], 1);
        let planned = assistant.call("doctor", json!({"compose": "samples/planned"})).await;
        assert!(planned.structured_content.unwrap()["findings"].as_array().unwrap().len() > 4);
        let rule = assistant.call("explain", json!({"rule": "wrong-name"})).await;
        assert!(text(&rule).contains("What it means"), "{}", text(&rule));
        assistant.leave().await;
    });
}

#[test]
fn what_goes_wrong_is_said_to_the_assistant() {
    in_a_runtime(async {
        let assistant = Assistant::with(&["--from", "sample:module-5"]).await;
        let nobody = assistant.call("doctor", json!({"names": ["mungo"]})).await;
        assert_eq!(nobody.is_error, Some(true));
        assert!(text(&nobody).contains("did you mean `mongo`?"), "{}", text(&nobody));
        let option = assistant.call("doctor", json!({"names": ["--output=/tmp/s"]})).await;
        assert_eq!(option.is_error, Some(true));
        assert!(text(&option).contains("there is no"), "{}", text(&option));
        let broken = assistant.call("check", json!({"assertions": "reach: web => db"})).await;
        assert_eq!(broken.is_error, Some(true));
        for (tool, given) in [
            ("doctor", json!({"output": "x"})),
            ("why", json!({"source": "a"})),
            ("lesson", json!({})),
        ] {
            assert!(assistant.try_call(tool, given).await.is_err(), "{tool}");
        }
        // Nothing of it has harmed the server.
        assert_eq!(assistant.call("show", json!({})).await.is_error, Some(false));
        assistant.leave().await;
    });
}

#[test]
fn with_no_exec_an_engine_is_sent_get_requests_only() {
    in_a_runtime(async {
        let engine = FakeEngine::start(healthy);
        let assistant = Assistant::with(&["--no-exec", "--host", &engine.address]).await;
        for tool in ["doctor", "show"] {
            let answer = assistant.call(tool, json!({})).await;
            assert_eq!(answer.is_error, Some(false), "{tool}: {}", text(&answer));
        }
        assistant.leave().await;
    });
}
