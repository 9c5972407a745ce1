//! What kind of program a container runs, by its image's family: one table for
//! all formats.

use std::sync::LazyLock;

use foldhash::HashMap;

use crate::model::Container;

/// What a container is for, as far as its image says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It hands requests on.
    Proxy,
    /// It serves pages, or is an application that does.
    Web,
    /// An application that people open in a browser.
    App,
    /// It works in the background.
    Worker,
    /// It passes messages on.
    Queue,
    /// It keeps data in memory.
    Cache,
    /// It keeps data.
    Database,
    /// It searches through data.
    Search,
    /// It keeps files or objects.
    Storage,
    /// It handles mail.
    Mail,
    /// It watches the others.
    Monitoring,
    /// It routes, or leads into another network.
    Router,
    /// Nobody knows.
    Unknown,
}

impl Kind {
    /// Every kind, in the order of a request's way through them.
    pub const ALL: [Self; 13] = [
        Self::Proxy,
        Self::Web,
        Self::App,
        Self::Worker,
        Self::Queue,
        Self::Cache,
        Self::Database,
        Self::Search,
        Self::Storage,
        Self::Mail,
        Self::Monitoring,
        Self::Router,
        Self::Unknown,
    ];

    /// The kind of a container.
    pub fn of(container: &Container) -> Self {
        let repository = container.repository().to_ascii_lowercase();
        let image = repository.rsplit('/').next().unwrap_or_default();
        let called = container.compose.service.as_deref().unwrap_or(&container.name);
        let called = called.to_ascii_lowercase();
        // What an image's own name says outranks whose it is, and what the
        // service is called comes last, unless the image could run anything.
        let mut names = [image, repository.as_str(), called.as_str()];
        if RUNTIMES.contains(&image) {
            names.rotate_right(1);
        }
        names.into_iter().find_map(Self::named).unwrap_or(Self::Unknown)
    }

    /// The word for it, for scripts and for legends.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proxy => "proxy",
            Self::Web => "web server",
            Self::App => "browser app",
            Self::Worker => "worker",
            Self::Queue => "queue",
            Self::Cache => "cache",
            Self::Database => "database",
            Self::Search => "search",
            Self::Storage => "storage",
            Self::Mail => "mail",
            Self::Monitoring => "monitoring",
            Self::Router => "router",
            Self::Unknown => "unknown",
        }
    }

    /// The kind that containers on one card have in common.
    pub fn in_common<'a>(containers: impl IntoIterator<Item = &'a Container>) -> Self {
        let mut kinds = containers.into_iter().map(Self::of);
        let first = kinds.next().unwrap_or(Self::Unknown);
        if kinds.all(|kind| kind == first) { first } else { Self::Unknown }
    }

    /// The kind that a name, or else a word of it, stands for, the first that is found.
    /// Numbers tell those of one kind apart, as in `worker2`, unless they are part of
    /// what it is called, as in `s3`.
    fn named(name: &str) -> Option<Self> {
        let known = |word: &str| RANKS.get(word).copied();
        let rank = |word: &str| {
            known(word).or_else(|| known(word.trim_end_matches(|c: char| c.is_ascii_digit())))
        };
        let by_word = || name.split(['-', '_', '.', '/', ':']).filter_map(rank).min();
        rank(name).or_else(by_word).map(|rank| FAMILIES[rank].0)
    }
}

/// For each of the words in [`FAMILIES`] which of these has it first.
static RANKS: LazyLock<HashMap<&str, usize>> = LazyLock::new(|| {
    let mut ranks = HashMap::default();
    for (rank, (_, families)) in FAMILIES.iter().enumerate() {
        families.split(' ').for_each(|word| {
            ranks.entry(word).or_insert(rank);
        });
    }
    ranks
});

/// Images that say nothing of what they run.
const RUNTIMES: &[&str] = &[
    "node",
    "python",
    "php",
    "ruby",
    "golang",
    "openjdk",
    "java",
    "deno",
    "bun",
    "eclipse-temurin",
];

