package site

func rules() []Rule { return []Rule{} }
