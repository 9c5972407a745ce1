//! What a swarm's manager says of it: nodes, services and tasks. Any other
//! node may not list them, which is noted and no error.

use std::collections::HashMap;

use super::answers::{EndpointPort, Info, ListedNode, ListedService, ListedTask};
use super::connect::Engine;
use super::lenient;
use crate::error::Result;
use crate::model::{
    Availability, EndpointMode, NodeState, Protocol, PublishMode, Service, ServiceMode,
    ServiceNetwork, ServicePort, Swarm, SwarmNode, Task, TaskState, Unread, VirtualAddress,
};

/// The swarm that the engine is part of, if it is part of one. Sends GET
/// requests only. What a manager does not report is noted in `unread`.
pub async fn read(engine: &Engine, info: &Info, unread: &mut Vec<Unread>) -> Option<Swarm> {
    let reported = info.swarm.as_ref()?;
    if reported.local_node_state.as_deref() != Some("active") {
        return None;
    }
    let mut swarm = Swarm {
        node: reported.node_id.clone().unwrap_or_default(),
        manager: reported.control_available.unwrap_or_default(),
        ..Swarm::default()
    };
    if !swarm.manager {
        unread.push(Unread::swarm(
            "services and nodes of the swarm",
            "this engine is a worker; only managers list them",
        ));
        return Some(swarm);
    }
    let (nodes, services, tasks) = tokio::join!(
        lenient::raw::<Vec<ListedNode>>(engine, "list nodes", "/nodes"),
        lenient::raw::<Vec<ListedService>>(engine, "list services", "/services"),
        lenient::raw::<Vec<ListedTask>>(engine, "list tasks", "/tasks"),
    );
    let mut listed = |what: &str, why: String| unread.push(Unread::swarm(what, why));
    swarm.nodes = or_noted(nodes, |why| listed("the swarm's nodes", why))
        .unwrap_or_default()
        .into_iter()
        .map(node)
        .collect();
    let tasks = or_noted(tasks, |why| listed("the swarm's tasks", why));
    let services = or_noted(services, |why| listed("the swarm's services", why));
    let mut by_service: Option<HashMap<String, Vec<Task>>> = tasks.map(tasks_of_services);
    for reported in services.unwrap_or_default() {
        let (mut service, replicas) = service(reported, &mut listed);
        let tasks = by_service.as_mut().map(|all| all.remove(&service.id).unwrap_or_default());
        let away = |task: &Task| swarm.node_with(&task.node).is_some_and(SwarmNode::is_away);
        let runs = |task: &&Task| task.state == TaskState::Running && !away(task);
        let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        service.running = tasks.as_ref().map(|all| number(all.iter().filter(runs).count()));
        // A global service wants as many as there are nodes fit for it, which
        // shows in the tasks alone.
        service.wanted = replicas.or_else(|| tasks.as_ref().map(|all| number(all.len())));
        service.tasks = tasks.unwrap_or_default();
        swarm.services.push(service);
    }
    Some(swarm)
}

fn or_noted<T>(answer: Result<T>, note: impl FnOnce(String)) -> Option<T> {
    answer.map_err(|error| note(error.to_string())).ok()
}

fn node(reported: ListedNode) -> SwarmNode {
    let status = reported.status.unwrap_or_default();
    let spec = reported.spec.unwrap_or_default();
    SwarmNode {
        name: reported.description.and_then(|d| d.hostname).unwrap_or_default(),
        address: status.addr.unwrap_or_default(),
        state: NodeState::parse(&status.state.unwrap_or_default()),
        id: reported.id.unwrap_or_default(),
        role: spec.role.unwrap_or_default(),
        availability: Availability::parse(&spec.availability.unwrap_or_default()),
    }
}

/// The tasks that are meant to run, by their services. Others are history,
/// whose messages may quote a command line.
fn tasks_of_services(reported: Vec<ListedTask>) -> HashMap<String, Vec<Task>> {
    let mut by_service: HashMap<String, Vec<Task>> = HashMap::new();
    for task in reported {
        if task.desired_state.as_deref() != Some("running") {
            continue;
        }
        let status = task.status.unwrap_or_default();
        let container = status.container_status.and_then(|status| status.container_id);
        by_service.entry(task.service_id.unwrap_or_default()).or_default().push(Task {
            slot: task.slot.and_then(|slot| u64::try_from(slot).ok()),
            node: task.node_id.unwrap_or_default(),
            state: TaskState::parse(&status.state.unwrap_or_default()),
            container: container.unwrap_or_default(),
        });
    }
    by_service
}

