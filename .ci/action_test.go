package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// githubAction is what the tests need to know of action.yml.
type githubAction struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Steps []struct {
			ID    string
			Shell string
			Env   map[string]string
			Run   string
		}
	}
}

// actionResult is what a run of the action leaves behind.
type actionResult struct {
	code     int
	stdout   string
	commands []string // the workflow commands that the runner would obey
	summary  string
	outputs  string
}

// TestCI runs the shell of action.yml and of templates/verify.yml with the program
// as it is built.
func TestCI(t *testing.T) {
	program := buildProgram(t)
	t.Run("action", func(t *testing.T) { testAction(t, newCILab(t, program, "bash")) })
	t.Run("action installs", func(t *testing.T) { testActionInstalls(t, newCILab(t, program, "bash")) })
	for _, shell := range []string{"sh", "bash"} {
		t.Run("component in "+shell, func(t *testing.T) { testComponent(t, newCILab(t, program, shell), shell) })
	}
}

// testAction runs the action step by step, in an environment like the runner's.
func testAction(t *testing.T, lab *ciLab) {
	genuine := map[string]string{
		"binary": lab.binary, "token-env": "TOKEN", "jwks": lab.authingKeys, "issuer": "https://oidc1.authing.cn/oidc",
		"audience": "somebody-else\n5f17a529f64fb009b794a2ff\n", "args": "--at=2020-09-30T07:30:00Z\n--alg\nRS256\n",
	}
	hostile := map[string]string{
		"binary": lab.binary, "token-env": "TOKEN", "jwks": lab.ownKeys, "issuer": "https://issuer.example", "audience": "api",
	}
	for _, test := range []struct {
		name     string
		inputs   map[string]string
		token    string
		code     int
		outputs  string
		commands []string // regular expressions
		summary  []string
	}{
		{
			name: "accepted", inputs: genuine, token: lab.authingToken,
			outputs: "verdict=accepted\nreason=accepted\nexit-code=0\n",
			summary: []string{"### claimcheck: accepted\n", "Checked as of 2020-09-30T07:30:00Z, set with --at.", "Passed: structure, ", "signature"},
		},
		{
			name: "expired", inputs: with(genuine, "args", ""), token: lab.authingToken, code: 16,
			outputs:  "verdict=rejected\nreason=expired\nexit-code=16\n",
			commands: []string{`^error title=claimcheck::claimcheck: rejected: expired \d+ years ago \(exit 16\)$`},
			summary:  []string{"### claimcheck: rejected, expired\n", "| expiry | **failed** | expired at 2020&#45;09&#45;30 08&#58;12&#58;38 UTC ", "<br>get a new token"},
		},
		{
			name: "hostile", inputs: hostile, token: lab.mint(t, hostileText), code: 15,
			outputs:  "verdict=rejected\nreason=wrong_audience\nexit-code=15\n",
			commands: []string{`^error title=claimcheck::claimcheck: rejected: wrong audience .*\(exit 15\)$`},
			summary:  []string{"| audience | **failed** | expected &#34;api&#34;&#44; but the token is for ", "&#60;img src&#61;x&#62;", "&#124; &#96;code&#96; "},
		},
		{
			name: "a token for this test", inputs: hostile, token: lab.mint(t, "api"),
			outputs: "verdict=accepted\nreason=accepted\nexit-code=0\n", summary: []string{"### claimcheck: accepted\n"},
		},
		{
			name: "no such variable", inputs: with(hostile, "token-env", "NOWHERE"), code: 3,
			outputs:  "verdict=no_answer\nreason=unreadable\nexit-code=3\n",
			commands: []string{`NOWHERE is not set`}, summary: []string{"### claimcheck: no answer, unreadable\n", "NOWHERE is not set"},
		},
		{
			name: "wrong arguments", inputs: with(hostile, "args", "--kind=<b>"), token: lab.mint(t, "api"), code: 2,
			outputs:  "verdict=no_answer\nreason=usage\nexit-code=2\n",
			commands: []string{`^error title=claimcheck::claimcheck: --kind takes id, access or logout`},
			summary:  []string{"### claimcheck: no answer (exit 2)\n", "<pre>\nclaimcheck: --kind takes", "&lt;b&gt;"},
		},
		{
			name: "help is not a yes", inputs: with(hostile, "args", "--help"), token: lab.mint(t, "api"), code: 2,
			outputs:  "verdict=no_answer\nreason=usage\nexit-code=2\n",
			commands: []string{`^error title=claimcheck::claimcheck: --help among other flags `}, summary: []string{"### claimcheck: no answer (exit 2)\n"},
		},
		{
			name: "exit code 0 alone is not a yes", inputs: with(hostile, "binary", lab.silent(t)), code: 1,
			outputs: "verdict=no_answer\nreason=internal\nexit-code=1\n", commands: []string{`::no answer \(exit 1\)$`}, summary: []string{"### claimcheck: no answer (exit 1)\n"},
		},
		{
			name: "a program that says anything", inputs: with(hostile, "binary", lab.rogue(t)), code: 15,
			outputs:  "verdict=no_answer\nreason=internal\nexit-code=15\n",
			commands: []string{`^error title=claimcheck::##\[add-mask\]a%0A::error::forged%0D%0A100%25 </pre><b>$`},
			summary:  []string{"### claimcheck: no answer (exit 15)\n", "100% &lt;/pre&gt;&lt;b&gt;\n</pre>\n"},
		},
		{
			name: "quiet changes nothing", inputs: with(hostile, "args", "-q\n-otext"), token: lab.mint(t, "api"),
			outputs: "verdict=accepted\nreason=accepted\nexit-code=0\n", summary: []string{"### claimcheck: accepted\n"},
		},
		{
			name: "strict", inputs: with(hostile, "strict", "yes"), token: lab.mint(t, "api"), code: 2,
			outputs: "verdict=no_answer\nreason=usage\nexit-code=2\n", commands: []string{`strict is true or false$`},
		},
		{
			name: "the token in place of its name", inputs: with(hostile, "token-env", lab.mint(t, "api")), code: 2,
			outputs: "verdict=no_answer\nreason=usage\nexit-code=2\n", commands: []string{`not the token itself$`},
		},
		{
			name: "no token", inputs: with(hostile, "token-env", ""), code: 2,
			outputs: "verdict=no_answer\nreason=usage\nexit-code=2\n", commands: []string{`no token: set token-env or token-file$`},
		},
		{
			name: "a token in a file", inputs: with(with(hostile, "token-env", ""), "token-file", lab.file(t, lab.mint(t, "api")+"\n")),
			outputs: "verdict=accepted\nreason=accepted\nexit-code=0\n", summary: []string{"### claimcheck: accepted\n"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := lab.runAction(t, test.inputs, test.token)
			if got.code != test.code || got.outputs != test.outputs {
				t.Errorf("exit %d, outputs %q; want %d, %q\n%s", got.code, got.outputs, test.code, test.outputs, got.stdout)
			}
			for i, command := range got.commands {
				if i >= len(test.commands) || !regexp.MustCompile(test.commands[i]).MatchString(command) {
					t.Errorf("the runner would obey %q", command)
				}
			}
			if len(got.commands) < len(test.commands) {
				t.Errorf("commands %q, want %q", got.commands, test.commands)
			}
			for _, want := range test.summary {
				if !strings.Contains(got.summary, want) {
					t.Errorf("summary without %q:\n%s", want, got.summary)
				}
			}
			lab.checkSecrecy(t, test.token, got.stdout, got.summary, got.outputs)
			if strings.Contains(got.summary, "<img") || strings.Contains(got.summary, "<b>") {
				t.Errorf("summary with the token's own markup:\n%s", got.summary)
			}
		})
	}
}

