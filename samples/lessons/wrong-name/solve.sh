#!/bin/sh
# The database gets the name that is asked for, as an alias.
set -eu

docker network disconnect library library-mysql
docker network connect --alias mysql library library-mysql
docker start library-app
