// Package cards draws the pictures that stand for a post where it is shared.
//
// A card is 1200 by 630 pixels: the title, whose blog it is, who wrote it and when. Letters come from fonts that the build of
// the assets cut: alphabets with Vietnamese, Greek and Cyrillic; Chinese, Japanese and Korean in slices, of which a card reads
// those that its words need. Nothing is kept between cards. It imports nothing of ours. A Press may be used by any number of
// goroutines.
package cards

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io/fs"
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Size of a card in pixels: what services that show links ask for.
const (
	Width  = 1200
	Height = 630
)

// design is raised when cards look different, so that they get new addresses.
const design = "1"

// Card is what is written on one.
type Card struct {
	Title string
	Site  string
	By    string // the authors
	Date  string // in words
	Lang  string // whose forms Chinese signs have: "ja", "zh-TW"
}

// Version names all that a card's looks depend on.
func (c Card) Version() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{design, c.Title, c.Site, c.By, c.Date, c.Lang}, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// Legible tells whether there are letters for all of text: scripts that need shaping or a font that is not there have none.
func Legible(text string) bool {
	found := false
	for _, r := range text {
		if unicode.IsLetter(r) {
			found = true
			if !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Common, unicode.Inherited) {
				return false
			}
		}
		found = found || unicode.IsDigit(r)
	}
	return found
}

// Press draws cards, one at a time: each takes some megabytes while it is drawn.
type Press struct {
	files fs.FS
	turn  chan struct{}
}

// New returns a Press that finds its fonts in files. It reads nothing yet.
func New(files fs.FS) *Press { return &Press{files: files, turn: make(chan struct{}, 1)} }

// Draw draws c as a PNG.
func (p *Press) Draw(ctx context.Context, c Card) ([]byte, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	fonts, err := openFonts(p.files)
	if err != nil {
		return nil, fmt.Errorf("draw a card: %w", err)
	}
	var b bytes.Buffer
	if err := encode(&b, paint(fonts, c.cleaned())); err != nil {
		return nil, fmt.Errorf("draw a card: %w", err)
	}
	if fonts.err != nil {
		return nil, fmt.Errorf("draw a card: %w", fonts.err)
	}
	return b.Bytes(), nil
}

// The colours of a light page of the blog.
var (
	paper  = color.RGBA{0xfb, 0xfa, 0xf6, 0xff}
	ink    = color.RGBA{0x24, 0x22, 0x1e, 0xff}
	soft   = color.RGBA{0x5f, 0x5a, 0x50, 0xff}
	accent = color.RGBA{0x0b, 0x61, 0x57, 0xff}
	tint   = color.RGBA{0xee, 0xf3, 0xec, 0xff}
)

const (
	margin    = 84
	siteLine  = 122 // base line of the blog's name
	metaLine  = Height - 82
	titleTop  = 172
	titleEnd  = Height - 146
	metaSize  = 30
	siteSize  = 34
	markWidth = 46
)

// paint draws the card: the mark large and faint in the corner, then the words.
func paint(fonts *fonts, c Card) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	drawMark(img, Width-40, Height-20, 700, math.Pi, tint) // its rings around the corner, not its opening
	drawMark(img, margin+markWidth/2, siteLine-siteSize*0.34, markWidth, 0, accent)

	title, text := fonts.style(c.Lang, true), fonts.style(c.Lang, false)
	name := title.fit(c.Site, siteSize, Width-2*margin-markWidth-18)
	title.draw(img, name, siteSize, margin+markWidth+18, siteLine, ink)

	block := title.set(c.Title, Width-2*margin, titleEnd-titleTop)
	y := titleTop + (titleEnd-titleTop-block.height())/2 + block.ascent()
	for _, line := range block.lines {
		title.draw(img, line, block.size, margin, y, ink)
		y += block.leading()
	}
	meta := c.By
	if c.Date != "" && meta != "" {
		meta += "  ·  "
	}
	text.draw(img, text.fit(meta+c.Date, metaSize, Width-2*margin), metaSize, margin, metaLine, soft)
	return img
}

// cleaned has composed letters, single spaces, and no signs that draw nothing or are pictures.
func (c Card) cleaned() Card {
	for _, s := range []*string{&c.Title, &c.Site, &c.By, &c.Date} {
		*s = strings.Join(strings.Fields(strings.Map(drawn, norm.NFC.String(*s))), " ")
	}
	return c
}

func drawn(r rune) rune {
	switch {
	case unicode.IsSpace(r) || r == '\u200b':
		return ' '
	case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || r == unicode.ReplacementChar,
		r >= 0x1F000 && r <= 0x1FAFF, r >= 0x2600 && r <= 0x27BF: // emoji
		return -1
	}
	return r
}
