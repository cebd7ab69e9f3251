// Package blog is the domain of Vang: posts, comments, the rules that they obey, and the use cases of a discussion.
//
// It imports the standard library only. Every other package speaks its types; it knows neither HTTP nor SQL nor HTML.
// Values are plain data and may be copied and read concurrently; Discussion may be used by any number of goroutines.
package blog

import (
	"crypto/rand"
	"encoding/base32"
	"time"
)

// Lang is a BCP 47 language tag, such as "vi" or "en".
type Lang = string

// The languages that have a complete catalogue of interface words.
const (
	English    Lang = "en"
	Vietnamese Lang = "vi"
)

// Clock tells the time; tests put their own in.
type Clock func() time.Time

// idEncoding is lower-case base32 without the letters that are easily misread.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID returns 16 characters (80 bits) of randomness, fit for an address or an HTML id behind a letter.
func NewID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // since Go 1.24 it never fails: it ends the process instead
	return idEncoding.EncodeToString(b[:])
}

// NewSecret returns 32 characters (160 bits) of randomness: what must not be guessed, such as a visitor's identity.
func NewSecret() string {
	var b [20]byte
	_, _ = rand.Read(b[:])
	return idEncoding.EncodeToString(b[:])
}
