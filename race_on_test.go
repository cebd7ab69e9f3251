//go:build race

package main

// oneIn is the part of thousands of foreign texts that the race detector, which has each take twenty times as long, looks at. They
// are all tried without it.
const oneIn = 16
