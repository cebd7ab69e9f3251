//go:build !race

package markdown

// oneIn is the part of thousands of foreign texts that is tried: all.
const oneIn = 1
