package testbed

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Postgres is a PostgreSQL server with a data directory of its own. It listens on loopback alone, and whoever connects must
// know the password. Transactions are SERIALIZABLE unless they ask for less, as they are in CockroachDB.
//
// There are two roles with one password: vang, an ordinary one that owns the databases, and postgres, which may do everything
// and as which SQL, Dump and Restore speak.
type Postgres struct {
	Addr     string
	Password string

	dir     string
	bin     string              // folder of the server's programs
	user    *syscall.Credential // nil: this process' own
	args    []string
	process *Process
}

const postgresPatience = 60 * time.Second

// StartPostgres makes a new server in dir, which takes seconds, and starts it. A setting is "name=value" as in
// postgresql.conf: with "fsync=off" a commit does not wait for the disk.
func StartPostgres(ctx context.Context, dir string, settings ...string) (*Postgres, error) {
	initdb, err := program("initdb", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL (on Debian: apt-get install postgresql): %w", err)
	}
	if initdb, err = filepath.EvalSymlinks(initdb); err != nil { // the others lie beside it, not beside a link to it
		return nil, err
	}
	p := &Postgres{Password: rand.Text(), bin: filepath.Dir(initdb)}
	if p.dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if p.Addr, err = FreeAddr(); err != nil {
		return nil, err
	}
	if p.user, err = plainUser("postgres"); err != nil {
		return nil, err
	}
	if err := p.initialise(ctx, initdb); err != nil {
		return nil, err
	}
	p.args = postgresArgs(p.data(), p.Addr, settings)
	if err := p.Start(ctx); err != nil {
		return nil, err
	}
	if _, err := p.SQL(ctx, "postgres", "CREATE ROLE vang LOGIN CREATEDB PASSWORD '"+p.Password+"'"); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

func (p *Postgres) data() string { return filepath.Join(p.dir, "data") }

func (p *Postgres) initialise(ctx context.Context, initdb string) error {
	secret := filepath.Join(p.dir, "password")
	err := errors.Join(os.Mkdir(p.data(), 0o700), os.WriteFile(secret, []byte(p.Password+"\n"), 0o600),
		admit(p.user, p.data()), give(p.user, p.data(), secret))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, initdb, "--pgdata", p.data(), "--username=postgres", "--pwfile", secret,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	cmd.Dir, cmd.SysProcAttr = p.data(), &syscall.SysProcAttr{Credential: p.user, Pdeathsig: syscall.SIGKILL}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Remove(secret)
}

// postgresArgs is the server's command line. It has no Unix socket: the path of a test's folder may be too long for one.
func postgresArgs(data, addr string, settings []string) []string {
	_, port, _ := net.SplitHostPort(addr)
	args := []string{"-D", data}
	for _, s := range append([]string{
		"listen_addresses=127.0.0.1", "port=" + port, "unix_socket_directories=", "max_connections=200",
		"default_transaction_isolation=serializable", "timezone=UTC",
	}, settings...) {
		args = append(args, "-c", s)
	}
	return args
}

// Start starts the server, again after Kill or Stop, on the same address.
func (p *Postgres) Start(ctx context.Context) error {
	p.killFamily() // of a server that was killed alone
	process, err := Start(Command{
		Name: "PostgreSQL", Path: filepath.Join(p.bin, "postgres"), Args: p.args, Dir: p.data(), User: p.user,
	})
	if err != nil {
		return err
	}
	p.process = process
	err = process.Await(ctx, postgresPatience, func(context.Context) error {
		if !strings.Contains(process.Log(), "database system is ready to accept connections") {
			return errors.New("it takes no connections yet")
		}
		return nil
	})
	if err != nil {
		p.Kill()
	}
	return err
}

// Process is the server's first process, the postmaster. Killing it alone leaves those that serve connections to end by
// themselves; pausing it alone leaves them at work. Kill, Pause and Resume of Postgres act on all.
func (p *Postgres) Process() *Process { return p.process }

// Stop ends the server in order, but does not wait for those who are connected.
func (p *Postgres) Stop() {
	p.Resume()
	_ = p.process.Stop(syscall.SIGINT, postgresPatience) // who does not end in time is killed
	p.killFamily()
}

// Kill ends all of the server's processes at once, as a loss of power does.
func (p *Postgres) Kill() {
	_ = p.process.Pause() // it shall make no new ones
	p.killFamily()
	p.process.Kill()
}

// Pause stops all of the server's processes where they stand; connections stay open and nothing answers.
func (p *Postgres) Pause() {
	_ = p.process.Pause()
	p.signalFamily(syscall.SIGSTOP)
}

// Resume ends Pause.
func (p *Postgres) Resume() {
	p.signalFamily(syscall.SIGCONT)
}

// killFamily ends the server's processes and waits until they are gone: they hold the memory that the next server needs.
func (p *Postgres) killFamily() {
	for begin := time.Now(); p.signalFamily(syscall.SIGKILL) > 0 && time.Since(begin) < postgresPatience; {
		time.Sleep(5 * time.Millisecond)
	}
}

// signalFamily signals the server's processes and returns how many there are. Each leads a process group of its own, so
// they are known by where they work: in the data directory.
func (p *Postgres) signalFamily(s syscall.Signal) int {
	folders, _ := filepath.Glob("/proc/[0-9]*/cwd") // fails for bad patterns only
	found := 0
	for _, folder := range folders {
		var pid int
		if _, err := fmt.Sscanf(folder, "/proc/%d/", &pid); err != nil {
			continue
		}
		at, err := os.Readlink(folder)
		if err != nil || at != p.data() || !isPostgres(pid) { // gone meanwhile, or not ours to look at
			continue
		}
		found++
		_ = syscall.Kill(pid, s)
	}
	return found
}

// isPostgres tells a server's process from, say, the shell of someone who looks at its files.
func isPostgres(pid int) bool {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err == nil && strings.TrimSpace(string(name)) == "postgres"
}
