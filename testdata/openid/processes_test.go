package openid

import (
	"bytes"
	"os/exec"
	"slices"
	"testing"
)

// processes is how many jobs of a CI matrix start at once.
const processes = 20

// atOnce starts all commands before it waits for any.
func atOnce(t *testing.T, commands []*exec.Cmd) []result {
	t.Helper()
	outputs := make([]struct{ stdout, stderr bytes.Buffer }, len(commands))
	for i, command := range commands {
		command.Stdout, command.Stderr = &outputs[i].stdout, &outputs[i].stderr
		must(t, command.Start())
	}
	results := make([]result, len(commands))
	for i, command := range commands {
		_ = command.Wait() // the exit code says it
		results[i] = result{t, command.Args[1:], command.ProcessState.ExitCode(), outputs[i].stdout.String(), outputs[i].stderr.String()}
	}
	return results
}

func TestManyProcessesShareAColdCache(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, native)
	var commands []*exec.Cmd
	for range processes {
		commands = append(commands, u.command(l.verify(s, "--kind", "id", "--nonce", l.nonce)...))
	}
	for _, r := range atOnce(t, commands) {
		if p := r.exits(0).says(accepted).report(); p.Claims["nonce"] != l.nonce {
			t.Errorf("the claims are %v", p.Claims)
		}
	}
	requests := s.requests(t)
	asked := slices.Compact(slices.Sorted(slices.Values(requests)))
	if want := []string{discovery, "GET /keys"}; !slices.Equal(asked, want) || len(requests) > 2*processes {
		t.Errorf("the provider was asked %q", requests)
	}
	u.holdsCompleteFiles(2)
	s.stop()
	u.run(l.verify(s, "--offline")...).exits(0).says(accepted).report()
}

// Whoever reads while others replace finds a whole entry, the old or the new.
func TestReadersAndWritersOfOneCache(t *testing.T) {
	s, u := newSite(t), newUser(t)
	l := s.login(t, native)
	u.run(l.verify(s)...).exits(0).says(accepted)
	s.requests(t)
	var commands []*exec.Cmd
	for range processes / 2 {
		commands = append(commands, u.command(l.verify(s, "--refresh")...), u.command(l.verify(s, "--offline")...))
	}
	for _, r := range atOnce(t, commands) {
		r.exits(0).says(accepted).report()
	}
	u.holdsCompleteFiles(2)
	if requests := s.requests(t); len(requests) != 2*(processes/2) {
		t.Errorf("the provider was asked %q", requests)
	}
}
