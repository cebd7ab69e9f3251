package views

import (
	"strconv"
	"time"
)

// Date is the day in words: "22 November 2026".
func (c *Catalogue) Date(t time.Time) string {
	return Fill(c.date, "day", strconv.Itoa(t.Day()), "month", c.months[t.Month()-1], "year", strconv.Itoa(t.Year()))
}

// DateTime is the minute in words, in UTC: pages are the same for every reader; the script tells each their own time.
func (c *Catalogue) DateTime(t time.Time) string {
	t = t.UTC()
	return Fill(c.dateTime, "date", c.Date(t), "time", t.Format("15:04"))
}

// stamp is a time for machines.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// day is a date for machines, as the author wrote it.
func day(t time.Time) string { return t.Format(time.DateOnly) }

// retry is "Try again in 12 seconds."; "" where waiting does not help.
func (c *Catalogue) retry(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	seconds := int64((d + time.Second - 1) / time.Second)
	return count(seconds, c.RetryIn1, c.RetryIn)
}
