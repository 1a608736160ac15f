package main

import (
	"net"
	"net/url"
)

// local reports whether all endpoints are on this machine: nothing is billed there.
func local(endpoints []string) bool {
	for _, e := range endpoints {
		u, err := url.Parse(e)
		if err != nil {
			return false
		}
		host := u.Hostname()
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}
