package main

import (
	"errors"
	"fmt"
	"strings"

	"vang/blog"
)

// text is a message in the languages of the command line.
type text struct{ en, vi string }

func (t text) in(lang string) string {
	if lang == "vi" {
		return t.vi
	}
	return t.en
}

// problem is an error told in the language of the command line. Both texts take the same args.
type problem struct {
	words text
	args  []any
}

func troubled(words text, args ...any) error { return problem{words: words, args: args} }

func (p problem) Error() string { return p.in("en") }

func (p problem) in(lang string) string { return fmt.Sprintf(p.words.in(lang), p.args...) }

// usageError is a command line that cannot be understood; the program ends with status 2.
type usageError struct {
	command string // "" where there is none of that name
	err     error
}

func (e usageError) Error() string { return describe(e, "en") }

func (e usageError) Unwrap() error { return e.err }

// describe tells an error to the person at the command line.
func describe(err error, lang string) string {
	var usage usageError
	var known problem
	var trouble *blog.Error
	switch {
	case errors.As(err, &usage):
		hint := text{"(vang %s --help tells what it takes)", "(vang %s --help cho biết nó nhận gì)"}
		if usage.command == "" {
			hint = text{"(vang help%s lists the commands)", "(vang help%s liệt kê các lệnh)"}
		}
		return describe(usage.err, lang) + "\n" + fmt.Sprintf(hint.in(lang), usage.command)
	case errors.As(err, &known):
		return known.in(lang)
	case lang == "vi" && inVietnamese(err) != "":
		return "không dùng được cơ sở dữ liệu: " + inVietnamese(err)
	case errors.As(err, &trouble) && trouble.Kind == blog.Unavailable && trouble.Err != nil:
		return text{"the database cannot be used: ", "không dùng được cơ sở dữ liệu: "}.in(lang) + trouble.Err.Error()
	}
	return err.Error()
}

// unknownFlag puts the words of package flag into ours.
func unknownFlag(err error) error {
	if name, found := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); found {
		return troubled(text{"there is no flag --%s", "không có tùy chọn --%s"}, name)
	}
	if name, found := strings.CutPrefix(err.Error(), "flag needs an argument: -"); found {
		return troubled(text{"--%s needs a value", "--%s cần một giá trị"}, name)
	}
	return err
}
