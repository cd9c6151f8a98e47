// Command judge says which connections the rendered network policies let through, as a network plugin would that
// enforces them: kind's own does not. It reads a question as JSON from stdin and writes a verdict for each connection.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	networking "k8s.io/api/networking/v1"
)

type question struct {
	Policies []*networking.NetworkPolicy
	Traffic  []*matcher.Traffic
}

// Whether the source's policies let a connection out, and the destination's let it in.
type verdict struct {
	Egress  bool
	Ingress bool
}

func main() {
	var asked question
	reader := json.NewDecoder(os.Stdin)
	reader.DisallowUnknownFields() // a word that Kubernetes does not know is no rule
	if err := reader.Decode(&asked); err != nil {
		log.Fatal(err)
	}
	policies := matcher.BuildNetworkPolicies(true, asked.Policies)
	verdicts := make([]verdict, len(asked.Traffic))
	for number, traffic := range asked.Traffic {
		result := policies.IsTrafficAllowed(traffic)
		verdicts[number] = verdict{Egress: result.Egress.IsAllowed(), Ingress: result.Ingress.IsAllowed()}
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		log.Fatal(err)
	}
}
