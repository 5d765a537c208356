package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mastra-go/mastra"
)

// tickets are the suspensions that wait, each a JSON file in a folder. A database
// table with a text column does as well.
type tickets struct{ dir string }

var errNoTicket = errors.New("no such ticket")

// put stores a suspension and returns its ticket.
func (t tickets) put(s mastra.Suspension) (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	ticket := rand.Text()
	return ticket, os.WriteFile(t.file(ticket), text, 0o600)
}

func (t tickets) get(ticket string) (s mastra.Suspension, err error) {
	if strings.Trim(ticket, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return s, errNoTicket
	}
	text, err := os.ReadFile(t.file(ticket))
	if errors.Is(err, fs.ErrNotExist) {
		return s, errNoTicket
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

func (t tickets) remove(ticket string) error { return os.Remove(t.file(ticket)) }

func (t tickets) file(ticket string) string { return filepath.Join(t.dir, ticket+".json") }
