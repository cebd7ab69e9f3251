// Package search finds posts by their words, whatever their script, with accents or without.
//
// It imports blog alone. An Index may be searched by any number of goroutines while it is brought up to date.
package search
