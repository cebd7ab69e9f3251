//go:build race

package storetest

// underRace tells that the race detector runs: times mean nothing then.
const underRace = true
