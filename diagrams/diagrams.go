// Package diagrams draws what authors sketch in text as SVG.
//
// It imports nothing of ours.
package diagrams
