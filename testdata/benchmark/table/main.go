// Table reads the output of the benchmarks on stdin and writes the tables of
// docs/performance.md: of all runs the least processor time, which other programs
// on the machine disturb least.
//
//	go test -run '^$' -bench . -cpu 1,2 -benchtime 400x -count 20 | go run ./table
package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A measured is one benchmark on a number of processors: each unit with its values.
type measured map[string][]float64

func (m measured) least(unit string) float64 {
	if len(m[unit]) == 0 {
		return 0
	}
	return slices.Min(m[unit])
}

func main() {
	results, cases, contestants := read(bufio.NewScanner(os.Stdin))
	for _, cores := range []struct{ cpu, title string }{{"1", "one core"}, {"2", "two cores"}} {
		fmt.Printf("| µs of processor time a token, %s |%s\n|---|%s\n", cores.title, columns(cases), strings.Repeat("---|", len(cases)))
		for _, who := range contestants {
			row := "| " + who
			for _, c := range cases {
				row += fmt.Sprintf(" | %.0f", results[c+"/"+who+" "+cores.cpu].least("cpu-ns/op")/1000)
			}
			fmt.Printf("%s |\n", row)
		}
		fmt.Println()
	}
	fmt.Printf("| %s | allocations | bytes |\n|---|---|---|\n", cases[0])
	for _, who := range contestants {
		one := results[cases[0]+"/"+who+" 1"]
		fmt.Printf("| %s | %.0f | %.0f |\n", who, one.least("allocs/op"), one.least("B/op"))
	}
}

func columns(cases []string) string {
	text := ""
	for _, c := range cases {
		text += " " + c + " |"
	}
	return text
}

// read returns the results by "case/contestant processors", and both in the order
// in which they come.
func read(lines *bufio.Scanner) (results map[string]measured, cases, contestants []string) {
	results = map[string]measured{}
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "BenchmarkVerify/") {
			continue
		}
		c, who, _ := strings.Cut(strings.TrimPrefix(fields[0], "BenchmarkVerify/"), "/")
		cpu := "1" // which the name leaves out
		if name, found := strings.CutSuffix(who, "-2"); found {
			who, cpu = name, "2"
		}
		if !slices.Contains(cases, c) {
			cases = append(cases, c)
		}
		if !slices.Contains(contestants, who) {
			contestants = append(contestants, who)
		}
		m := results[c+"/"+who+" "+cpu]
		if m == nil {
			m = measured{}
			results[c+"/"+who+" "+cpu] = m
		}
		for i := 2; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				m[fields[i+1]] = append(m[fields[i+1]], value)
			}
		}
	}
	return results, cases, contestants
}
