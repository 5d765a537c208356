// Command mutate asks whether the tests see a change of the code. It changes one
// place of one file at a time, without touching the file itself, and runs the
// tests of the file's package and then those of the packages that are built on
// it, until some fail.
//
//	go run ./internal/mutate -seed 1 -n 150 -skip internal/mutate/equivalents.txt . ./internal/call ./stream ./aisdk
//
// With -log FILE, a run that was ended goes on where it was. With -id ID one
// mutant is tried alone, and the output of the tests that kill it is shown. What
// no test can see stands in equivalents.txt, with the reason.
//
// The exit code is 1 where a mutant survived, and 2 where none could be tried.
package main
