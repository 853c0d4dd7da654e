package cmd

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestExamplesRun: each example of --help, and so of the pages under docs/cli and
// docs/man, is a command line that is right and finds what it speaks of.
func TestExamplesRun(t *testing.T) {
	ran := 0
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		for _, child := range c.Commands() {
			visit(child)
		}
		if c.Example == "" {
			return
		}
		t.Run(strings.ReplaceAll(c.CommandPath(), " ", "_"), func(t *testing.T) {
			lines := strings.Split(strings.TrimSpace(c.Example), "\n")
			if len(lines) < 3 {
				t.Errorf("%d examples, want three", len(lines))
			}
			world := newDocsWorld(t)
			for _, line := range lines {
				line = strings.TrimSpace(line)
				if !strings.Contains(line, "claimcheck ") || strings.Contains(line, "<(") || strings.Contains(line, " >") || strings.Contains(line, "Out-String") || strings.Contains(line, "| source") {
					continue // for a shell alone
				}
				if line == "claimcheck demo --keep" {
					continue // runs until it is interrupted, as TestDemoLeavesNothing does
				}
				if strings.HasPrefix(line, "claimcheck issuer") {
					line += " --listen 127.0.0.1:0 --until-eof" // as a script would run it beside others
				}
				printed := world.run(t, line)
				ran++
				if world.code == exitInternal || world.code == exitUsage || world.code == exitUnreadable {
					t.Errorf("%s: exit %d\n%s", line, world.code, strings.Join(printed, "\n"))
				}
			}
		})
	}
	visit(NewDocumentedRoot())
	if ran < 15 {
		t.Errorf("only %d examples were run", ran)
	}
}
