package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd"
)

// refused is the command whose screen README.md shows as a picture.
const refused = "verify @testdata/authing/id-token.jwt --jwks testdata/authing/jwks.json --issuer https://oidc1.authing.cn/oidc --audience orders-api"

// refusedScreen is what a terminal shows of a refused token, with its colours.
// The clock stands still, so that the picture changes only with the program. It
// reads the files of testdata below the current directory.
func refusedScreen() ([]byte, error) {
	var screen bytes.Buffer
	fmt.Fprintf(&screen, "\x1b[1m$ claimcheck %s\x1b[0m\n", strings.NewReplacer(" --jwks", " \\\n    --jwks", " --audience", " \\\n    --audience").Replace(refused))
	now := time.Date(2020, 9, 30, 11, 12, 38, 0, time.UTC)
	code := cmd.Run(context.Background(), &cmd.Env{
		Stdin: strings.NewReader(""), Stdout: &screen, Stderr: io.Discard, StdoutIsTerminal: true, Width: 80,
		LookupEnv: func(name string) (string, bool) {
			return map[string]string{"TERM": "xterm-256color"}[name], name == "TERM"
		},
		Now:       func() time.Time { return now },
		CacheDir:  func() (string, error) { return "", fmt.Errorf("no cache") },
		ConfigDir: func() (string, error) { return "", fmt.Errorf("no configuration") },
	}, strings.Fields(refused))
	const wrongAudience = 15
	if code != wrongAudience {
		return nil, fmt.Errorf("exit %d, not %d: %s", code, wrongAudience, screen.String())
	}
	return screen.Bytes(), nil
}
