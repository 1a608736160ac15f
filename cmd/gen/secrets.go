package main

import (
	"context"
	"slices"
	"strings"

	"hardneg/internal/config"
)

// checkSecrets refuses to begin what would stop for want of a key: all that are missing, at once. A run that is complete asks
// nobody, and needs none.
func (a *app) checkSecrets(ctx context.Context, cfg *config.Config, want map[string]bool) error {
	missing := missingOf(cfg, rolesOf(cfg, want))
	if len(missing) == 0 {
		return nil
	}
	if s, err := currentStatus(ctx, cfg.Run.Dir, nil); err == nil && s.State == "complete" {
		return nil
	}
	return missing
}

// missingOf are the secrets that the config names for some models and that are not there.
func missingOf(cfg *config.Config, roles []string) (missing config.Errors) {
	for _, p := range cfg.Unresolved {
		if slices.ContainsFunc(roles, func(role string) bool { return strings.HasPrefix(p.Key, "models."+role+".") }) {
			missing = append(missing, p)
		}
	}
	return missing
}

// rolesOf are the models that the wanted stages ask.
func rolesOf(cfg *config.Config, want map[string]bool) (roles []string) {
	if want[stageQueries] && cfg.Generate.Queries.PerPassage > 0 {
		roles = append(roles, cfg.Generate.Queries.Model)
	}
	if want[stageNegatives] {
		for _, s := range cfg.Generate.Negatives {
			roles = append(append(roles, s.Writers()...), s.Check)
		}
	}
	if want[stageVerify] && cfg.Judge.Positives || want[stageJudge] {
		for _, s := range cfg.Judge.Cascade {
			roles = append(roles, s.Model)
			for _, also := range s.Also {
				roles = append(roles, also.Model)
			}
		}
	}
	return roles
}
