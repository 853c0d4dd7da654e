package openid

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A user runs claimcheck, with a cache directory of their own.
type user struct {
	t        *testing.T
	cacheDir string
}

func newUser(t *testing.T) user {
	return user{t: t, cacheDir: filepath.Join(t.TempDir(), "cache")}
}

// in is the same user in a test within the test.
func (u user) in(t *testing.T) user { return user{t, u.cacheDir} }

// command is claimcheck with nothing in its environment but the cache. A verdict
// is asked for in JSON, unless the arguments say how they want it.
func (u user) command(args ...string) *exec.Cmd {
	verdict := slices.Contains([]string{"verify", "auth-age", "introspect"}, args[0]) || slices.Contains(args, "--check")
	formatted := slices.ContainsFunc(args, func(arg string) bool { return slices.Contains([]string{"-o", "-q", "--jq"}, arg) })
	if verdict && !formatted {
		args = append(slices.Clone(args), "-o", "json")
	}
	command := exec.Command(program("claimcheck"), args...)
	command.Env = []string{"XDG_CACHE_HOME=" + u.cacheDir}
	return command
}

// run is claimcheck with an empty stdin.
func (u user) run(args ...string) result {
	u.t.Helper()
	return u.pipe("", args...)
}

// pipe is claimcheck with a text on stdin.
func (u user) pipe(stdin string, args ...string) result {
	u.t.Helper()
	command := u.command(args...)
	command.Stdin = strings.NewReader(stdin)
	return finished(u.t, command)
}

// A result is what a run of claimcheck left.
type result struct {
	t              *testing.T
	args           []string
	code           int
	stdout, stderr string
}

func finished(t *testing.T, command *exec.Cmd) result {
	t.Helper()
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{t, command.Args[1:], command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func (r result) failf(format string, args ...any) {
	r.t.Helper()
	r.t.Errorf(format, args...)
	r.t.Fatalf("claimcheck %s\nexit code %d\nstdout: %s\nstderr: %s", strings.Join(r.args, " "), r.code, r.stdout, r.stderr)
}

// exits also holds what goes for every run: stderr never shows a JWT.
func (r result) exits(code int) result {
	r.t.Helper()
	if r.code != code {
		r.failf("exit code %d, want %d", r.code, code)
	}
	if strings.Contains(r.stderr, "eyJ") {
		r.failf("stderr shows a token")
	}
	return r
}

// says is for stderr as a whole: a regular expression for each of its lines.
func (r result) says(lines ...string) result {
	r.t.Helper()
	whole := "^"
	for _, line := range lines {
		whole += line + "\n"
	}
	if !regexp.MustCompile(whole + "$").MatchString(r.stderr) {
		r.failf("stderr is not\n%s", strings.Join(lines, "\n"))
	}
	return r
}

// prints is for stdout as a whole, but for the line break at its end.
func (r result) prints(text string) result {
	r.t.Helper()
	if r.stdout != text+"\n" {
		r.failf("stdout is not\n%s", text)
	}
	return r
}

func (r result) printsNothing() result {
	r.t.Helper()
	if r.stdout != "" {
		r.failf("stdout is not empty")
	}
	return r
}

// shows is for a part of stdout.
func (r result) shows(pattern string) result {
	r.t.Helper()
	if !regexp.MustCompile(pattern).MatchString(r.stdout) {
		r.failf("stdout does not match %s", pattern)
	}
	return r
}

// A report is what verify, auth-age, introspect or --check prints. Only a token
// that is accepted has Claims.
type report struct {
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason"`
	ExitCode int    `json:"exit_code"`
	Kind     string `json:"kind"`
	Source   string `json:"source"`
	Checks   []struct {
		ID      string `json:"id"`
		Status  string `json:"status"`
		Reason  string `json:"reason"`
		Message string `json:"message"`
	} `json:"checks"`
	Findings []struct {
		ID       string `json:"id"`
		Severity string `json:"severity"`
		Message  string `json:"message"`
	} `json:"findings"`
	Key struct {
		KID        string `json:"kid"`
		Source     string `json:"source"`
		AgeSeconds *int   `json:"age_seconds"`
	} `json:"key"`
	Claims         map[string]any `json:"claims"`
	RejectedClaims map[string]any `json:"rejected_claims"`
	AuthAge        struct {
		AgeSeconds     int  `json:"age_seconds"`
		Reauthenticate bool `json:"reauthenticate"`
	} `json:"auth_age"`
	Response      map[string]any `json:"response"` // of introspection
	Disagreements []string       `json:"disagreements"`
	Local         *report        `json:"local"`
	Error         struct {
		Message string `json:"message"`
		Hint    string `json:"hint"`
	} `json:"error"`
}

// report reads stdout, which has to agree with the exit code.
func (r result) report() report {
	r.t.Helper()
	var parsed report
	if err := json.Unmarshal([]byte(r.stdout), &parsed); err != nil {
		r.failf("stdout is no report: %v", err)
	}
	yes := slices.Contains([]string{"accepted", "clean", "active"}, parsed.Verdict)
	if parsed.ExitCode != r.code || yes != (r.code == 0) {
		r.failf("the report is of another exit code")
	}
	if parsed.Claims != nil && r.code != 0 || parsed.RejectedClaims != nil && r.code == 0 {
		r.failf("the claims are under the wrong name")
	}
	return parsed
}

// statuses lists the checks, or findings, with a status, as "id message".
func (p report) statuses(status string) []string {
	var list []string
	for _, check := range p.Checks {
		if check.Status == status {
			list = append(list, check.ID+" "+check.Message)
		}
	}
	for _, finding := range p.Findings {
		if finding.Severity == status {
			list = append(list, finding.ID+" "+finding.Message)
		}
	}
	return list
}
