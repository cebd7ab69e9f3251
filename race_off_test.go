//go:build !race

package main

// oneIn is the part of thousands of foreign texts that is tried: all.
const oneIn = 1
