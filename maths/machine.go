package maths

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/dop251/goja"
)

// deepest is how far calls may nest: formulas nest their groups some hundred deep at most.
const deepest = 4_000

// machine is one JavaScript engine with the converter in it. One goroutine uses it at a time.
type machine struct {
	vm     *goja.Runtime
	set    goja.Callable
	uses   int
	broken bool // it was stopped in the middle, or failed in a way of its own
}

// loader returns what makes machines. The program is read and compiled once for all of them.
func loader(files fs.FS) func() (*machine, error) {
	program := sync.OnceValues(func() (*goja.Program, error) { return compile(files) })
	return func() (*machine, error) {
		p, err := program()
		if err != nil {
			return nil, err
		}
		return newMachine(p)
	}
}

func compile(files fs.FS) (*goja.Program, error) {
	f, err := files.Open("converter.js.br")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("static/dist holds none: run `make assets`, then build again")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	source, err := io.ReadAll(brotli.NewReader(f))
	if err != nil {
		return nil, err
	}
	return goja.Compile("converter.js", string(source), true)
}

func newMachine(p *goja.Program) (*machine, error) {
	vm := goja.New()
	vm.SetMaxCallStackSize(deepest)
	if _, err := vm.RunProgram(p); err != nil {
		return nil, err
	}
	set, ok := goja.AssertFunction(vm.Get("formula"))
	if !ok {
		return nil, errors.New("the converter has no function named formula: run `make assets`, then build again")
	}
	return &machine{vm: vm, set: set}, nil
}

func (m *machine) formula(tex string, display bool, patience time.Duration) (markup string, err error) {
	m.uses++
	defer func() {
		if p := recover(); p != nil {
			m.broken = true
			err = fmt.Errorf("the converter failed on the formula: %v", p)
		}
	}()
	stop := time.AfterFunc(patience, func() { m.vm.Interrupt("too long") })
	value, err := m.set(goja.Undefined(), m.vm.ToValue(tex), m.vm.ToValue(display))
	if !stop.Stop() {
		m.broken = true // the interrupt may come later still
	}
	if err != nil {
		return "", m.told(err, patience)
	}
	markup = value.String()
	if len(markup) > longestMarkup {
		return "", fmt.Errorf("the formula becomes %d bytes of MathML, at most %d are shown: split it", len(markup), longestMarkup)
	}
	return markup, nil
}

// told makes of an error of the converter what its author should read.
func (m *machine) told(err error, patience time.Duration) error {
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	var thrown *goja.Exception
	switch {
	case errors.As(err, &interrupted):
		m.broken = true
		return fmt.Errorf("the formula was not set within %s: simplify it", patience)
	case errors.As(err, &overflow):
		m.broken = true
		return errors.New("the formula is nested too deeply: simplify it")
	case errors.As(err, &thrown):
		message := thrown.Value().String()
		if o, ok := thrown.Value().(*goja.Object); ok && o.Get("message") != nil {
			message = o.Get("message").String()
		}
		return errors.New(inWords(message))
	}
	m.broken = true
	return err
}

var (
	undefined = regexp.MustCompile(`^(?:Undefined control sequence|Unsupported function name|Unrecognized (?:symbol|function)):? ?"?(\\[A-Za-z]+|\\.)`)
	untrusted = regexp.MustCompile(`^Function "(\\\w+)" is not trusted`)
	noSuch    = regexp.MustCompile(`^No such environment: (\S+)`)
)

// inWords drops the converter's prefix and the marks that it sets under letters, and says the commonest in plain words.
func inWords(message string) string {
	message = strings.TrimSpace(strings.TrimPrefix(message, "ParseError:"))
	message = strings.TrimSpace(strings.TrimPrefix(message, "Temml parse error:"))
	message = strings.ReplaceAll(message, "\u0332", "")
	message = strings.Join(strings.Fields(message), " ")
	if c := undefined.FindStringSubmatch(message); c != nil {
		return "there is no command " + c[1]
	}
	if c := untrusted.FindStringSubmatch(message); c != nil {
		return c[1] + " is not set in formulas"
	}
	if c := noSuch.FindStringSubmatch(message); c != nil {
		return "there is no environment " + c[1]
	}
	return message
}
