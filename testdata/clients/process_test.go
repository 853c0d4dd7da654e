package clients

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// A process is claimcheck issuer, running.
type process struct {
	*exec.Cmd
	t     *testing.T
	stdin io.Closer
	notes *bufio.Scanner // of stderr
	line  struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
		CAFile string `json:"ca_file"`
	}
}

func startProcess(t *testing.T, temporary string, args ...string) *process {
	t.Helper()
	p := &process{t: t, Cmd: exec.Command(claimcheck, append([]string{"issuer", "--listen", "127.0.0.1:0"}, args...)...)}
	p.Env = append(os.Environ(), "TMPDIR="+temporary)
	stdin, err := p.StdinPipe()
	must(t, err)
	p.stdin = stdin
	stdout, err := p.StdoutPipe()
	must(t, err)
	stderr, err := p.StderrPipe()
	must(t, err)
	must(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Kill() })
	p.notes = bufio.NewScanner(stderr)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	must(t, err)
	must(t, json.Unmarshal([]byte(line), &p.line))
	p.waitFor("the test issuer is ready")
	return p
}

// waitFor reads stderr up to a line.
func (p *process) waitFor(text string) {
	p.t.Helper()
	for p.notes.Scan() {
		if strings.Contains(p.notes.Text(), text) {
			return
		}
	}
	p.t.Fatalf("stderr never said %q", text)
}

func (p *process) keyIDs() string {
	p.t.Helper()
	response, err := http.Get(p.line.Keys)
	var set struct{ Keys []struct{ Kid string } }
	must(p.t, json.Unmarshal([]byte(body(p.t, response, err)), &set))
	ids := ""
	for _, key := range set.Keys {
		ids += key.Kid + " "
	}
	return ids
}

// TestSignals: SIGHUP makes a new key beside the old one; SIGTERM, SIGINT and the
// end of stdin end the issuer with exit code 0, and no file is left.
func TestSignals(t *testing.T) {
	temporary := t.TempDir()
	p := startProcess(t, temporary)
	before := p.keyIDs()
	must(t, p.Process.Signal(syscall.SIGHUP))
	p.waitFor("signing with a new key")
	if after := p.keyIDs(); after == before || !strings.HasSuffix(after, before) {
		t.Errorf("the keys were %q and are %q", before, after)
	}
	must(t, p.Process.Signal(syscall.SIGTERM))
	if err := p.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	p = startProcess(t, temporary, "--tls", "--no-overlap")
	if _, err := os.Stat(p.line.CAFile); err != nil {
		t.Error(err)
	}
	must(t, p.Process.Signal(syscall.SIGINT))
	if err := p.Wait(); err != nil {
		t.Errorf("after SIGINT: %v", err)
	}
	p = startProcess(t, temporary, "--until-eof")
	must(t, p.stdin.Close())
	if err := p.Wait(); err != nil {
		t.Errorf("after the end of stdin: %v", err)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
