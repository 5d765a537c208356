package aisdk_test

import (
	"os"
	"testing"

	"github.com/mastra-go/mastra/internal/leakcheck"
)

func TestMain(m *testing.M) { os.Exit(leakcheck.Main(m)) }
