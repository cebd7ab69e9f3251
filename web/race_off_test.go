//go:build !race

package web_test

// manySenders are more than any queue holds.
const manySenders = 5000
