package check

import (
	"fmt"
	"net/http"

	"vang/e2e/chaos/history"
)

// checkRequests demands that no reader and no writer ever hears of a replica's end. While the database is away they may be
// sent away with a time to come back: by a replica's 503, or by Nginx's 504 when one replica after the other had nothing to say.
func (c *checker) checkRequests() {
	for _, r := range c.records {
		if r.Kind == history.Request {
			c.checkRequest(r)
		}
	}
}

func (c *checker) checkRequest(r history.Record) {
	switch {
	case r.Outcome == history.Cut:
		c.cuts++
		if len(c.during(r.Begin, r.End, func(f fault) bool { return f.cuts })) == 0 {
			c.violate(CutAnswer, fmt.Sprintf("the answer to %s broke off, and nothing had died: %s", r.Process, r.Text), r)
		}
	case r.GaveUp: // nobody waited for the answer
	case r.Replica == history.Proxied && r.Status == 0 && len(c.during(r.Begin, r.End, func(f fault) bool { return f.unheard })) > 0:
	case r.Replica > 0 && len(c.during(r.Begin, r.End, func(f fault) bool { return f.down && f.concerns(r.Replica) })) > 0:
	case (r.Status == http.StatusServiceUnavailable || r.Status == http.StatusGatewayTimeout) && len(c.during(r.Begin, r.End, func(f fault) bool { return f.unavailable })) > 0:
		if !r.RetryAfter {
			c.violate(NoRetryAfter, fmt.Sprintf("%s was sent away: %s", r.Process, r.Text), r)
		}
	case r.Status == 0, r.Status >= http.StatusInternalServerError:
		proof := append([]history.Record{r}, c.during(r.Begin, r.End, func(fault) bool { return true })...)
		c.violate(FailedRequest, fmt.Sprintf("%s got %s", r.Process, describe(r)), proof...)
	}
}

func describe(r history.Record) string {
	if r.Status == 0 {
		return "no answer: " + r.Text
	}
	return fmt.Sprintf("%d: %s", r.Status, r.Text)
}
