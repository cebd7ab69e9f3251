package web

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// seals put a visitor into the cookie beside the session's token, closed with the site's secret and bound to the token. What a
// reader is called stands in the session alone; who they are, the cookie can prove while the session store does not answer.
type seals struct{ box cipher.AEAD }

func newSeals(secret []byte) (seals, error) {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write([]byte("session cookie"))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		return seals{}, fmt.Errorf("key of cookies: %w", err)
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return seals{}, fmt.Errorf("key of cookies: %w", err)
	}
	return seals{box}, nil
}

// close is the value of a cookie.
func (s seals) close(token, visitor string) string {
	return token + "." + base64.RawURLEncoding.EncodeToString(s.box.Seal(nil, nil, []byte(visitor), []byte(token)))
}

// open takes the value of a cookie apart. A cookie of before there were seals is a token alone; one whose seal is not ours
// proves nobody.
func (s seals) open(value string) (token, visitor string) {
	token, sealed, _ := strings.Cut(value, ".")
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return token, ""
	}
	plain, err := s.box.Open(nil, nil, b, []byte(token))
	if err != nil {
		return token, ""
	}
	return token, string(plain)
}
