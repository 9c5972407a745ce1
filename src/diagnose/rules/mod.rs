//! The rules, one file each, all listed in [`RULES`]. A new rule is a file in
//! this folder, its lines here and a folder in `samples/`.

mod address_on_other_network;
mod advertised_address;
mod alias_collision;
mod bridging_container;
mod cannot_start;
mod crashed;
mod dangling_endpoint;
mod default_bridge_no_names;
mod dialled_port_closed;
mod duplicate_mac;
mod exposed_to_the_world;
pub mod firewall_drop;
mod foreign_namesake;
mod gateway_surprise;
mod hairpin;
pub mod hardcoded_ip;
pub mod host_firewall;
mod host_mode_peer;
mod host_port_between_containers;
mod host_port_conflict;
mod host_service;
mod hung_server;
mod icc_off;
mod internal_only;
mod ip_forward_off;
mod legacy_link;
mod localhost_dependency;
mod localhost_is_ipv6;
mod loopback_bind;
mod lost_alias;
mod macvlan_host;
mod malformed_host;
pub mod mtu_mismatch;
mod name_for_a_browser;
mod namespace_orphan;
mod no_common_family;
mod no_shared_network;
mod outside_names;
mod partial_bind;
mod pool_exhausted;
mod proxy_env;
mod published_on_loopback;
mod published_port_nobody_listens;
mod reconnect_loop;
mod refused_file;
mod refused_start;
mod resolves_elsewhere;
mod shadowed_name;
mod stale_resolved_address;
mod startup_race;
mod subnet_overlap;
mod swarm_ports;
mod target_down;
mod underscore_host;
pub mod unexplained_failure;
mod unused_network;
mod wrong_name;
mod wrong_protocol;

use super::Rule;

/// Every rule, in the order in which findings of one severity are told: what
/// explains others comes before them.
pub const RULES: &[Rule] = &[
    refused_file::RULE,
    refused_start::RULE,
    ip_forward_off::RULE,
    namespace_orphan::RULE,
    host_port_conflict::RULE,
    cannot_start::RULE,
    malformed_host::RULE,
    foreign_namesake::RULE,
    target_down::RULE,
    crashed::RULE,
    advertised_address::RULE,
    localhost_dependency::RULE,
    default_bridge_no_names::RULE,
    duplicate_mac::RULE,
    no_shared_network::RULE,
    address_on_other_network::RULE,
    lost_alias::RULE,
    wrong_name::RULE,
    shadowed_name::RULE,
    resolves_elsewhere::RULE,
    alias_collision::RULE,
    host_mode_peer::RULE,
    icc_off::RULE,
    macvlan_host::RULE,
    internal_only::RULE,
    host_service::RULE,
    name_for_a_browser::RULE,
    host_firewall::RULE,
    published_on_loopback::RULE,
    hairpin::RULE,
    loopback_bind::RULE,
    no_common_family::RULE,
    partial_bind::RULE,
    wrong_protocol::RULE,
    host_port_between_containers::RULE,
    stale_resolved_address::RULE,
    hung_server::RULE,
    dialled_port_closed::RULE,
    published_port_nobody_listens::RULE,
    hardcoded_ip::RULE,
    outside_names::RULE,
    firewall_drop::RULE,
    reconnect_loop::RULE,
    swarm_ports::RULE,
    startup_race::RULE,
    localhost_is_ipv6::RULE,
    underscore_host::RULE,
    proxy_env::RULE,
    legacy_link::RULE,
    subnet_overlap::RULE,
    mtu_mismatch::RULE,
    pool_exhausted::RULE,
    dangling_endpoint::RULE,
    unexplained_failure::RULE,
    exposed_to_the_world::RULE,
    gateway_surprise::RULE,
    bridging_container::RULE,
    unused_network::RULE,
];

/// The rule for what has ended.
pub const CRASHED: &str = crashed::RULE.name;

/// The rule for what is seen to be tried in vain, whatever the reason.
pub const RECONNECTS: &str = reconnect_loop::RULE.name;

/// What says of one that it asks a proxy for another.
pub const PROXIED: &str = proxy_env::RULE.name;

/// What says of a name that a program takes it for none.
pub const UNDERSCORES: &str = underscore_host::RULE.name;

/// The rule for what no other one explains.
pub const UNEXPLAINED: &str = unexplained_failure::RULE.name;

/// The rules for what is good to know and makes nobody fail.
pub const FAIL_NOTHING: [&str; 3] =
    [bridging_container::RULE.name, exposed_to_the_world::RULE.name, unused_network::RULE.name];

/// The rule that speaks of compose files as a whole.
pub const REFUSED_FILE: &str = refused_file::RULE.name;

/// The rule called `name`.
pub fn rule_named(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}
