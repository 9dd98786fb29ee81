package report

import (
	"charm.land/lipgloss/v2"

	"github.com/pugmark/pugmark/internal/risk"
)

// theme is the styles in use. They take the terminal's own sixteen colours, so
// that they suit light and dark backgrounds, and neither red nor green stands
// without a word beside it.
type theme struct {
	strong, quiet, head lipgloss.Style
	colored             bool
}

func newTheme(color bool) *theme {
	plain := lipgloss.NewStyle()
	if !color {
		return &theme{strong: plain, quiet: plain, head: plain}
	}
	return &theme{strong: plain.Bold(true), quiet: plain.Faint(true), head: plain.Bold(true), colored: true}
}

// severities are in ascending order.
var severities = []risk.Severity{risk.Informational, risk.Low, risk.Medium, risk.High, risk.Critical}

// symbols stand beside the words of severities.
var symbols = map[risk.Severity]string{
	risk.Informational: "·",
	risk.Low:           "○",
	risk.Medium:        "●",
	risk.High:          "▲",
	risk.Critical:      "◆",
}

// level returns a severity's symbol and word.
func level(s risk.Severity) string { return symbols[s] + " " + string(s) }

// severity draws a text in the colour of a severity.
func (t *theme) severity(s risk.Severity, text string) string {
	style := lipgloss.NewStyle()
	if t.colored {
		switch s {
		case risk.Informational:
			style = style.Faint(true)
		case risk.Low:
			style = style.Foreground(lipgloss.Cyan)
		case risk.Medium:
			style = style.Foreground(lipgloss.Yellow)
		case risk.High:
			style = style.Foreground(lipgloss.Red)
		case risk.Critical:
			style = style.Foreground(lipgloss.Magenta).Bold(true)
		}
	}
	return style.Render(text)
}