// testActionInstalls: a release is downloaded, compared with its checksum and used.
func testActionInstalls(t *testing.T, lab *ciLab) {
	for _, test := range releaseCases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inputs := map[string]string{
				"token-env": "TOKEN", "jwks": lab.ownKeys, "issuer": "https://issuer.example", "audience": "api",
				"version": "v9.9.9", "download-url": lab.serveRelease(t, "v9.9.9", test.spoil),
			}
			got := lab.runAction(t, inputs, lab.mint(t, "api"))
			if got.code != test.code {
				t.Errorf("exit %d, want %d\n%s", got.code, test.code, got.stdout)
			}
			if test.message != "" && (len(got.commands) != 1 || !strings.Contains(got.commands[0], test.message)) {
				t.Errorf("commands %q, want %q", got.commands, test.message)
			}
		})
	}
}

// runAction runs the steps of action.yml until one fails.
func (l *ciLab) runAction(t *testing.T, inputs map[string]string, token string) actionResult {
	t.Helper()
	var action githubAction
	if err := yaml.Unmarshal([]byte(readRepoFile(t, filepath.Join("..", "action.yml"))), &action); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"path", "output", "summary"} {
		writeTestFile(t, at(name), "", 0o600)
	}
	result := actionResult{}
	for _, step := range action.Runs.Steps {
		if step.Shell != "bash" || strings.Contains(step.Run, "${{") {
			t.Fatalf("step %s: an input belongs in env, never in the text of a script", step.ID)
		}
		searched := strings.Fields(readRepoFile(t, at("path")))
		slices.Reverse(searched)
		env := []string{
			"PATH=" + strings.Join(append(searched, os.Getenv("PATH")), ":"), "HOME=" + dir, "TOKEN=" + token,
			"RUNNER_TEMP=" + dir, "RUNNER_OS=" + runnerOS(), "RUNNER_ARCH=" + runnerArch(),
			"GITHUB_PATH=" + at("path"), "GITHUB_OUTPUT=" + at("output"), "GITHUB_STEP_SUMMARY=" + at("summary"),
		}
		for name, value := range step.Env {
			env = append(env, name+"="+actionValue(t, &action, inputs, value))
		}
		writeTestFile(t, at("step.sh"), step.Run, 0o600)
		command := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", at("step.sh"))
		command.Dir, command.Env = dir, env
		out, code := l.run(t, command)
		result.stdout += out
		if result.code = code; code != 0 {
			break
		}
	}
	if left, _ := filepath.Glob(at("claimcheck.??????")); left != nil {
		t.Errorf("left behind: %q", left)
	}
	result.summary, result.outputs = readRepoFile(t, at("summary")), readRepoFile(t, at("output"))
	result.commands = runnerCommands(result.stdout)
	return result
}