/// Image families, and words in names, by kind. What tells most stands first:
/// a `redis-exporter` watches, a `postgres-backup` stores.
const FAMILIES: &[(Kind, &str)] = &[
    (
        Kind::Monitoring,
        "prometheus prom grafana alertmanager exporter cadvisor loki promtail tempo jaeger \
         zipkin otel opentelemetry uptime kuma netdata telegraf zabbix nagios dozzle glances \
         fluentd fluentbit logstash vector filebeat metricbeat pushgateway statsd graphite \
         plausible alloy portainer watchtower monitor healthchecks",
    ),
    (
        Kind::Storage,
        "minio restic backup seaweedfs ceph samba nfs ftp vsftpd registry borg duplicati s3 \
         storage seafile syncthing rclone vroom symbolicator",
    ),
    (
        Kind::Router,
        "wireguard openvpn gluetun tailscale vpn frr bird router vyos quagga pihole adguard \
         adguardhome coredns dnsmasq unbound bind9 socat nat gost dante squid cloudflared \
         ngrok tor",
    ),
    (
        Kind::Proxy,
        "traefik haproxy envoy caddy proxy nginx-proxy nginxproxymanager swag kong gateway \
         ingress pgbouncer proxysql varnish relay balancer lb apisix",
    ),
    (
        Kind::Mail,
        "postfix dovecot mailhog mailpit smtp mail rspamd sogo exim mailserver opendkim \
         roundcube mailer mailcatcher imap",
    ),
    (
        Kind::Queue,
        "rabbitmq kafka nats mosquitto emqx pulsar activemq redpanda zookeeper queue broker \
         mqtt artemis nsq",
    ),
    (Kind::Cache, "redis valkey memcached keydb dragonfly cache hazelcast ehcache"),
    (
        Kind::Search,
        "elasticsearch opensearch solr meilisearch typesense search kibana sphinx manticore \
         zinc qdrant weaviate",
    ),
    (
        Kind::Database,
        "postgres postgresql mysql mariadb mongo mongodb sqlite cassandra scylla clickhouse \
         cockroach cockroachdb influxdb timescaledb neo4j couchdb mssql oracle etcd consul \
         rethinkdb db database postgis percona surrealdb sql victoriametrics arangodb dgraph \
         tidb ldap openldap vault pgvector",
    ),
    (
        Kind::Worker,
        "worker workers celery cron sidekiq scheduler consumer job jobs runner beat ofelia \
         agent builder airflow indexer consumers",
    ),
    (
        Kind::App,
        "wordpress ghost nextcloud gitea gitlab forgejo mediawiki drupal joomla adminer \
         phpmyadmin pgadmin pgadmin4 keycloak authentik mastodon odoo redmine discourse \
         jenkins jellyfin plex immich vaultwarden homeassistant matomo jupyter frontend ui \
         dashboard webui heimdall wiki forum chat matrix synapse outline peertube pixelfed \
         bookstack wallabag navidrome kavita audiobookshelf photoprism ntfy gotify react vue \
         angular next office collabora onlyoffice hedgedoc redisinsight express",
    ),
    (
        Kind::Web,
        "nginx httpd apache apache2 web www lighttpd tomcat node php python ruby rails django \
         flask uwsgi gunicorn api app backend server whoami golang openjdk java site http \
         static service spring deno bun fpm unicorn puma openresty shop webapp",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn kind(image: &str, service: Option<&str>) -> Kind {
        let mut container = Container { image: image.to_owned(), ..Container::default() };
        container.compose.service = service.map(str::to_owned);
        Kind::of(&container)
    }

    #[test]
    fn images_of_every_family_are_known_whoever_made_them() {
        for (image, expected) in [
            ("postgres:16", Kind::Database),
            ("docker.io/bitnami/postgresql@sha256:00", Kind::Database),
            ("registry.example.com:5000/library/redis:7", Kind::Cache),
            ("oliver006/redis_exporter", Kind::Monitoring),
            ("nginx:1.27", Kind::Web),
            ("jwilder/nginx-proxy", Kind::Proxy),
            ("traefik:v3.1", Kind::Proxy),
            ("prodrigestivill/postgres-backup-local", Kind::Storage),
            ("wordpress", Kind::App),
            ("linuxserver/wireguard", Kind::Router),
            ("rabbitmq:3-management", Kind::Queue),
            ("opensearchproject/opensearch:2", Kind::Search),
            ("mailhog/mailhog", Kind::Mail),
            ("example/thing", Kind::Unknown),
            ("", Kind::Unknown),
        ] {
            assert_eq!(kind(image, None), expected, "{image}");
        }
    }

    #[test]
    fn a_service_s_name_tells_what_its_image_does_not() {
        assert_eq!(kind("acme/thing:3", Some("worker")), Kind::Worker);
        assert_eq!(kind("acme/thing:3", Some("order-db")), Kind::Database);
        assert_eq!(kind("postgres:16", Some("worker")), Kind::Database);
        assert_eq!(kind("node:20", Some("worker")), Kind::Worker);
        assert_eq!(kind("node:20", Some("thing")), Kind::Web);
        assert_eq!(kind("node:20", Some("worker12")), Kind::Worker);
        assert_eq!(kind("acme/thing:3", Some("order-db2")), Kind::Database);
        assert_eq!(kind("acme/thing:3", Some("s3")), Kind::Storage);
        assert_eq!(kind("acme/thing:3", Some("2048")), Kind::Unknown);
    }

    #[test]
    fn every_family_stands_once_and_every_kind_but_one_has_some() {
        let mut seen = BTreeSet::new();
        for (kind, families) in FAMILIES {
            for family in families.split(' ') {
                assert!(
                    seen.insert(family),
                    "{family} stands twice, the second time with {kind:?}"
                );
            }
        }
        let kinds: BTreeSet<Kind> = FAMILIES.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds.len(), Kind::ALL.len() - 1);
        let words: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        assert_eq!(words.len(), Kind::ALL.len());
    }
}
