// Package maths turns formulas in TeX into MathML, which browsers set without a script.
//
// It runs Temml, bundled by the build of the assets, in a JavaScript engine. It imports nothing of ours, loads nothing before
// the first formula, and lets the engines go when no formula came for a while. An Engine may be used by any number of
// goroutines.
package maths

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	longestFormula = 20_000          // bytes of TeX: ten pages of print
	longestMarkup  = 2 << 20         // bytes of MathML
	patience       = 3 * time.Second // for one formula, which takes a few milliseconds
	idleFor        = 20 * time.Second
	mostUses       = 20_000  // of one machine, in case that it gathers what it should not
	keptBytes      = 1 << 20 // of formulas set last: the same ones come back with each save and in each language
)

// Engine sets formulas.
type Engine struct {
	files    fs.FS
	patience time.Duration
	turns    chan struct{} // as many formulas at once as there are cores

	mu    sync.Mutex
	load  func() (*machine, error) // nil while nothing is loaded
	spare []*machine
	rest  *time.Timer // lets all go
	kept  *kept
}

// New returns an Engine that finds the converter in files as converter.js.br. It reads nothing yet.
func New(files fs.FS) *Engine {
	return &Engine{files: files, patience: patience, turns: make(chan struct{}, runtime.GOMAXPROCS(0)), kept: newKept(keptBytes)}
}

// MathML sets tex: on a line of its own if display. Whoever wrote a formula that is none is told so in the error, in words
// such as `there is no command \fra` or `Expected '}' at position 9`.
func (e *Engine) MathML(tex string, display bool) (string, error) {
	tex = strings.TrimSpace(tex)
	switch {
	case tex == "":
		return "", errors.New("the formula is empty")
	case len(tex) > longestFormula:
		return "", fmt.Errorf("the formula has %d bytes, at most %d are set: split it", len(tex), longestFormula)
	case !utf8.ValidString(tex) || strings.ContainsRune(tex, 0):
		return "", errors.New("the formula is not text in UTF-8")
	}
	if markup, ok := e.kept.get(tex, display); ok {
		return markup, nil
	}
	e.turns <- struct{}{}
	defer func() { <-e.turns }()
	markup, err := e.set(tex, display)
	if !display && err != nil && strings.Contains(err.Error(), "only in display mode") {
		markup, err = e.set(tex, true) // such as an environment that counts its lines: every other converter takes it there too
	}
	if err == nil {
		e.kept.put(tex, display, markup)
	}
	return markup, err
}

func (e *Engine) set(tex string, display bool) (string, error) {
	m, err := e.take()
	if err != nil {
		return "", fmt.Errorf("load the converter of formulas: %w", err)
	}
	markup, err := m.formula(tex, display, e.patience)
	if m.broken || m.uses >= mostUses {
		return markup, err
	}
	e.give(m)
	return markup, err
}

// take returns a machine that nobody uses.
func (e *Engine) take() (*machine, error) {
	e.mu.Lock()
	if n := len(e.spare); n > 0 {
		m := e.spare[n-1]
		e.spare = e.spare[:n-1]
		e.mu.Unlock()
		return m, nil
	}
	if e.load == nil {
		e.load = loader(e.files)
	}
	load := e.load
	e.mu.Unlock()
	return load()
}

// give keeps m for the next formula, for a while.
func (e *Engine) give(m *machine) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.spare = append(e.spare, m)
	if e.rest == nil {
		e.rest = time.AfterFunc(idleFor, e.letGo)
	} else {
		e.rest.Reset(idleFor)
	}
}

// letGo forgets the machines and the program: an idle blog holds no JavaScript engine.
func (e *Engine) letGo() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.spare, e.load = nil, nil
}
