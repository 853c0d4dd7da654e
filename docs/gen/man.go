package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// pagesDate is the date of the man pages, unless SOURCE_DATE_EPOCH names another.
// They do not grow stale by themselves.
const pagesDate = "2026-11-26"

func manDate() (string, error) {
	epoch := os.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		return pagesDate, nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return "", fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
}

// A manPage is a page in the man macros of roff.
type manPage struct{ strings.Builder }

func (m *manPage) write(text string) { m.Builder.WriteString(text) }

func (m *manPage) macro(name string, arguments ...string) {
	m.write("." + name)
	for _, argument := range arguments {
		m.write(` "` + strings.ReplaceAll(roff(argument), `"`, `\(dq`) + `"`)
	}
	m.write("\n")
}

// line writes a line of text; one that begins like a macro is none.
func (m *manPage) line(text string) {
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		m.write(`\&`)
	}
	m.write(roff(text) + "\n")
}

// roff escapes a text.
func roff(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			b.WriteString(`\e`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\'':
			b.WriteString(`\(aq`)
		case r > '~':
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// text writes paragraphs; indented lines stay as they are.
func (m *manPage) text(text string) {
	var block []string
	first := true
	end := func() {
		if len(block) == 0 {
			return
		}
		if !first {
			m.macro("PP")
		}
		asItIs := strings.HasPrefix(block[0], " ")
		if asItIs {
			m.macro("nf")
		}
		for _, line := range block {
			m.line(strings.TrimRight(line, " "))
		}
		if asItIs {
			m.macro("fi")
		}
		block, first = nil, false
	}
	for line := range strings.SplitSeq(text, "\n") {
		if len(block) > 0 && strings.HasPrefix(line, " ") != strings.HasPrefix(block[0], " ") || line == "" {
			end()
		}
		if line != "" {
			block = append(block, line)
		}
	}
	end()
}

// item writes a term and, below it, what it means.
func (m *manPage) item(term, meaning string) {
	m.macro("TP")
	m.write(`\fB` + roff(term) + "\\fR\n")
	m.line(meaning)
}

func (m *manPage) items(title string, rows [][2]string) {
	m.macro("SH", title)
	for _, row := range rows {
		m.item(row[0], row[1])
	}
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// pageSection is the section of a page: commands have 1, topics 7.
func pageSection(c *cobra.Command) string {
	if c.IsAdditionalHelpTopicCommand() {
		return "7"
	}
	return "1"
}

// manualPage makes the page of a command or a topic.
func manualPage(c *cobra.Command, date string) []byte {
	m := &manPage{}
	name, section := pageName(c), pageSection(c)
	_, _ = fmt.Fprintf(m, ".TH \"%s\" %s %s \"claimcheck\" \"claimcheck manual\"\n", roff(strings.ToUpper(name)), section, date)
	m.macro("SH", "NAME")
	m.write(roff(name) + ` \- ` + roff(c.Short) + "\n")
	if section == "7" {
		m.macro("SH", "DESCRIPTION")
		m.text(c.Long)
		m.seeAlso(c)
		return []byte(m.String())
	}
	m.macro("SH", "SYNOPSIS")
	m.synopsis(c)
	m.macro("SH", "DESCRIPTION")
	about := c.Long
	if about == "" {
		about = name + ": " + c.Short + "."
	}
	m.text(about)
	m.commands(c)
	m.options(c)
	m.items("EXIT STATUS", exitStatus())
	m.items("ENVIRONMENT", environment())
	m.items("FILES", programFiles())
	if c.Example != "" {
		m.macro("SH", "EXAMPLES")
		m.text(c.Example)
	}
	m.seeAlso(c)
	return []byte(m.String())
}

func (m *manPage) synopsis(c *cobra.Command) {
	if !c.HasParent() {
		m.line("claimcheck COMMAND [flags]")
		m.macro("br")
		m.line("claimcheck TOKEN|@FILE|env:NAME|-")
		return
	}
	m.line(c.UseLine())
}

func (m *manPage) commands(c *cobra.Command) {
	var rows [][2]string
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() {
			rows = append(rows, [2]string{child.Name(), child.Short})
		}
	}
	if len(rows) > 0 {
		m.items("COMMANDS", rows)
	}
}

// options writes each flag on a line of its own, with the name of its value.
func (m *manPage) options(c *cobra.Command) {
	c.InitDefaultHelpFlag()
	c.Flags().SortFlags = false
	m.macro("SH", "OPTIONS")
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		term := "--" + f.Name
		if f.Shorthand != "" {
			term = "-" + f.Shorthand + ", " + term
		}
		if f.NoOptDefVal == "" {
			term += " " + f.Value.Type()
		}
		meaning := f.Usage
		if f.DefValue != "" && f.DefValue != "false" {
			meaning += " (default " + f.DefValue + ")"
		}
		m.item(term, meaning)
	})
}

// seeAlso names the pages of the command above, of those below it and of the topics.
func (m *manPage) seeAlso(c *cobra.Command) {
	others := append([]*cobra.Command{c.Root()}, c.Commands()...)
	for _, topic := range c.Root().Commands() {
		if topic.IsAdditionalHelpTopicCommand() && !slices.Contains(others, topic) {
			others = append(others, topic)
		}
	}
	var names []string
	for _, other := range others {
		if other != c && (other.IsAvailableCommand() || other.IsAdditionalHelpTopicCommand() || !other.HasParent()) {
			names = append(names, fmt.Sprintf(`\fB%s\fR(%s)`, roff(pageName(other)), pageSection(other)))
		}
	}
	m.macro("SH", "SEE ALSO")
	m.write(strings.Join(names, ",\n") + "\n")
}
