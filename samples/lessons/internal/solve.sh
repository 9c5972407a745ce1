#!/bin/sh
# A second network, for the one that has to be reached from outside.
set -eu

docker network create --label netmap.lesson=internal news-public
docker network connect news-public news-site
