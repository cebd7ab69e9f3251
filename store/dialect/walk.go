package dialect

import (
	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// step is a node and the field of it in which the next one stands.
type step struct {
	node  proto.Message
	field string
}

// path leads from the statement down to a node, which is not part of it.
type path []step

// parent is the nearest node above.
func (p path) parent() step {
	if len(p) == 0 {
		return step{}
	}
	return p[len(p)-1]
}

// walk calls visit for each node of the tree, parents first. The wrappers that hold a node of any kind are passed over.
func walk(n proto.Message, visit func(n proto.Message, at path)) {
	descend(n, nil, visit)
}

func descend(n proto.Message, at path, visit func(proto.Message, path)) {
	if _, wrapper := n.(*pg.Node); !wrapper {
		visit(n, at)
	}
	n.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Kind() != protoreflect.MessageKind {
			return true
		}
		below := at
		if _, wrapper := n.(*pg.Node); !wrapper {
			below = append(at[:len(at):len(at)], step{n, string(field.Name())})
		}
		if field.IsList() {
			for i := range value.List().Len() {
				descend(value.List().Get(i).Message().Interface(), below, visit)
			}
		} else {
			descend(value.Message().Interface(), below, visit)
		}
		return true
	})
}

// anyNode tells whether a node for which is says yes stands in one of the trees.
func anyNode(is func(proto.Message) bool, trees ...proto.Message) (found bool) {
	for _, tree := range trees {
		walk(tree, func(n proto.Message, _ path) { found = found || is(n) })
	}
	return found
}

// nodes makes trees of a list.
func nodes(lists ...[]*pg.Node) (trees []proto.Message) {
	for _, list := range lists {
		for _, n := range list {
			trees = append(trees, n)
		}
	}
	return trees
}

// words are the strings of a list, such as the parts of a name.
func words(list []*pg.Node) (out []string) {
	for _, n := range list {
		if w := n.GetString_(); w != nil {
			out = append(out, w.GetSval())
		}
	}
	return out
}

// last is the last part of a name.
func last(list []*pg.Node) string {
	w := words(list)
	if len(w) == 0 {
		return ""
	}
	return w[len(w)-1]
}

// isParam tells a placeholder.
func isParam(n proto.Message) bool {
	_, is := n.(*pg.ParamRef)
	return is
}
