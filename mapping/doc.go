// Package mapping turns spreadsheet rows into requests by the rules of a
// mapping file.
package mapping
