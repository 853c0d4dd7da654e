// Command claimcheck inspects and verifies OAuth 2.0 and OpenID Connect tokens.
package main

import (
	"os"

	"github.com/claimcheck/claimcheck/cmd"
)

func main() { os.Exit(cmd.Main()) }
