#!/bin/sh
# The predecessor leaves the network.
set -eu

docker network disconnect ticket ticket-api-1