// actionValue resolves an entry of a step's env: an input, or else plain text.
func actionValue(t *testing.T, action *githubAction, inputs map[string]string, value string) string {
	t.Helper()
	if !strings.Contains(value, "${{") {
		return value
	}
	match := regexp.MustCompile(`^\$\{\{ inputs\.([a-z-]+) \}\}$`).FindStringSubmatch(value)
	if match == nil {
		t.Fatalf("an expression that this test does not know: %s", value)
	}
	input, known := action.Inputs[match[1]]
	if !known {
		t.Fatalf("%s is no input", match[1])
	}
	if given, ok := inputs[match[1]]; ok {
		return given
	}
	return input.Default
}

// runnerCommands returns the workflow commands in a step's output the way the
// runner finds them: ::name::data at the start of a line, or ##[name]data anywhere
// in it, except between ::stop-commands::mark and ::mark::.
func runnerCommands(output string) []string {
	modern := regexp.MustCompile(`^\s*::((?:stop-commands|error|warning|notice|debug|group|endgroup|add-mask|add-matcher|set-output|save-state|echo)(?: .*?)?::.*)$`)
	old := regexp.MustCompile(`##\[([a-z-]+)`)
	var commands []string
	mark := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSuffix(line, "\n")
		match := modern.FindStringSubmatch(line)
		switch {
		case mark != "":
			if line == "::"+mark+"::" {
				mark = ""
			}
		case match != nil && strings.HasPrefix(match[1], "stop-commands::"):
			mark = strings.TrimPrefix(match[1], "stop-commands::")
		case match != nil:
			commands = append(commands, match[1])
		case old.MatchString(line):
			commands = append(commands, line)
		}
	}
	if mark != "" {
		commands = append(commands, "stop-commands without an end")
	}
	return commands
}

func runnerOS() string {
	return map[string]string{"linux": "Linux", "darwin": "macOS", "windows": "Windows"}[runtime.GOOS]
}

func runnerArch() string {
	return map[string]string{"amd64": "X64", "arm64": "ARM64"}[runtime.GOARCH]
}
