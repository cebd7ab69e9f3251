package markdown

func (st *state) expandLiquid(source []byte) *rewrite { return nil }
