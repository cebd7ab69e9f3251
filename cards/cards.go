// Package cards draws the pictures that stand for a post where it is shared.
//
// It imports nothing of ours.
package cards
