package cmd

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // so that the zones are there on every machine
)

// TestAuthAgeInEveryTimeZone runs the program as processes in several time
// zones: the age of a login is the same everywhere. (A well-known sample computes
// it with local time: in Hong Kong it takes a login of seven hours ago for fresh.)
func TestAuthAgeInEveryTimeZone(t *testing.T) {
	sevenHours := mintToken("rsa", `{"alg":"RS256","kid":"rsa"}`,
		`{"iss":"me","aud":"app","sub":"s","iat":1767225600,"auth_time":1767200400,"exp":1767229200}`)
	oneMinute := mintToken("rsa", `{"alg":"RS256","kid":"rsa"}`,
		`{"iss":"me","aud":"app","sub":"s","iat":1767225600,"auth_time":1767225540,"exp":1767229200}`)
	for _, test := range []struct {
		token string
		code  string
	}{{sevenHours, "19"}, {oneMinute, "0"}} {
		var first string
		for _, zone := range []string{"UTC", "Asia/Hong_Kong", "America/New_York"} {
			child := exec.Command(os.Args[0], "-test.run=^TestAuthAgeChild$", "-test.v")
			child.Env = append(os.Environ(), "TZ="+zone, "AUTH_AGE_TOKEN="+test.token)
			out, err := child.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", zone, err, out)
			}
			text := string(out)
			text = text[strings.Index(text, "{") : strings.LastIndex(text, "EXIT")+len("EXIT 00")]
			if !strings.Contains(text, "EXIT "+test.code) {
				t.Errorf("%s: want exit %s\n%s", zone, test.code, text)
			}
			if !strings.Contains(string(out), "ZONE "+zone) {
				t.Errorf("the child did not run in %s", zone)
			}
			if first == "" {
				first = text
			}
			if text != first {
				t.Errorf("%s says otherwise than UTC:\n%s\n%s", zone, text, first)
			}
		}
	}
}

// TestAuthAgeChild is the process of TestAuthAgeInEveryTimeZone.
func TestAuthAgeChild(t *testing.T) {
	text, ok := os.LookupEnv("AUTH_AGE_TOKEN")
	if !ok {
		return
	}
	zone, _ := time.Unix(1767225600, 0).Zone()
	names := map[string]string{"UTC": "UTC", "HKT": "Asia/Hong_Kong", "EST": "America/New_York"}
	var out bytes.Buffer
	env := &Env{
		Stdin: strings.NewReader(text), Stdout: &out, Stderr: &out,
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       func() time.Time { return time.Unix(1767225600, 0) }, // local, as time.Now is
		CacheDir:  func() (string, error) { return "", os.ErrNotExist },
		ConfigDir: func() (string, error) { return "", os.ErrNotExist },
	}
	code := Run(context.Background(), env, []string{
		"auth-age", "--key", repoTop() + "/testdata/keys/rsa.public.pem", "--issuer", "me", "--audience", "app", "--max-age", "5m", "-o", "json",
	})
	t.Logf("ZONE %s\n%s\nEXIT %d ", names[zone], out.String(), code)
}
