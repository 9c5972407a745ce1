//! The keys of options and labels that mean something to netmap.

/// Driver options of networks.
pub mod option {
    /// `true` on Docker's own default bridge.
    pub const DEFAULT_BRIDGE: &str = "com.docker.network.bridge.default_bridge";
    /// `false` where members of a bridge may not reach one another.
    pub const ICC: &str = "com.docker.network.bridge.enable_icc";
    /// `false` where packets leave with the container's own address.
    pub const MASQUERADE: &str = "com.docker.network.bridge.enable_ip_masquerade";
    /// What the bridge's interface is called on the host.
    pub const BRIDGE_NAME: &str = "com.docker.network.bridge.name";
    /// `true` where the engine gives the bridge no IPv4 address.
    pub const INHIBIT_IPV4: &str = "com.docker.network.bridge.inhibit_ipv4";
    /// How IPv4 packets get in and out of a bridge: `nat`, `nat-unprotected`,
    /// `routed`, `isolated`.
    pub const GATEWAY_MODE_IPV4: &str = "com.docker.network.bridge.gateway_mode_ipv4";
    /// How IPv6 packets do.
    pub const GATEWAY_MODE_IPV6: &str = "com.docker.network.bridge.gateway_mode_ipv6";
    /// Interfaces of the host, with colons between them, from which published
    /// ports are reached at the container's own address.
    pub const TRUSTED_INTERFACES: &str = "com.docker.network.bridge.trusted_host_interfaces";
    /// There on an overlay network that encrypts what it carries.
    pub const ENCRYPTED: &str = "encrypted";
    /// The largest packet, as Docker writes it.
    pub const MTU: &str = "com.docker.network.driver.mtu";
    /// The largest packet, as Podman writes it.
    pub const PODMAN_MTU: &str = "mtu";
    /// The host's interface below a macvlan or ipvlan network.
    pub const PARENT: &str = "parent";
    /// Who reaches whom on a macvlan network: `bridge`, `private`, `vepa`, `passthru`.
    pub const MACVLAN_MODE: &str = "macvlan_mode";
    /// The layer of an ipvlan network: `l2`, `l3`, `l3s`.
    pub const IPVLAN_MODE: &str = "ipvlan_mode";
    /// Either of the two, as Podman writes it.
    pub const PODMAN_MODE: &str = "mode";
}

/// Labels of containers and networks.
pub mod label {
    /// Compose's project.
    pub const PROJECT: &str = "com.docker.compose.project";
    /// Compose's service.
    pub const SERVICE: &str = "com.docker.compose.service";
    /// The number of a container among its service's.
    pub const CONTAINER_NUMBER: &str = "com.docker.compose.container-number";
    /// `True` on a container of `compose run`.
    pub const ONE_OFF: &str = "com.docker.compose.oneoff";
    /// The services that a container waits for.
    pub const DEPENDS_ON: &str = "com.docker.compose.depends_on";
    /// Whether Traefik is to serve a container.
    pub const TRAEFIK_ENABLE: &str = "traefik.enable";
    /// The network on which Traefik is to reach it.
    pub const TRAEFIK_NETWORK: &str = "traefik.docker.network";
    /// The key of a network in its compose file.
    pub const NETWORK: &str = "com.docker.compose.network";
    /// The version of Compose.
    pub const COMPOSE_VERSION: &str = "com.docker.compose.version";
    /// The folder that Compose was run for.
    pub const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
    /// The files that Compose read, with commas between them.
    pub const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
    /// The systemd unit that made a container of Podman.
    pub const SYSTEMD_UNIT: &str = "PODMAN_SYSTEMD_UNIT";
    /// The Kubernetes pod that a container is in.
    pub const POD_NAME: &str = "io.kubernetes.pod.name";
    /// The swarm service that a container is a task of.
    pub const SWARM_SERVICE: &str = "com.docker.swarm.service.name";
    /// Rules whose findings about the container or network somebody wants
    /// ignored, with commas between them, and after a blank the reason.
    pub const IGNORE: &str = "netmap.ignore";
}
