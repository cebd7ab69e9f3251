// Package maths turns formulas in TeX into MathML, which browsers set without a script.
//
// It imports nothing of ours.
package maths
