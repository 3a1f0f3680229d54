/// Wrong input at the commands about providers.
extension WrongInputTests {
    private static let add = "providers add house --token-endpoint https://l.example.org/t --smtp m.example.org:25"

    static let providerCases =
        [
            Case("providers show ghost", 65, "providers list"), Case("providers show microsft", 65, "did you mean microsoft"),
            Case(
                "providers add house --token-endpoint http://login.example.org/t --smtp m.example.org:587 --scope-app-only x", 64, "https"),
            Case("providers add house --token-endpoint https://l.example.org/t --smtp m.example.org --scope-app-only x", 64, "host:port"),
            Case("providers add house --token-endpoint https://l.example.org/t --smtp m.example.org:0 --scope-app-only x", 64, "host:port"),
            Case("providers add house --token-endpoint https://l.example.org/t --smtp none --scope-app-only x", 64, "--smtp is missing"),
            Case("providers add house --token-endpoint https://l.example.org/t --scope-app-only x", 64, "--smtp is missing"),
            Case("providers add house --smtp m.example.org:25 --scope-app-only x", 64, "--issuer"),
            Case(add, 64, "scope"), Case("\(add) --scope-app-only x --trust /etc/hostname", 65, "PEM"),
            Case("\(add) --scope-app-only x --trust /nonexistent", 66), Case("\(add) --kind odd --scope-app-only x", 64, "odd"),
            Case("\(add) --scope smtp=x --imap m.example.org:993/ssl", 64, "host:port/tls"),
            Case("\(add) --scope smtp=x --pop a_b@m.example.org:995", 64, "host:port"),
            Case(
                "providers add microsoft --token-endpoint https://l.example.org/t --smtp m.example.org:25 --scope smtp=x", 65,
                "providers set"),
            Case(
                "providers add google2 --name Google --token-endpoint https://l.example.org/t --smtp m.example.org:25 --scope smtp=x", 65,
                "there is a provider Google"),
            Case("providers add house --issuer http://login.example.org --smtp m.example.org:25 --scope smtp=x", 64, "https"),
            Case("providers add house --issuer none --smtp m.example.org:25 --scope smtp=x", 64, "--issuer"),

            Case("providers set ghost --kind custom", 65, "ghost"), Case("providers set microsoft", 64, "what to change"),
            Case("providers set microsoft --name Google", 65, "there is a provider Google"),
            Case("providers set microsoft --name google", 65, "already"),
            Case("providers set microsoft --habit takes-nul-sender=yes", 64, "did you mean takes-null-sender"),
            Case("providers set microsoft --habit takes-null-sender=maybe", 64, "--habit takes-null-sender: expected true or false"),
            Case("providers set microsoft --habit takes-null-sender", 64, "NAME=VALUE"),
            Case("providers set microsoft --habit propagation-minutes=10081", 64, "in seconds: expected a whole number from 0 to 604800"),
            Case("providers set microsoft --habit propagation-minutes=none", 64, "604800"),
            Case("providers set microsoft --habit unused-consent-days=0", 64, "36500"),
            Case("providers set microsoft --habit sends-alias-as-primary=pigeon", 64, "smtp, graph, gmail"),
            Case("providers set microsoft --limit message-per-minute=30", 64, "did you mean messages-per-minute"),
            Case("providers set microsoft --limit everything=1", 64, "there are connections"),
            Case("providers set microsoft --limit connections=0", 64, "from 1"),
            Case("providers set microsoft --limit connections=many", 64),
            Case("providers set microsoft --scope smpt=x", 64, "did you mean smtp"),
            Case("providers set microsoft --scope smtp.apponly=x", 64, "app-only"), Case("providers set microsoft --scope =x", 64),
            Case("providers set microsoft --parameter client_id=x", 64, "sent anyway"),
            Case("providers set microsoft --parameter a&b=x", 64, "letters"),
            Case("providers set microsoft --token-endpoint none", 64, "URL"),

            Case("providers trust ghost", 65), Case("providers reset ghost", 65, "catalogue"),
            Case("providers reset microsft", 65, "microsoft"),
            Case("providers remove ghost", 65), Case("providers remove microsoft", 65, "built in"),
            Case("providers remove microsoft --cascade", 65, "built in"),

            Case("providers import", 64), Case("providers import --dry-run --apply x.xml", 64, "contradict"),
            Case("providers import /nonexistent/x.xml", 66, "no such file"),
            Case("providers import /proc/self/task", 66, ".xml"), Case("providers import /etc/hostname --format xml", 64, "xml"),
        ] + endpoints
    // Each option that takes an endpoint is judged by the one rule.
    private static let endpoints =
        ["token", "authorization", "device", "revocation", "userinfo", "keys"].map { "--\($0)-endpoint" }
        .flatMap { option in judged(option) } + judged("--issuer")

    private static func judged(_ option: String) -> [Case] {
        [
            ("http://login.example.org/", "https"), ("ftp://login.example.org/", "https"), ("https://a:b@login.example.org/", "user part"),
            ("https://login.example.org/#x", "fragment"), ("https://{tenant}.example.org/", "host"), ("login.example.org", "URL"),
            ("https://login.example.org\\@evil.example/", "quotes"), ("https://login.example.org:0/", "port"),
        ].map { Case("providers set microsoft \(option) \($0.0)", 64, $0.1) }
    }
}
