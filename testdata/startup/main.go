// Command startup prints a line and does nothing else, but links what
// claimcheck links: the measure of how fast claimcheck can start at all.
package main

import (
	"fmt"

	_ "net/http"

	_ "github.com/fatih/color"
	_ "github.com/go-jose/go-jose/v4"
	_ "github.com/go-json-experiment/json/jsontext"
	_ "github.com/hashicorp/go-retryablehttp"
	_ "github.com/itchyny/gojq"
	_ "github.com/spf13/cobra"
	_ "go.yaml.in/yaml/v3"
)

func main() { fmt.Println("hello") }
