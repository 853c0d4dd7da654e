package cmd

import (
	"slices"
	"testing"
)

// TestOneCommandIsMade: the table names each command as it calls itself, and a run
// of one makes no other.
func TestOneCommandIsMade(t *testing.T) {
	env, _ := helpEnv(80)
	for _, m := range commandMakers() {
		if got := m.make(env).Name(); got != m.name {
			t.Errorf("%s calls itself %s", m.name, got)
		}
		if got := commandNames(newCommandTree(env, m.name)); !slices.Equal(got, []string{m.name}) {
			t.Errorf("for %s there are %q", m.name, got)
		}
	}
	if got, want := len(commandNames(newCommandTree(env, "no command"))), len(commandNames(newRootCmd(env))); got != want || got < 15 {
		t.Errorf("%d commands for what is none, and %d in all", got, want)
	}
}
