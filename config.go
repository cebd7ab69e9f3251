package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"vang/web"
)

// Config is all that an operator can decide. Every field has a flag and a VANG_* variable; nothing is required.
type Config struct {
	Addr           string
	Content        string // folder; "" is the embedded content
	Database       string
	BaseURL        string
	TrustedProxies []netip.Prefix
	Secret         string
	Drafts         bool
	RateLimit      web.RateLimit
	MetricsToken   string
	DrainDelay     time.Duration
	Log            string // "auto", "text", "json"

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
			if v = getenv(s.variable()); v != "" {
				from = s.variable()
			} else {
				v = s.def
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

// hide keeps of a secret what is none: the scheme and host of an address without user and password, the path of a file.
func hide(v string) string {
	if strings.HasPrefix(v, "sqlite:") {
		return v
	}
	if u, err := url.Parse(v); err == nil && u.Host != "" {
		return u.Scheme + "://***@" + u.Host + u.Path
	}
	return "***"
}
