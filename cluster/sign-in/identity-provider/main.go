// Command identity-provider is a small OpenID Connect provider for tests: a page that asks for name and password, and
// people with groups. The protocol is zitadel/oidc's, a certified library; its example server keeps what must be kept.
package main

import (
	"context"
	"encoding/json"
	"log"
	"log/slog"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

type person struct {
	Password string
	Groups   []string
}

// What the variable SITE says, as JSON.
type site struct {
	Address  string // where it listens
	Issuer   string // how everybody calls it
	Client   string
	Secret   string
	Redirect string
	People   map[string]person
}

func (s site) GetUserByID(id string) *storage.User {
	one, known := s.People[id]
	if !known {
		return nil
	}
	return &storage.User{ID: id, Username: id, Password: one.Password, FirstName: id, Email: id + "@example.org"}
}

func (s site) GetUserByUsername(name string) *storage.User { return s.GetUserByID(name) }

func (s site) ExampleClientID() string { return s.Client }

// The example's storage, which tells of groups, too.
type withGroups struct {
	*storage.Storage
	site site
}

func (s withGroups) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, token, subject, origin string) error {
	if err := s.Storage.SetUserinfoFromToken(ctx, info, token, subject, origin); err != nil {
		return err
	}
	info.AppendClaims("groups", s.site.People[info.Subject].Groups)
	return nil
}

func main() {
	var s site
	if err := json.Unmarshal([]byte(os.Getenv("SITE")), &s); err != nil {
		log.Fatal(err)
	}
	storage.RegisterClients(storage.WebClient(s.Client, s.Secret, s.Redirect))
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	router := exampleop.SetupServer(s.Issuer, withGroups{storage.NewStorage(s), s}, logger, false)
	log.Fatal(http.ListenAndServe(s.Address, router))
}
