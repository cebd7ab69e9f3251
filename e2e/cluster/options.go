package cluster

import (
	"errors"
	"io"
)

// Options are what a cluster is made of.
type Options struct {
	Binary   string   // of vang; required
	Replicas int      // 0: three
	Args     []string // more for each replica's "vang serve", behind what the cluster itself gives
	Dir      string   // for data, configuration and logs; "": a temporary one, which Close removes

	// Addr is where Nginx takes readers, such as "127.0.0.1:8080"; "" finds a free port. With TLS it also takes them over
	// HTTPS, on a free port, with a certificate of its own making.
	Addr string
	TLS  bool

	// Database is the address of a database to use instead of a PostgreSQL of this cluster's own; nothing then stands
	// between it and the replicas, and Postgres and Addresses are nil.
	Database string

	// Partitions gives each replica ways of its own to the database and to Redis (Replica.Ways), so that it can be cut off
	// alone. They lead through those of the cluster, which are then everyone's.
	Partitions bool

	Prometheus bool
	Log        io.Writer // of all replicas, besides their files; may be nil
}

// addresses is how many addresses the one PostgreSQL has, as the nodes of a CockroachDB would.
const addresses = 3

// Database is the name of the replicas' database.
const Database = "vang"

func (o Options) complete() (Options, error) {
	if o.Binary == "" {
		return o, errors.New("no binary of vang was given: make build makes one")
	}
	if o.Replicas < 0 {
		return o, errors.New("a cluster has one replica or more")
	}
	if o.Replicas == 0 {
		o.Replicas = 3
	}
	return o, nil
}
