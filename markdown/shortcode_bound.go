package markdown

import (
	"errors"
	"html/template"
	"text/template/parse"
)

const (
	// mostTurns is how often all loops of all of a site's templates go round in one text, and how often they are begun. The slowest of
	// the turns write something, of which there is a bound too.
	mostTurns = 100_000
	// turnsToRead is what reading a template counts, which takes as long: templates in templates that ask for their text twice are read
	// twice as often at each level.
	turnsToRead = 20

	roundFunction = "vangRound"
)

var errEndless = errors.New("its loops or calls do not end")

// round is called at each turn of a template: html/template itself can be stopped by nothing but an error.
func (x *expansion) round() (bool, error) {
	if *x.turns++; *x.turns > mostTurns {
		return false, errEndless
	}
	return true, nil
}

// bound has a template count its turns: at the beginning of each template in it, and of each loop's body.
func bound(t *template.Template) error {
	count, err := parse.Parse("", "{{$vangTurn := "+roundFunction+"}}", "", "", map[string]any{roundFunction: true})
	if err != nil {
		return err
	}
	turn := count[""].Root.Nodes[0] // it is an assignment, which writes nothing
	for _, part := range t.Templates() {
		if part.Tree != nil {
			begin(part.Tree.Root, turn)
		}
	}
	return nil
}

func begin(list *parse.ListNode, turn parse.Node) {
	boundNodes(list, turn)
	list.Nodes = append([]parse.Node{turn.Copy()}, list.Nodes...)
}

func boundNodes(list *parse.ListNode, turn parse.Node) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.RangeNode:
			begin(n.List, turn)
			boundNodes(n.ElseList, turn)
		case *parse.IfNode:
			boundNodes(n.List, turn)
			boundNodes(n.ElseList, turn)
		case *parse.WithNode:
			boundNodes(n.List, turn)
			boundNodes(n.ElseList, turn)
		}
	}
}
