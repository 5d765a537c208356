// Package logbook writes the log of a client: a line for each call of the caller's and
// for each stream, at Info, and for each attempt, at Debug. It knows nothing of requests;
// whoever uses it gives texts that may be shown.
package logbook
