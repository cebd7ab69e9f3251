package cards

// Prune is what a Rack does now and then.
func Prune(dir string, most int64) error { return prune(dir, most) }

// Lines is how a title is broken on a card of a language.
func Lines(p *Press, title, lang string) (lines []string, size float64, err error) {
	f, err := openFonts(p.files)
	if err != nil {
		return nil, 0, err
	}
	b := f.style(lang, true).set(Card{Title: title}.cleaned().Title, Width-2*margin, titleEnd-titleTop)
	return b.lines, b.size, f.err
}

// Files are those that were read for words of a language.
func Files(p *Press, words, lang string) ([]string, error) {
	f, err := openFonts(p.files)
	if err != nil {
		return nil, err
	}
	f.style(lang, true).width(words, 40)
	var names []string
	for name := range f.loaded {
		names = append(names, name)
	}
	return names, f.err
}

// Missing are the signs of a text for which no font has any.
func Missing(p *Press, text, lang string) (missing string, err error) {
	f, err := openFonts(p.files)
	if err != nil {
		return "", err
	}
	s := f.style(lang, true)
	for _, r := range text {
		if f.find(s.familiesFor(text), r) == nil {
			missing += string(r)
		}
	}
	return missing, nil
}
