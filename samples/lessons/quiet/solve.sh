#!/bin/sh
# A network without the option, in place of the old one.
set -eu

docker network create --label netmap.lesson=quiet lab
docker network connect lab lab-server
docker network connect lab lab-client
docker network disconnect lab-quiet lab-server
docker network disconnect lab-quiet lab-client
