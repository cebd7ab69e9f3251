//go:build !unix

package web

// openFiles is how many files this process may have open at once; 0 if that is not known.
func openFiles() uint64 { return 0 }
