//go:build !windows

package main

// systemLanguages is nil: on these systems the environment tells the language.
var systemLanguages func() []string
