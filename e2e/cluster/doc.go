// Package cluster runs the whole blog on loopback as child processes: Nginx, replicas, a database behind three addresses, Redis
// and Prometheus. `make cluster` and the tests use it alike.
//
// It knows nothing of tests, and of Vang what anybody can see from outside. A Cluster may be used by any number of goroutines.
package cluster
