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
// What it says of this module, with the command above: the tests kill 148 of the
// 150 mutants, one is equivalent, and one survives; the score is 99 %.
//
//	                  killed  survived  equivalent
//	mastra                63         0           0
//	aisdk                 30         0           0
//	internal/call         23         1           0
//	stream                32         0           1
//
// The one that survives keeps 101 idle connections to a host in place of 100. It is
// not equivalent, but nobody is promised the number; the tests ask for 100 at least.
//
// Where a mutant survives, a test is missing for more than that one: look for what
// else of its kind the tests do not see. Or the code does nothing, and can go.
//
// The exit code is 1 where a mutant survived, and 2 where none could be tried.
package main
