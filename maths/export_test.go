package maths

import "time"

// SetPatience has e wait so long for a formula.
func SetPatience(e *Engine, d time.Duration) { e.patience = d }

// Spare is the number of machines that wait.
func Spare(e *Engine) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.spare)
}

// LetGo does what happens after a while without formulas.
func LetGo(e *Engine) { e.letGo() }

// Forget forgets the formulas that were set.
func Forget(e *Engine) { e.kept = newKept(keptBytes) }

// Lost are the styles for which no class was found.
func Lost(e *Engine) []string {
	var lost []string
	for _, m := range e.spare {
		for _, v := range m.vm.Get("lost").Export().([]any) {
			lost = append(lost, v.(string))
		}
	}
	return lost
}
