package check

// Rule is a promise.
type Rule string

// What stands in the database at the end.
const (
	Lost      Rule = "lost"            // an acknowledged comment is there
	Doubled   Rule = "doubled"         // every comment is there once at most
	Refused   Rule = "refused"         // what was refused is not there
	Foreign   Rule = "foreign"         // nothing is there that nobody sent
	Misplaced Rule = "misplaced"       // it stands under the post and comment that it was sent to
	LostEdit  Rule = "lost edit"       // its text is the last acknowledged one, or a later one whose answer never came
	LostMove  Rule = "lost moderation" // hidden is hidden, shown is shown
	Risen     Rule = "risen"           // what was deleted stays so, without text
	Numbers   Rule = "numbers"         // seqs are dense; revs are unique and within the head; counts count
	SameRev   Rule = "same rev"        // no two changes were told the same number
	Burnt     Rule = "burnt"           // no more numbers were given than changes can have taken
)

// What readers saw.
const (
	Back       Rule = "rev went back" // revs rise strictly on a connection, from the cursor that it began with
	Gap        Rule = "gap"           // everything up to the cursor was told
	Twice      Rule = "twice"         // nothing stands twice in a list
	Order      Rule = "order"         // lists are in the order of the thread
	Differs    Rule = "differs"       // what a reader shows in the end is what the database holds
	Late       Rule = "late"          // connected readers hear of a change in time
	Leaked     Rule = "leaked"        // nothing held, hidden or deleted reaches a stranger
	OldText    Rule = "old text"      // nor does a text that was replaced
	StaleRead  Rule = "stale read"    // pages show what was acknowledged, and never go back
	Degraded   Rule = "degraded"      // pages have their comments unless the database is away
	OwnMissing Rule = "own missing"   // the page after a form shows the comment that was sent
	DeadLink   Rule = "dead link"     // a silent connection is given up within two heartbeats
)

// What clients were answered.
const (
	FailedRequest Rule = "failed request"     // none fails because a replica died, stopped or was replaced
	NoRetryAfter  Rule = "no Retry-After"     // who is sent away is told when to come back
	CutAnswer     Rule = "cut answer"         // answers break off only with the replica that gave them
	Incomplete    Rule = "incomplete history" // what is not written down cannot be judged
)
