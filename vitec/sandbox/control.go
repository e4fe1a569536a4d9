package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// control answers the requests under /_sandbox/.
func (s *Server) control(w http.ResponseWriter, r *http.Request, path string) {
	after, limit, err := window(r.URL.Query())
	if err != nil {
		reply(w, http.StatusBadRequest, failure{err.Error()})
		return
	}
	switch r.Method + " " + path {
	case "GET ":
		reply(w, http.StatusOK, s.Counts())
	case "GET commits":
		reply(w, http.StatusOK, struct {
			Total   int      `json:"total"`
			Commits []Commit `json:"commits"`
		}{s.Counts().Commits, s.office.commits(after, limit)})
	case "GET requests":
		reply(w, http.StatusOK, struct {
			Total    int       `json:"total"`
			Requests []Request `json:"requests"`
		}{s.Counts().Requests, s.requests(after, limit)})
	case "GET bookings":
		reply(w, http.StatusOK, struct {
			Bookings []Booking `json:"bookings"`
		}{s.Bookings()})
	case "GET faults":
		s.replyFaults(w)
	case "POST faults":
		var set struct {
			Faults []Fault `json:"faults"`
		}
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
		d.DisallowUnknownFields()
		if err := d.Decode(&set); err != nil {
			reply(w, http.StatusBadRequest, failure{err.Error()})
			return
		}
		if err := s.SetFaults(set.Faults...); err != nil {
			reply(w, http.StatusBadRequest, failure{err.Error()})
			return
		}
		s.replyFaults(w)
	case "DELETE faults":
		if err := s.SetFaults(); err != nil {
			reply(w, http.StatusInternalServerError, failure{err.Error()})
			return
		}
		s.replyFaults(w)
	case "POST reset":
		s.Reset()
		reply(w, http.StatusOK, s.Counts())
	default:
		reply(w, http.StatusNotFound, failure{fmt.Sprintf("there is no %s /_sandbox/%s", r.Method, path)})
	}
}

type failure struct {
	Error string `json:"error"`
}

func (s *Server) replyFaults(w http.ResponseWriter) {
	reply(w, http.StatusOK, struct {
		Faults []Fault     `json:"faults"`
		Known  []FaultInfo `json:"known"`
	}{s.Faults(), KnownFaults()})
}

// window reads which part of a list is wanted.
func window(q url.Values) (after, limit int, err error) {
	for name, n := range map[string]*int{"after": &after, "limit": &limit} {
		if v := q.Get(name); v != "" {
			if *n, err = strconv.Atoi(v); err != nil || *n < 0 {
				return 0, 0, errors.New(name + " must be a number from 0")
			}
		}
	}
	return after, limit, nil
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // fails only when the client has gone
}
