package cmd

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
)

// widestHelp is the widest that paragraphs of help get: longer lines are hard to
// read.
const widestHelp = 100

// foldHelp fits a text to a terminal: paragraphs are set anew, and an indented
// line that is too long goes on below where its last column begins.
func foldHelp(text string, width int) string {
	var out, paragraph []string
	end := func() {
		if len(paragraph) > 0 {
			out = append(out, foldLine(strings.Join(paragraph, " "), min(width, widestHelp), 0)...)
			paragraph = nil
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case line == "":
			end()
			out = append(out, "")
		case strings.HasPrefix(line, " "):
			end()
			out = append(out, foldLine(line, width, lastColumn(line))...)
		default:
			paragraph = append(paragraph, line)
		}
	}
	end()
	return strings.Join(out, "\n")
}

// columns are the gaps of two blanks and more between what is aligned.
var columns = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\S {2,}`)
})

// lastColumn is where the text of an aligned line begins.
func lastColumn(line string) int {
	const indent = 4
	gaps := columns().FindAllStringIndex(line, -1)
	if len(gaps) == 0 {
		return indent
	}
	return utf8.RuneCountInString(line[:gaps[len(gaps)-1][1]])
}

// foldLine breaks a line at words; what follows the first line hangs.
func foldLine(line string, width, hang int) []string {
	lead := line[:min(hang, len(line))]
	lines := output.Wrap(line[len(lead):], width-len(lead))
	for i, l := range lines {
		if i == 0 {
			lines[i] = lead + l
		} else {
			lines[i] = strings.Repeat(" ", hang) + strings.TrimLeft(l, " ")
		}
	}
	return lines
}
