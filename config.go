package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"time"

	"vang/web"
)

// Config is all that an operator can decide. Every field has a flag and a VANG_* variable; nothing is required.
type Config struct {
	Addr           string
	Content        string // folder; "" is the embedded content
	Cache          string // folder; "" is the user's own, "off" none
	Database       string
	Redis          string // "": one process
	BaseURL        string
	TrustedProxies []netip.Prefix
	Secret         string
	Drafts         bool
	RateLimit      web.RateLimit
	MetricsToken   string
	DrainDelay     time.Duration
	Format         string // of findings: "human", "json", "github"
	Log            string // "auto", "text", "json"
	LogLevel       slog.Level

	values map[string]string // as given, by flag, for printing
}

// parseConfig reads the settings named in want from flags, then variables, then defaults, and returns what is left of args.
func parseConfig(command string, args []string, getenv func(string) string, want ...string) (Config, []string, error) {
	c := Config{values: map[string]string{}}
	set := flag.NewFlagSet("vang "+command, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	rows := only(settings(), want)
	for _, s := range rows {
		take := func(v string) error { c.values[s.flag] = v; return nil }
		if s.value == "" {
			set.BoolFunc(s.flag, "", take)
		} else {
			set.Func(s.flag, "", take)
		}
	}
	rest, err := parseAll(set, args)
	if errors.Is(err, flag.ErrHelp) {
		return c, nil, err
	}
	if err != nil {
		return c, nil, usageError{command: command, err: unknownFlag(err)}
	}
	for _, s := range rows {
		from := "--" + s.flag
		v, given := c.values[s.flag]
		if !given {
			var err error
			if v, from, err = fromEnvironment(s, getenv); err != nil {
				return c, nil, usageError{command: command, err: err}
			}
		}
		c.values[s.flag] = v
		if v == "" {
			continue
		}
		if err := s.set(&c, v); err != nil {
			return c, nil, usageError{command: command, err: prefixed(from, err)}
		}
	}
	return c, rest, nil
}

// fromEnvironment is the value of a setting that no flag gave, and the variable that gave it. A secret may also be in a file
// that VANG_..._FILE names, as the secrets of containers are.
func fromEnvironment(s setting, getenv func(string) string) (v, from string, err error) {
	from = s.variable()
	if v = getenv(from); v != "" {
		return v, from, nil
	}
	file := getenv(from + "_FILE")
	if !s.secret || file == "" {
		return s.def, from, nil
	}
	from += "_FILE"
	b, err := os.ReadFile(file)
	if err != nil {
		return "", from, troubled(text{"%s cannot be read: %v", "không đọc được %s: %v"}, from, err)
	}
	if v = strings.TrimSpace(string(b)); v == "" {
		return "", from, troubled(text{"%s names %s, which is empty", "%s chỉ tới %s, nhưng tệp này trống"}, from, file)
	}
	return v, from, nil
}

// parseAll takes flags before and behind the other arguments, which it returns.
func parseAll(set *flag.FlagSet, args []string) (rest []string, err error) {
	for len(args) > 0 {
		if err := set.Parse(args); err != nil {
			return nil, err
		}
		if args = set.Args(); len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return rest, nil
}

// prefixed says which flag or variable a problem is about.
func prefixed(from string, err error) error {
	var p problem
	if !errors.As(err, &p) {
		return fmt.Errorf("%s %w", from, err)
	}
	p.words.en, p.words.vi = from+" "+p.words.en, from+" "+p.words.vi
	return p
}

func only(all []setting, want []string) []setting {
	var rows []setting
	for _, s := range all {
		for _, w := range want {
			if s.flag == w {
				rows = append(rows, s)
			}
		}
	}
	return rows
}

// lines prints the configuration for a person, secrets hidden.
func (c Config) lines() []string {
	var out []string
	for _, s := range settings() {
		if v, ok := c.shown(s); ok {
			out = append(out, fmt.Sprintf("%-20s %s", s.variable(), v))
		}
	}
	return out
}

// attributes is the configuration for the log: what is set, secrets hidden.
func (c Config) attributes() []any {
	var out []any
	for _, s := range settings() {
		if v, ok := c.shown(s); ok && v != "" {
			out = append(out, s.variable(), v)
		}
	}
	return out
}

// shown is the value of a setting as it may be printed; ok is false if this command does not take it.
func (c Config) shown(s setting) (v string, ok bool) {
	v, ok = c.values[s.flag]
	if s.secret && v != "" && v != s.def {
		v = hide(v)
	}
	return v, ok
}

// hide keeps of a secret what is none: the scheme, hosts and path of an address, the path of a file. A list of hosts is no
// URL to package net/url.
func hide(v string) string {
	if strings.HasPrefix(v, "sqlite:") {
		return v
	}
	scheme, rest, found := strings.Cut(v, "://")
	if !found {
		return "***"
	}
	at, query := strings.LastIndex(rest, "@"), strings.Index(rest, "?")
	if query >= 0 && query < at { // a password that was not escaped, or one behind the question mark
		return scheme + "://***"
	}
	rest, _, _ = strings.Cut(rest[at+1:], "?")
	return scheme + "://***@" + rest
}
