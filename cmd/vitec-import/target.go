package main

import (
	"net/url"
	"strings"
)

// normalURL writes two spellings of one address alike.
func normalURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if (u.Scheme == "https" && u.Port() == "443") || (u.Scheme == "http" && u.Port() == "80") {
		u.Host = u.Hostname()
	}
	return strings.TrimRight(u.String(), "/")
}
