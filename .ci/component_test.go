package ci

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// gitlabSpec is the first document of the component, gitlabJob what the second
// one names.
type gitlabSpec struct {
	Spec struct {
		Inputs map[string]struct{ Default string }
	}
}

type gitlabJob struct {
	Variables map[string]string
	Script    []string
	Artifacts struct {
		When    string
		Reports struct{ JUnit string }
	}
}

// junitReport is what GitLab reads of a report.
type junitReport struct {
	XMLName  xml.Name `xml:"testsuite"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Cases    []struct {
		Name    string    `xml:"name,attr"`
		Failure *string   `xml:"failure"`
		Error   *string   `xml:"error"`
		Skipped *struct{} `xml:"skipped"`
	} `xml:"testcase"`
}

// said is the text of the case that failed or has no result.
func (r *junitReport) said() string {
	var texts []string
	for _, c := range r.Cases {
		if c.Failure != nil {
			texts = append(texts, c.Name+": "+*c.Failure)
		}
		if c.Error != nil {
			texts = append(texts, c.Name+": "+*c.Error)
		}
	}
	return strings.Join(texts, "\n")
}

// testComponent runs the job the way a runner of GitLab does.
func testComponent(t *testing.T, lab *ciLab, shell string) {
	genuine := map[string]string{
		"binary": lab.binary, "token-variable": "TOKEN", "jwks": lab.authingKeys, "issuer": "https://oidc1.authing.cn/oidc",
		"audience": "5f17a529f64fb009b794a2ff", "args": "--at=2020-09-30T07:30:00Z  --alg RS256",
	}
	hostile := map[string]string{
		"binary": lab.binary, "token-variable": "TOKEN", "jwks": lab.ownKeys, "issuer": "https://issuer.example", "audience": "api",
	}
	for _, test := range []struct {
		name   string
		inputs map[string]string
		token  string
		code   int
		log    string // a regular expression
		report string // a regular expression; empty where there is none
	}{
		{"accepted", genuine, lab.authingToken, 0, `^claimcheck: accepted, as of `, `^$`},
		{
			"expired", with(genuine, "args", ""), lab.authingToken, 16, `^claimcheck: rejected: expired \d+ years ago \(exit 16\)\n$`,
			`^expiry: expired at 2020-09-30 08:12:38 UTC \(\d+ years ago\)\nget a new token`,
		},
		{
			"hostile", hostile, lab.mint(t, hostileText), 15, `^claimcheck: rejected: wrong audience .* \(exit 15\)\n$`,
			`^audience: expected "api", but the token is for "x\\n::error::forged.*<img src=x> \]\]></failure> \| .*"\n`,
		},
		{"no such variable", with(hostile, "token-variable", "NOWHERE"), "", 3, `NOWHERE is not set`, `^answer: the environment variable NOWHERE is not set$`},
		{"wrong arguments", with(hostile, "kind", "a<b"), "", 2, `--kind takes id, access or logout`, `^answer: no answer \(exit 2\)\nclaimcheck: --kind takes .*"a<b"\nhint: `},
		{"arguments with a star", with(hostile, "args", "--kind *"), "", 2, `not "\*"`, `not "\*"`},
		{"help is not a yes", with(hostile, "args", "--help"), lab.mint(t, "api"), 2, `--help among other flags`, `^answer: no answer \(exit 2\)\n`},
		{"exit code 0 alone is not a yes", with(hostile, "binary", lab.silent(t)), "", 1, `^$`, `^answer: no answer \(exit 1\)\n$`},
		{"a program that says anything", with(hostile, "binary", lab.rogue(t)), "", 15, `forged`, `100% </pre><b>`},
		{"strict", with(hostile, "strict", "true"), lab.mint(t, "api"), 0, `accepted`, `^$`},
		{"the token in place of its name", with(hostile, "token-variable", lab.mint(t, "api")), lab.mint(t, "api"), 2, `not the token itself\n$`, ``},
		{"no token", with(hostile, "token-variable", ""), "", 2, `no token: set token-variable or token-file\n$`, ``},
		{"a token in a file", with(with(hostile, "token-variable", ""), "token-file", lab.file(t, lab.mint(t, "api"))), "", 0, `accepted`, `^$`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, log, report := lab.runComponent(t, shell, test.inputs, test.token)
			if code != test.code || !regexp.MustCompile(test.log).MatchString(log) {
				t.Errorf("exit %d, log %q; want %d, %q", code, log, test.code, test.log)
			}
			lab.checkSecrecy(t, test.token, log)
			switch {
			case test.report == "" && report != nil:
				t.Errorf("report %+v", report)
			case test.report != "" && report == nil:
				t.Errorf("no report; want %q\n%s", test.report, log)
			case report != nil && !regexp.MustCompile(test.report).MatchString(report.said()):
				t.Errorf("report says %q, want %q", report.said(), test.report)
			}
		})
	}
	for _, test := range releaseCases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inputs := with(with(hostile, "binary", ""), "version", "v9.9.9")
			code, log, _ := lab.runComponent(t, shell, with(inputs, "download-url", lab.serveRelease(t, "v9.9.9", test.spoil)), lab.mint(t, "api"))
			if code != test.code || !strings.Contains(log, test.message) {
				t.Errorf("exit %d, log %q; want %d, %q", code, log, test.code, test.message)
			}
		})
	}
}

// runComponent returns the job's exit code, its log and its report.
func (l *ciLab) runComponent(t *testing.T, shell string, inputs map[string]string, token string) (int, string, *junitReport) {
	t.Helper()
	job := componentJob(t, inputs)
	dir := t.TempDir()
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "TOKEN=" + token}
	for name, value := range job.Variables {
		env = append(env, name+"="+value)
	}
	command := exec.Command(shell, "-e", "-c", strings.Join(job.Script, "\n"))
	command.Dir, command.Env = dir, env
	log, code := l.run(t, command)
	if job.Artifacts.When != "always" || job.Artifacts.Reports.JUnit != "claimcheck.xml" {
		t.Errorf("artifacts %+v: a refused token needs its report", job.Artifacts)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	data, err := os.ReadFile(filepath.Join(dir, "claimcheck.xml"))
	if err != nil {
		if left != nil {
			t.Errorf("left behind: %q", left)
		}
		return code, log, nil
	}
	if len(left) != 1 {
		t.Errorf("left behind: %q", left)
	}
	report := &junitReport{}
	if err := xml.Unmarshal(data, report); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	checkCounts(t, report)
	return code, log, report
}

func checkCounts(t *testing.T, report *junitReport) {
	t.Helper()
	failures, failed, skipped := 0, 0, 0
	for _, c := range report.Cases {
		switch {
		case c.Failure != nil:
			failures++
		case c.Error != nil:
			failed++
		case c.Skipped != nil:
			skipped++
		}
	}
	if report.Tests != len(report.Cases) || report.Failures != failures || report.Errors != failed || report.Skipped != skipped {
		t.Errorf("counts do not add up: %+v", report)
	}
}

// componentJob fills in the inputs, as text, the way GitLab does.
func componentJob(t *testing.T, inputs map[string]string) gitlabJob {
	t.Helper()
	head, body, found := strings.Cut(readRepoFile(t, filepath.Join("..", "templates", "verify.yml")), "\n---\n")
	if !found {
		t.Fatal("a component has two documents")
	}
	var spec gitlabSpec
	if err := yaml.Unmarshal([]byte(head), &spec); err != nil {
		t.Fatal(err)
	}
	body = regexp.MustCompile(`\$\[\[ inputs\.([a-z-]+) \]\]`).ReplaceAllStringFunc(body, func(expression string) string {
		name := strings.TrimSuffix(strings.TrimPrefix(expression, "$[[ inputs."), " ]]")
		input, known := spec.Spec.Inputs[name]
		if !known {
			t.Fatalf("%s is no input", name)
		}
		if given, ok := inputs[name]; ok {
			return given
		}
		return input.Default
	})
	jobs := map[string]gitlabJob{}
	if err := yaml.Unmarshal([]byte(body), &jobs); err != nil {
		t.Fatal(err)
	}
	job, found := jobs["verify-token"]
	if !found || len(jobs) != 1 {
		t.Fatalf("jobs: %+v", jobs)
	}
	return job
}