/// A service without its tasks, and how many of them it asks for.
fn service(reported: ListedService, note: &mut impl FnMut(&str, String)) -> (Service, Option<u64>) {
    let spec = reported.spec.unwrap_or_default();
    let endpoint = reported.endpoint.unwrap_or_default();
    let name = spec.name.unwrap_or_default();
    let mode = spec.mode.unwrap_or_default();
    let number = |n: i64| u64::try_from(n).ok();
    let (mode, replicas) = if let Some(replicated) = mode.replicated {
        // The engine leaves the number out where it is nought.
        (ServiceMode::Replicated, Some(replicated.replicas.and_then(number).unwrap_or_default()))
    } else if mode.global.is_some() {
        (ServiceMode::Global, None)
    } else if let Some(job) = mode.replicated_job {
        (ServiceMode::ReplicatedJob, job.total_completions.and_then(number))
    } else if mode.global_job.is_some() {
        (ServiceMode::GlobalJob, None)
    } else {
        (ServiceMode::default(), None)
    };
    let mut virtual_addresses = Vec::new();
    for reported in endpoint.virtual_ips.unwrap_or_default() {
        let text = reported.addr.unwrap_or_default();
        // Written with the length of its network's prefix.
        let address = text.split('/').next().unwrap_or_default();
        match address.parse() {
            Ok(address) => virtual_addresses.push(VirtualAddress {
                network_id: reported.network_id.unwrap_or_default(),
                address,
            }),
            Err(_) if text.is_empty() => {}
            Err(_) => note(
                &format!("service `{name}`"),
                format!("its virtual address `{text}` makes no sense"),
            ),
        }
    }
    // Chosen ports are in the endpoint; what was asked for is in the settings.
    let asked = spec.endpoint_spec.unwrap_or_default();
    let ports = endpoint.ports.or(asked.ports).unwrap_or_default();
    // Older ones have them beside the template of the tasks.
    let networks = spec.task_template.and_then(|template| template.networks).or(spec.networks);
    let networks = networks.unwrap_or_default().into_iter().map(|on| ServiceNetwork {
        network_id: on.target.unwrap_or_default(),
        aliases: on.aliases.unwrap_or_default(),
    });
    let service = Service {
        networks: networks.collect(),
        name,
        id: reported.id.unwrap_or_default(),
        mode,
        endpoint_mode: asked.mode.map_or(EndpointMode::Vip, |mode| EndpointMode::parse(&mode)),
        virtual_addresses,
        published: ports.into_iter().filter_map(port).collect(),
        ..Service::default()
    };
    (service, replicas)
}

fn port(reported: EndpointPort) -> Option<ServicePort> {
    let number = |n: Option<i64>| n.and_then(|n| u16::try_from(n).ok()).filter(|n| *n > 0);
    let protocol = reported.protocol.and_then(|protocol| Protocol::parse(&protocol));
    Some(ServicePort {
        port: number(reported.target_port)?,
        protocol: protocol.unwrap_or_default(),
        host_port: number(reported.published_port),
        mode: reported.publish_mode.map_or(PublishMode::Ingress, |mode| PublishMode::parse(&mode)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Docker 20.10 answered, shortened.
    const WEB: &str = r#"{"ID":"vc0t","Spec":{"Name":"web","TaskTemplate":{"ContainerSpec":{"Args":["--password=x"]}},
        "Mode":{"Replicated":{"Replicas":2}},"EndpointSpec":{"Mode":"vip"}},
        "Endpoint":{"Ports":[{"Protocol":"tcp","TargetPort":80,"PublishedPort":8080,"PublishMode":"ingress"}],
        "VirtualIPs":[{"NetworkID":"syw5","Addr":"10.0.0.189/24"},{"NetworkID":"nqn2","Addr":"banana"}]}}"#;

    #[test]
    fn a_service_is_read_and_what_makes_no_sense_is_noted() {
        let mut notes = Vec::new();
        let (web, replicas) = service(serde_json::from_str(WEB).unwrap(), &mut |what, why| {
            notes.push(format!("{what}: {why}"))
        });
        assert_eq!(
            (web.name.as_str(), &web.mode, replicas),
            ("web", &ServiceMode::Replicated, Some(2))
        );
        assert_eq!(web.address_on("syw5"), Some("10.0.0.189".parse().unwrap()));
        assert_eq!(web.virtual_addresses.len(), 1);
        assert_eq!((web.published[0].port, web.published[0].host_port), (80, Some(8080)));
        assert_eq!(notes, ["service `web`: its virtual address `banana` makes no sense"]);
        assert!(!serde_json::to_string(&web).unwrap().contains("password"));
    }

    #[test]
    fn tasks_of_the_past_do_not_count() {
        let tasks = r#"[{"ServiceID":"a","DesiredState":"shutdown","Status":{"State":"failed","Err":"secret"}},
            {"ServiceID":"a","Slot":1,"NodeID":"n","DesiredState":"running",
             "Status":{"State":"running","ContainerStatus":{"ContainerID":"c1"}}}]"#;
        let tasks = tasks_of_services(serde_json::from_str(tasks).unwrap());
        assert_eq!(tasks["a"].len(), 1);
        assert_eq!((tasks["a"][0].container.as_str(), tasks["a"][0].slot), ("c1", Some(1)));
    }

    /// bollard's own types give up the whole list for such a word.
    #[test]
    fn a_word_that_nobody_knows_costs_no_list() {
        let tasks = r#"[{"ServiceID":"a","DesiredState":"running","Status":{"State":"thawing"}},
            {"ServiceID":"a","DesiredState":"running","Status":{"State":"running"},"NetworksAttachments":null}]"#;
        let tasks = tasks_of_services(serde_json::from_str(tasks).unwrap());
        assert_eq!(tasks["a"].iter().filter(|task| task.state == TaskState::Running).count(), 1);
        assert_eq!(tasks["a"].len(), 2);
        let read = node(
            serde_json::from_str(
                r#"{"ID":"n","Spec":{"Role":"witness"},"Status":{"State":"odd"}}"#,
            )
            .unwrap(),
        );
        assert_eq!((read.id.as_str(), read.role.as_str()), ("n", "witness"));
    }
}
