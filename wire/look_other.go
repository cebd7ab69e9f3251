//go:build !unix

package wire

// look is not there on other systems: net/http reads a byte.
func (c *Conn) look() error { panic("not prepared") }

func (c *Conn) prepareToLook() {}
