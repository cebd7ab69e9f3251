package testbed

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// plainUser is the user as whom a server runs that refuses to be root: the named one if there is one, else nobody. It is nil
// where this process is an ordinary user already.
func plainUser(name string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err, err2)
}

// give makes paths u's own.
func give(u *syscall.Credential, paths ...string) error {
	if u == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Chown(path, int(u.Uid), int(u.Gid)); err != nil {
			return err
		}
	}
	return nil
}

// admit lets u come through the folders above dir. Folders of tests are closed to others; those that lie in the system's
// temporary folder are opened, just for passing. Others are left as they are.
func admit(u *syscall.Credential, dir string) error {
	if u == nil {
		return nil
	}
	temp := filepath.Clean(os.TempDir())
	for above := filepath.Dir(dir); above != filepath.Dir(above); above = filepath.Dir(above) {
		info, err := os.Stat(above)
		if err != nil {
			return err
		}
		switch {
		case info.Mode()&0o001 != 0:
		case !strings.HasPrefix(above, temp+string(filepath.Separator)):
			return fmt.Errorf("an ordinary user cannot come through %s: use a folder below %s", above, temp)
		default:
			if err := os.Chmod(above, info.Mode().Perm()|0o111); err != nil {
				return err
			}
		}
	}
	return nil
}
