//go:build race

package web_test

// manySenders are fewer under the race detector, which has a page take twenty times as long.
const manySenders = 1500
