package differential_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/contract/differential"
)

func TestDev(t *testing.T) {
	t.Chdir("..")
	scenes, err := differential.Script()
	require.NoError(t, err)
	second := contract.Mock()
	if os.Getenv("SELF") == "real" {
		second = contract.Real()
	}
	first := contract.Real()
	if os.Getenv("SELF") == "mock" {
		first = contract.Mock()
	}
	var b strings.Builder
	total, same, order := 0, 0, 0
	for _, scene := range scenes {
		if only := os.Getenv("SCENE"); only != "" && only != scene.Name {
			continue
		}
		res := make(chan differential.Transcript, 2)
		play := func(target contract.Target, res chan differential.Transcript) {
			s, err := target.Start(context.Background(), contract.Config{Token: scene.Token})
			if err != nil {
				panic(err)
			}
			defer s.Close()
			began := time.Now()
			defer func() { fmt.Println(scene.Name, target.Name, time.Since(began)) }()
			res <- differential.Play(context.Background(), scene, s.URL())
		}
		res2 := make(chan differential.Transcript, 2)
		go play(first, res)
		go play(second, res2)
		real := <-res
		mock := <-res2
		if os.Getenv("DUMP") != "" {
			for i, x := range scene.Exchanges {
				fmt.Printf("## %s\n%s %s %.300s\nREAL %d %s %v\n%.20000s\nMOCK %d %s %v\n%.20000s\n\n", x.Title, x.Method, x.Path, x.Body, real.Answers[i].Status, real.Answers[i].Type, real.Answers[i].Err, real.Answers[i].Body, mock.Answers[i].Status, mock.Answers[i].Type, mock.Answers[i].Err, mock.Answers[i].Body)
			}
		}
		for _, o := range differential.Compare(real, mock) {
			total++
			if len(o.Order) > 0 {
				order++
			}
			if len(o.Differences) == 0 {
				same++
			}
			if len(o.Differences)+len(o.Order) == 0 {
				continue
			}
			fmt.Fprintf(&b, "\n### %s: %s\n%s %s %.300s\n", scene.Name, o.Exchange.Title, o.Exchange.Method, o.Exchange.Path, o.Exchange.Body)
			for i, d := range o.Differences {
				if i == 8 {
					fmt.Fprintf(&b, "- ... %d more\n", len(o.Differences)-8)
					break
				}
				fmt.Fprintf(&b, "- %s\n", d)
			}
			for i, d := range o.Order {
				if i == 2 {
					fmt.Fprintf(&b, "- order: ... %d more\n", len(o.Order)-2)
					break
				}
				fmt.Fprintf(&b, "- order %s\n", d)
			}
		}
	}
	out := fmt.Sprintf("exchanges %d, identical %d, with another key order %d\n", total, same, order) + b.String()
	fmt.Print(out[:strings.Index(out, "\n")+1])
	require.NoError(t, os.WriteFile("/tmp/diffdev.md", []byte(out), 0o644))
}
