//! What servers of well-known images listen on. An engine tells an image's ports;
//! a compose file has its name alone.

use crate::model::Container;

/// The ports of images by the last part of their names, as their `EXPOSE` has them.
const OF_IMAGES: &[(&[&str], &[u16])] = &[
    (&["postgres", "postgresql", "postgis", "timescaledb", "pgvector"], &[5432]),
    (&["mysql", "mariadb", "percona", "mysql-server"], &[3306]),
    (&["mongo", "mongodb"], &[27017]),
    (&["redis", "valkey", "keydb", "dragonfly", "redis-stack-server"], &[6379]),
    (&["rabbitmq"], &[5672]),
    (&["memcached"], &[11211]),
    (&["elasticsearch", "opensearch"], &[9200]),
    (&["nats"], &[4222]),
    (&["kafka", "cp-kafka"], &[9092]),
    (&["zookeeper", "cp-zookeeper"], &[2181]),
    (&["cassandra"], &[9042]),
    (&["neo4j"], &[7687]),
    (&["eclipse-mosquitto"], &[1883]),
    (&["influxdb"], &[8086]),
    (&["clickhouse", "clickhouse-server"], &[8123, 9000]),
    (&["docker-socket-proxy", "socket-proxy"], &[2375]),
    (&["guacd"], &[4822]),
];

/// The ports that a container's image is known to listen on; empty for others.
pub fn of_image(container: &Container) -> &'static [u16] {
    let image = container.repository().rsplit('/').next().unwrap_or_default();
    let known = OF_IMAGES.iter().find(|(images, _)| images.contains(&image));
    known.map_or(&[], |(_, ports)| ports)
}
